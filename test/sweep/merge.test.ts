import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import Database from "libsql";
import { PlateauError } from "../../src/errors.js";
import { openStudy, type TrainingStudyInput } from "../../src/experiments/sweep/open.js";
import { sha256Hex } from "../../src/hash.js";
import type { StudyInput } from "../../src/sweep/definition.js";
import { mergeShards } from "../../src/sweep/merge.js";
import { Study } from "../../src/sweep/study.js";
import { appears, folder, plateau, sleep, start } from "../cli/plateau.js";
import { facts, finish } from "./support/facts.js";
import { identity, line } from "./support/line.js";

const steps = new URL("./objectives/steps.js", import.meta.url).href;

/** Runs shards into files, those of `counts` that have one. */
async function shards(
  t: ExecutionContext,
  input: StudyInput,
  trials: number,
  counts: readonly (number | undefined)[],
  cwd = folder(t),
): Promise<string[]> {
  const files: string[] = [];
  for (const [at, count] of counts.entries()) {
    if (count === undefined) continue;
    const file = join(cwd, `shard-${at + 1}.sqlite`);
    files.push(file);
    await using study = await Study.open(file, { ...input, shard: `${at + 1}/${counts.length}` });
    let left = count;
    if (left === 0) continue;
    for await (const _ of study.run({ trials, workers: 1, objective: identity })) if (--left === 0) break;
  }
  return files;
}

const all = [99, 99, 99];

/** Tells whether a file is as it was. */
const bytesOf = (file: string) =>
  existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : "no file";

/** Small models, on three seeds each that are all run. */
const training: TrainingStudyInput = {
  name: "models",
  seed: 3,
  target: "m2n1",
  sampler: "sobol",
  pruner: { name: "threshold", upper: 2 },
  seeds: 2,
  stopWorse: false,
  space: {
    parameters: {
      dModel: [4, 8],
      lr: { type: "log-uniform", low: 1e-5, high: 1 },
      dropout: { type: "uniform", low: 0, high: 0.3 },
    },
  },
  experiment: {
    ...{ heads: 2, layers: 1, steps: 60, batch: 16, evaluateEvery: 20 },
    ...{ trainRows: 1000, validationRows: 100, testRows: 100 },
  },
};

