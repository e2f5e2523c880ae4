import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { RunResult } from "../../src/experiments/run.js";
import { appears, folder, main, plateau, start, startScript, tiny } from "./plateau.js";

const sliced = [...tiny, "--slices", "3", "--dropout", "0.1"];
const long = [...sliced, "--steps", "2000", "--evaluate-every", "400"];

/** What a result says but for how long it took and how much memory. */
const said = (stdout: string): RunResult => ({
  ...(JSON.parse(stdout) as RunResult),
  ...{ seconds: 0, stepsPerSecond: 0, footprintBytes: 0 },
});

test.serial("train has the same result on two threads as on one", async (t) => {
  const one = await plateau(["train", "m2n1", ...sliced, "--json"]);
  const two = await plateau(["train", "m2n1", ...sliced, "--json", "--threads", "2"]);
  t.is(two.code, 0, two.stderr);
  t.deepEqual(said(two.stdout), said(one.stdout));
});

test.serial("a run interrupted on two threads is resumed on three", async (t) => {
  const out = join(folder(t), "run");
  const whole = plateau(["train", "m2n1", ...long, "--json"]);
  const { child, ended } = start([
    "train",
    "m2n1",
    ...long,
    "--threads",
    "2",
    "--out",
    out,
    "--checkpoint-every",
    "0.05",
  ]);
  await appears(join(out, "checkpoint.safetensors"));
  child.kill("SIGINT");
  t.is((await ended).code, 130);
  t.false(existsSync(join(out, "result.json")), "it was stopped in the middle");
  const resumed = await plateau(["train", "m2n1", ...long, "--resume", out, "--threads", "3", "--json"]);
  t.is(resumed.code, 0, resumed.stderr);
  t.deepEqual(said(resumed.stdout), said((await whole).stdout));
});

test.serial("more threads than slices are refused before anything is made", async (t) => {
  const cwd = folder(t);
  const refused = await plateau(["train", "m2n1", "--threads", "2", "--out", "run"], { cwd });
  t.is(refused.code, 2);
  t.regex(refused.stderr, /^error: threads is 2 with slices 1: .*: set slices to 2 or more\n$/);
  t.false(existsSync(join(cwd, "run")));
});

test.serial("a thread that dies ends the command with a run that can be continued", async (t) => {
  const cwd = folder(t);
  // Stands for whatever may end a thread from outside.
  writeFileSync(
    join(cwd, "kill.mjs"),
    'process.on("worker", (worker) => worker.on("message", () => setTimeout(() => worker.terminate(), 300)));\n',
  );
  const args = ["train", "m2n1", ...sliced, "--steps", "5000000", "--threads", "2"];
  const { ended } = startScript(["--import", "./kill.mjs", main, ...args], { cwd });
  const { code, stderr } = await ended;
  t.is(code, 1);
  const made = "plateau-interrupted-m2n1-1";
  t.regex(
    stderr,
    new RegExp(`^error: a thread of the training ended .*continues with: plateau train --resume ${made}\n$`),
  );
  t.deepEqual(readdirSync(join(cwd, made)).sort(), ["checkpoint.safetensors", "run.json"]);
});
