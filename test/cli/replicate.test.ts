import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { folder, plateau } from "./plateau.js";

const one = [
  "replicate",
  "--targets",
  "m2n1",
  "--dims",
  "4",
  "--classes",
  "5",
  "--trials",
  "1",
  "--seeds",
  "1",
];

test("replicate --dry-run prints what would be run, what it leaves out and how long it takes", async (t) => {
  const cwd = folder(t);
  const { stdout, code } = await plateau([...one, "--dry-run"], { cwd });
  t.is(code, 0);
  t.regex(
    stdout,
    /^replicate --preset quick: 2 settings, of each 1 trial and 1 seed of the best: 4 trainings$/m,
  );
  t.regex(stdout, /^left out of the study's size: targets: m4n3; m2n1: d = 8, 16, 32, 64, 128, 256; /m);
  t.regex(stdout, /^will take about \d+ (s|min)/m);
  const json = JSON.parse((await plateau([...one, "--dry-run", "--json"], { cwd })).stdout);
  t.true(json.estimate.seconds > 0);
  t.like(json.config, { targets: ["m2n1"], classes: [5], trials: 1 });
});

test("bad lists and folders are refused by name", async (t) => {
  const cwd = folder(t);
  const refused = async (args: string[], message: RegExp) => {
    const { stderr, code } = await plateau(["replicate", ...args], { cwd });
    t.not(code, 0);
    t.regex(stderr, message);
  };
  await refused(["--dims", "4,x"], /^error: --dims "4,x": "x" is no whole number/m);
  await refused(["--classes", "5,,20"], /^error: --classes "5,,20": "" is no whole number/m);
  await refused(["--targets", "m2n1,sine"], /"sine": expected one of m2n1, m4n3/);
  await refused(["--preset", "huge"], /huge/);
  await refused(["--resume", "--out", "nowhere"], /there is no folder nowhere/);
  writeFileSync(join(cwd, "notes.txt"), "mine");
  await refused(["--out", ".", "--quiet"], /is not empty \(notes.txt\)/);
});