const hashOf = async (study: Study) => {
  const text = JSON.stringify(facts(study), (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  return sha256Hex(new TextEncoder().encode(text));
};

test("shards of a study of models, merged, are the study of one machine to the last bit", async (t) => {
  await using whole = await openStudy(":memory:", training);
  await finish(whole, { trials: 11, workers: 2 });
  const cwd = folder(t);
  const files = [1, 2, 3].map((k) => join(cwd, `${k}.sqlite`));
  for (const [at, file] of files.entries()) {
    await using shard = await openStudy(file, { ...training, shard: `${at + 1}/3` });
    await finish(shard, { trials: 11, workers: 1 + (at % 2) });
  }
  const into = join(cwd, "whole.sqlite");
  const merged = mergeShards([files[2], files[0], files[1]], into);
  t.like(merged, { study: "models", shards: 3, missing: [], open: [], added: 11 });
  await using study = await openStudy(into, training);
  t.deepEqual(facts(study), facts(whole));
  t.is(await hashOf(study), await hashOf(whole));
  t.deepEqual(study.definition, whole.definition);
  t.deepEqual(study.best?.parameters, whole.best?.parameters);
  // What it cost and where it ran came along.
  for (const { seconds, started, ended, engine } of study.trials()) {
    t.true(seconds! > 0 && started! <= ended! && engine !== null);
  }
  t.deepEqual(await finish(study, { trials: 11, workers: 1 }), [], "nothing is left to be run");
});

test("a shard of which nothing is known is missing, though no trial waits for it", async (t) => {
  const input = { ...line, sampler: "random", seed: 4 };
  const cwd = folder(t);
  const files = await shards(t, input, 3, [99, 99, undefined], cwd);
  const into = join(cwd, "whole.sqlite");
  t.like(mergeShards(files, into), { missing: [3], open: [], added: 2 });
  t.like(mergeShards(files.slice(0, 1), into), { missing: [3], open: [], added: 0 });
});

for (const sampler of ["random", "sobol", { name: "grid", points: 12 }]) {
  const { name } = typeof sampler === "string" ? { name: sampler } : sampler;
  test(`${name}: what is missing of shards is run by whoever continues the study`, async (t) => {
    const input = { ...line, sampler, seed: 4 };
    await using whole = await Study.open(":memory:", input);
    await finish(whole, { trials: 12, objective: identity });
    const cwd = folder(t);
    // The first ended, the second was stopped, nothing is known of the third.
    const files = await shards(t, input, 12, [99, 1, undefined, 99], cwd);
    const into = join(cwd, "whole.sqlite");
    const merged = mergeShards(files, into);
    t.like(merged, { missing: [3], open: [2, 5, 6, 9, 10], added: 7, shards: 4 });
    const again = mergeShards(files, into);
    t.like(again, { missing: [3], open: [2, 5, 6, 9, 10], added: 0 });
    // More of the second shard, then the rest here.
    await shards(t, input, 12, [undefined, 99, undefined, undefined], cwd);
    t.like(mergeShards([files[1]], into), { missing: [3], open: [2, 6, 10], added: 2 });
    await using study = await Study.open(into, input);
    t.deepEqual(await finish(study, { trials: 12, objective: identity }), [2, 6, 10]);
    t.deepEqual(facts(study), facts(whole));
    t.deepEqual(mergeShards(files, into).open, []);
  });
}

test("a trial that was stopped goes on in the whole study from its checkpoint", async (t) => {
  const input: StudyInput = { ...line, task: { steps: 40, milliseconds: 5 }, objective: steps };
  await using whole = await Study.open(":memory:", input);
  await finish(whole, { trials: 2, workers: 2 });
  const cwd = folder(t);
  const file = join(cwd, "1.sqlite");
  const stop = new AbortController();
  const shard = await Study.open(file, { ...input, shard: "1/2" });
  const running = finish(shard, { trials: 2, workers: 1, signal: stop.signal });
  while (shard.reports(0).length < 3) await sleep(5);
  stop.abort();
  await t.throwsAsync(running, { message: /interrupted/ });
  const reported = shard.reports(0).length;
  shard.close();
  const into = join(cwd, "whole.sqlite");
  t.deepEqual(mergeShards([file], into).open, [0]);
  await using study = await Study.open(into, input);
  t.is(study.reports(0).length, reported);
  await finish(study, { trials: 2, workers: 1 });
  t.deepEqual(facts(study), facts(whole));
});

test("the same trial twice: the same bits are fine, others are an error that names both files", async (t) => {
  const cwd = folder(t);
  const files = await shards(t, line, 6, all, cwd);
  const twin = join(cwd, "twin.sqlite");
  writeFileSync(twin, readFileSync(files[0]));
  const into = join(cwd, "whole.sqlite");
  t.like(mergeShards([...files, twin], into), { added: 6, open: [] });
  const database = new Database(twin);
  database.exec("UPDATE trials SET value = value + 1e-17 * (number = 3) + 1e-12 * (number = 3)");
  database.close();
  const fresh = join(cwd, "fresh.sqlite");
  const message = /^trial 3 is not the same in ".*" and ".*": value 0\.\d+ and 0\.\d+: run that shard again/;
  for (const [given, target] of [
    [[...files, twin], fresh],
    [[twin], into],
  ] as const) {
    const before = bytesOf(target);
    const error = t.throws(() => mergeShards(given, target), { instanceOf: PlateauError, message });
    t.true(error!.message.includes(JSON.stringify(twin)));
    t.true(error!.message.includes(JSON.stringify(given.length > 1 ? files[0] : into)));
    t.is(bytesOf(target), before, "nothing was changed");
  }
});

test("a trial that failed in one file counts as the other has it", async (t) => {
  const cwd = folder(t);
  const [first, ...others] = await shards(t, line, 6, all, cwd);
  const failed = join(cwd, "failed.sqlite");
  writeFileSync(failed, readFileSync(first));
  const database = new Database(failed);
  database.exec(
    "UPDATE trials SET state = 'failed', value = NULL, error_code = 'memory', error_message = 'm' WHERE number = 3",
  );
  database.close();
  const into = join(cwd, "whole.sqlite");
  t.is(mergeShards([failed, ...others], into).states.failed, 1);
  t.is(mergeShards([first], into).states.failed, 0);
  const other = join(cwd, "other.sqlite");
  t.is(mergeShards([failed, first, ...others], other).states.failed, 0);
});

test("what is no shard of the same study is refused, and nothing is written", async (t) => {
  const cwd = folder(t);
  const files = await shards(t, line, 6, all, cwd);
  const into = join(cwd, "whole.sqlite");
  const refuse = (given: readonly string[], message: RegExp, target = into) => {
    const before = bytesOf(target);
    t.throws(() => mergeShards(given, target), { instanceOf: PlateauError, message });
    t.is(bytesOf(target), before, String(message));
  };
  const [other] = await shards(t, { ...line, seed: 9 }, 6, [99, undefined], folder(t));
  refuse(
    [files[0], other],
    /are not shards of one study: seed: in the first 0, in the second 9: run one of them again/,
  );
  const [half] = await shards(t, line, 6, [99, undefined], folder(t));
  refuse([files[0], half], /is shard 1\/3, .* shard 1\/2: merge shards of one N/);
  const alone = join(cwd, "alone.sqlite");
  (await Study.open(alone, line)).close();
  refuse([alone, files[0]], /is no shard but a whole study/);
  refuse([], /no file given/);
  refuse([join(cwd, "nothing.sqlite")], /there is no such file/);
  refuse([files[0]], /is one of the shards/, files[0]);
  refuse([files[0]], /has a study "line" already, which is shard 2\/3: it was not touched/, files[1]);
  const different = join(cwd, "different.sqlite");
  (await Study.open(different, { ...line, seed: 7 })).close();
  refuse(files, /which is another: seed: stored 7, given 0: it was not touched/, different);
  const text = join(cwd, "text.txt");
  writeFileSync(text, "not a study, but somebody's text\n".repeat(100));
  refuse(files, /no SQLite file/, text);
});

test("a study that has trials being run is not merged into", async (t) => {
  const cwd = folder(t);
  const files = await shards(t, line, 6, [99, undefined], cwd);
  const into = join(cwd, "whole.sqlite");
  mergeShards(files, into);
  await using study = await Study.open(into, line);
  t.is(study.ask()?.number, 1);
  const [second] = (await shards(t, line, 6, [undefined, 99], cwd)) as [string];
  t.throws(() => mergeShards([second], into), { message: /process \d+ on \S+ runs it: stop that first/ });
});

test("shards that were asked for different numbers of trials make the larger study", async (t) => {
  const cwd = folder(t);
  const files = [
    ...(await shards(t, line, 8, [99, undefined], cwd)),
    ...(await shards(t, line, 5, [undefined, 99], cwd)),
  ];
  t.like(mergeShards(files, join(cwd, "whole.sqlite")), { open: [5], missing: [] });
});

test.serial("a merge that is killed at any moment can be run again", async (t) => {
  t.timeout(240_000);
  const cwd = folder(t);
  const files = await shards(t, line, 1500, [9999, 9999], cwd);
  const whole = join(cwd, "whole.sqlite");
  mergeShards(files, whole);
  await using expected = await Study.open(whole, line);
  const into = join(cwd, "killed.sqlite");
  let kills = 0;
  for (const moment of [0, 5, 15, 40, 80]) {
    const { child, ended } = start(["study", "merge", ...files, "-o", into]);
    await Promise.race([appears(into), ended]);
    await sleep(moment);
    child.kill("SIGKILL");
    if ((await ended).signal === "SIGKILL") kills++;
  }
  t.true(kills > 0);
  t.log(`${kills} kills`);
  const { code, stderr } = await plateau(["study", "merge", ...files, "-o", into]);
  t.is(code, 0, stderr);
  await using study = await Study.open(into, line);
  t.is(await hashOf(study), await hashOf(expected));
});

test("a shard that turns out to be damaged as it is read leaves nothing of a study that was not there", async (t) => {
  const cwd = folder(t);
  const files = await shards(t, { ...line, sampler: "random" }, 6, [99, 99], cwd);
  for (const [change, message] of [
    ["UPDATE trials SET number = CAST('9e999' AS BLOB) WHERE number = 3", /number\) has bytes/],
    [
      "UPDATE trials SET number = 1e15 + 1 WHERE typeof(number) = 'blob'",
      /is damaged: its last trial would be number 5\d+ of it, but/,
    ],
    ["UPDATE trials SET number = 3, step = 'x' WHERE number > 1e9", /its step is "x"/],
  ] as const) {
    const database = new Database(files[1]);
    database.exec(`PRAGMA foreign_keys = OFF; ${change}`);
    database.close();
    const into = join(cwd, "whole.sqlite");
    t.throws(() => mergeShards(files, into), { code: "study", message });
    t.false(existsSync(into));
  }
});
