import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { RunResult } from "../../src/experiments/run.js";
import { appears, type Ended, folder, long, plateau, sleep, start, startScript, tiny } from "./plateau.js";

/** Enough updates to be stopped in the middle, few enough to be done again from the start. */
const middling = [
  ...tiny,
  "--steps",
  "15000",
  "--evaluate-every",
  "1000",
  "--dropout",
  "0.1",
  "--seed",
  "11",
];

for (const [signal, stop] of [
  ["SIGKILL", "kill −9"],
  ["SIGINT", "SIGINT"],
] as const) {
  test.serial(`a run resumed after ${stop} ends in the same bits as an uninterrupted one`, async (t) => {
    const out = join(folder(t), "run");
    const whole = plateau(["train", "m2n1", ...middling, "--json"]);
    const { child, ended } = start([
      "train",
      "m2n1",
      ...middling,
      "--out",
      out,
      "--checkpoint-every",
      "0.05",
    ]);
    await appears(join(out, "checkpoint.safetensors"));
    child.kill(signal);
    const first = await ended;
    if (signal === "SIGKILL") t.is(first.signal, "SIGKILL");
    else t.is(first.code, 130);
    t.false(existsSync(join(out, "result.json")), "it was stopped in the middle");
    const resumed = await plateau(["train", "m2n1", ...middling, "--resume", out, "--json"]);
    t.is(resumed.code, 0, resumed.stderr);
    const [a, b] = [JSON.parse((await whole).stdout), JSON.parse(resumed.stdout)] as RunResult[];
    t.is(b.weightsSha256, a.weightsSha256);
    t.deepEqual({ ...b, seconds: 0, stepsPerSecond: 0 }, { ...a, seconds: 0, stepsPerSecond: 0 });
    t.deepEqual(readdirSync(out).sort(), ["history.json", "result.json", "run.json", "weights.safetensors"]);
  });
}

test.serial("SIGTERM without --out saves the run to a new folder and prints how to continue", async (t) => {
  const cwd = folder(t);
  for (const number of [1, 2]) {
    const { code, stdout, stderr } = await terminated(cwd, 2000);
    t.is(code, 130, stderr);
    const made = `plateau-interrupted-m2n1-${number}`;
    const command = `continue with: plateau train --resume ${made}`;
    t.regex(stderr, new RegExp(`^interrupted at update [0-9,]+ of 5,000,000, ${command}\n$`));
    t.like(JSON.parse(stdout), { error: { code: "aborted", directory: made } });
    t.deepEqual(readdirSync(join(cwd, made)).sort(), ["checkpoint.safetensors", "run.json"]);
  }
  const made = "plateau-interrupted-m2n1-1";
  t.is((await plateau(["eval", made], { cwd })).code, 1);
  writeFileSync(join(cwd, made, "checkpoint.safetensors"), "damaged");
  const { code, stderr } = await plateau(["train", "--resume", made], { cwd });
  t.is(code, 1);
  t.regex(stderr, /^error: .*checkpoint.safetensors: is 7 bytes long[^\n]*\n$/);
});

/** A run stopped by SIGTERM after a while; a later one where it had not even begun (a busy machine). */
async function terminated(cwd: string, milliseconds: number, target = "m2n1"): Promise<Ended> {
  const { child, ended } = start(["train", target, ...long, "--json"], { cwd });
  await sleep(milliseconds);
  child.kill("SIGTERM");
  const end = await ended;
  return end.signal === null || milliseconds > 60_000 ? end : terminated(cwd, 2 * milliseconds, target);
}

test.serial("the folder of an interrupted expression is named by its letters and digits", async (t) => {
  const cwd = folder(t);
  const { code, stderr } = await terminated(cwd, 2000, "../x/2 on x=0:1");
  t.is(code, 2);
  t.regex(stderr, /^error: expression "..\/x\/2"/);
  const { stdout } = await terminated(cwd, 2000, "(x)/2 on x=0:1");
  const made = "plateau-interrupted-x-2-on-x-0-1-1";
  t.like(JSON.parse(stdout), { error: { code: "aborted", directory: made } });
  t.regex((await plateau(["eval", made], { cwd })).stderr, /is not finished: continue it with/);
});

