import { join } from "node:path";
import test from "ava";
import type { GapConfig } from "../../src/experiments/gap/config.js";
import type { Ladder } from "../../src/experiments/gap/ladder.js";
import type { GapResults } from "../../src/experiments/gap/results.js";
import type { ExperimentRecord } from "../../src/experiments/record.js";
import { folder, plateau } from "./plateau.js";

const small = [
  "--widths",
  "4",
  "--depths",
  "1",
  "--sizes",
  "4",
  "--construction",
  "relu",
  "--lr",
  "0.01,0.1",
];

test("--dry-run prints the ladder, what it takes and what is left out, and does nothing", async (t) => {
  const out = join(folder(t), "gap");
  const given = ["gap", "abs(x-y)", ...small, "--dry-run", "--out", out];
  const [json, text] = await Promise.all([plateau([...given, "--json"]), plateau(given)]);
  t.is(json.code, 0, json.stderr);
  const dry = JSON.parse(json.stdout) as {
    config: GapConfig;
    ladder: Ladder;
    estimate: { trainings: number; seconds: number };
  };
  t.is(dry.config.target, "abs(x-y) on x=0:1,y=0:1");
  t.is(dry.ladder.constructed[0].spec, "relu(4, variant=wide)");
  t.is(dry.estimate.trainings, 3 * 2 * 3, "networks × learning rates × seeds");
  t.true(dry.estimate.seconds > 0);
  t.regex(text.stdout, /relu\(4, variant=wide\) *│ *499 │/);
  t.regex(text.stdout, /18 trainings and 1 certificate of .* about \d/);
  t.regex(text.stdout, /standard has widths 4 to 32/);
  t.is((await plateau(["gap", "--resume", "--out", out])).code, 1, "there is no such folder");
});

test("a run prints tables and the answer, and what is finished is told again", async (t) => {
  const out = join(folder(t), "gap");
  const budget = ["--steps", "10", "--seeds", "2", "--boxes", "100"];
  const { code, stdout, stderr } = await plateau([
    "gap",
    "abs(x)",
    "--domain",
    "x=-1:1",
    ...small,
    ...budget,
    "--out",
    out,
  ]);
  t.is(code, 0, stderr);
  t.regex(stdout, /width 4, depth 1 *│ *465 │/);
  t.regex(stdout, /By the largest error: /);
  t.regex(stderr, /full has widths 4 to 64/);
  const again = await plateau(["gap", "--resume", "--out", out, "--json", "--quiet"]);
  t.is(again.code, 0, again.stderr);
  const { fingerprint, results } = JSON.parse(again.stdout) as ExperimentRecord<GapConfig, GapResults>;
  t.true(stdout.includes(`fingerprint ${fingerprint}`));
  // An absolute value on cells whose corner is the kink is interpolated but for rounding.
  t.true(results.constructed[0].constructed.sup! < 1e-6);
});

test("what makes no sense is refused, quoted", async (t) => {
  const refused = async (args: string[], message: RegExp) => {
    const { code, stderr } = await plateau(["gap", ...args]);
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  };
  await Promise.all([
    refused([], /no target given/),
    refused(["sine", "--preset", "quik"], /quik.*quick, standard, full/),
    refused(["sine", "--widths", "4,x"], /--widths "x" is no number/),
    refused(["sine", "--construction", "relu(8)"], /"relu\(8\)" has a size/),
    refused(["sinus"], /"sinus"/),
  ]);
});