test.serial(
  "of two signals at once one counts; a later one ends the process, and says how to go on",
  async (t) => {
    const out = join(folder(t), "a b");
    // Saving waits for as long as the script lives: only a signal ends it.
    const interrupt = new URL("../../src/cli/interrupt.js", import.meta.url).href;
    const script = `import { interruptible } from ${JSON.stringify(interrupt)};
    interruptible(() => console.log("stopping"), () => process.argv[2]);
    setInterval(() => {}, 1000);
    console.log("ready");`;
    writeFileSync(`${out}.mjs`, script);
    for (const command of ["plateau train --resume a", ""]) {
      const { child, ended } = startScript([`${out}.mjs`, command]);
      const says = (word: string) =>
        new Promise((resolve) => child.stdout!.on("data", (text) => text.includes(word) && resolve(text)));
      await says("ready");
      const stopping = says("stopping");
      // What `timeout` does: to the process, then to its group.
      child.kill("SIGTERM");
      await stopping;
      child.kill("SIGTERM");
      await sleep(200);
      t.is(child.exitCode, null);
      await sleep(500);
      child.kill("SIGTERM");
      const { code, stdout, stderr } = await ended;
      t.is(code, 130);
      t.is(stdout, "ready\nstopping\n");
      const next = command === "" ? "" : ", continue with: plateau train --resume a";
      t.is(stderr, `stopped at once: nothing was saved since the last checkpoint${next}\n`);
    }
  },
);

for (const [kind, args, name, line] of [
  ["a table", ["--data", "cars.csv", "--output", "mpg", "--batch", "16"], "cars.csv", "test rows: R²"],
  ["a function", ["--target", "sin(6*x) on x=-1:1", "--batch", "16"], "sin-6-x-on-x-1-1", "verdict:"],
] as const) {
  test.serial(`a fit to ${kind} stopped in its comparison is kept without --out`, async (t) => {
    const cwd = folder(t);
    copyFileSync("examples/cars.csv", join(cwd, "cars.csv"));
    const { code, stdout, stderr } = await stoppedAfter(line, ["fit", ...args], cwd);
    t.is(code, 130, stderr);
    const made = `plateau-interrupted-${name}-1`;
    t.regex(
      stderr,
      new RegExp(
        `interrupted; what was done is in ${made}/analysis\\.json, the rest by: plateau analyze ${made} --measures (errors,)?compare\n$`,
      ),
    );
    t.true(stdout.includes(line));
    const again = await plateau(["analyze", made, "--measures", "compare"], { cwd });
    t.is(again.code, 0, again.stderr);
    t.regex(again.stdout, /\ncompare {2}/);
    if (kind === "a table") t.regex(again.stdout, /\nverdict: .*Transformer/);
  });
}

test.serial(
  "a fit to a function that is interrupted continues as a fit, and ends in its verdict",
  async (t) => {
    const cwd = folder(t);
    const args = [
      "fit",
      "--target",
      "sin(6*x) on x=-1:1",
      "--batch",
      "16",
      "--d-model",
      "8",
      "--layers",
      "1",
    ];
    const { child, ended } = start(
      [...args, "--steps", "15000", "--seed", "3", "--out", "fit", "--checkpoint-every", "0.05"],
      { cwd },
    );
    await appears(join(cwd, "fit", "checkpoint.safetensors"));
    child.kill("SIGINT");
    const stopped = await ended;
    t.is(stopped.code, 130, stopped.stderr);
    t.regex(stopped.stderr, /continue with: plateau fit --resume fit\n$/);
    const other = await plateau(["fit", "--resume", "fit", "--seed", "4"], { cwd });
    t.regex(other.stderr, /--seed 4 is not that of the run in fit/);
    // Once from its checkpoint, once as it is finished.
    for (const finished of [false, true]) {
      const resumed = await plateau(["fit", "--resume", "fit", "--measures", "compare", "--json"], { cwd });
      t.is(resumed.code, 0, resumed.stderr);
      t.is(resumed.stderr.includes("is finished: this is its result"), finished);
      const { helps, analysis, seed } = JSON.parse(resumed.stdout);
      t.regex(helps, /Transformer/);
      t.is(seed, 3);
      t.is(analysis.seed, 3);
      t.true(existsSync(join(cwd, "fit", "analysis.json")));
    }
  },
);

/** A small fit stopped once it has said something; one of more updates where it was done by then (a busy machine). */
async function stoppedAfter(said: string, args: string[], cwd: string, steps = 4000): Promise<Ended> {
  const flags = ["--steps", `${steps}`, "--d-model", "8", "--layers", "1", "--measures", "errors,compare"];
  const { child, ended } = start([...args, ...flags], { cwd });
  let text = "";
  child.stdout!.on("data", (more: string) => {
    const before = text.includes(said);
    text += more;
    if (!before && text.includes(said)) child.kill("SIGINT");
  });
  const end = await ended;
  return end.code !== 0 || steps > 60_000 ? end : stoppedAfter(said, args, cwd, 2 * steps);
}
