import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { defineStudy } from "../../src/sweep/definition.js";
import { parseShard, trialNumber, trialsOfShard } from "../../src/sweep/shard.js";
import { Study } from "../../src/sweep/study.js";
import { facts, finish } from "./support/facts.js";
import { identity, line } from "./support/line.js";

test("every trial is in exactly one shard", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 200 }), (count, trials) => {
      const numbers: number[] = [];
      for (let k = 1; k <= count; k++) {
        const shard = parseShard("--shard", `${k}/${count}`);
        for (let n = 0; n < trialsOfShard(shard, trials); n++) numbers.push(trialNumber(shard, n));
      }
      numbers.sort((a, b) => a - b);
      t.deepEqual(
        numbers,
        Array.from({ length: trials }, (_, n) => n),
      );
    }),
  );
});

const refused: Record<string, RegExp> = {
  "0/16":
    /^--shard "0\/16": shards are counted from 1: 1\/16 is the first, 16\/16 the last .*JOB_COMPLETION_INDEX \+ 1\)\)\/16; .*SLURM_ARRAY_TASK_ID\/16\)$/,
  "17/16": /there are 16 shards: 16\/16 is the last/,
  "1/0": /at least one shard/,
  "1/200000": /at most 100000 shards/,
  "1": /expected k\/N/,
  "/16": /expected k\/N/,
  "-1/16": /expected k\/N/,
  "1/16x": /expected k\/N/,
  "1.5/16": /expected k\/N/,
};
for (const [text, message] of Object.entries(refused)) {
  test(`shard ${text} is refused`, (t) => {
    const error = t.throws(() => parseShard("--shard", text), { instanceOf: PlateauError, message });
    t.is((error as PlateauError).code, "usage");
  });
}

test("a study whose trials go by one another has no shards: it is said what does, and what to do", (t) => {
  const of = (more: object) => () => defineStudy({ ...line, shard: "1/2", ...more });
  for (const sampler of ["random", "sobol", { name: "grid", points: 5 }]) {
    for (const pruner of ["none", "divergence", { name: "threshold", upper: 3 }])
      t.notThrows(of({ sampler, pruner }));
  }
  const message = /sampler tpe goes by earlier trials: give --sampler grid, random or sobol/;
  t.throws(of({ sampler: "tpe" }), { message });
  for (const pruner of ["asha", "median", "hyperband"]) {
    t.throws(of({ pruner }), { message: /compares trials with one another: leave it out/ });
  }
  t.throws(of({ seeds: 3 }), { message: /worse than the best one: set stopWorse: false/ });
  t.notThrows(of({ seeds: 3, stopWorse: false }));
});

test("a shard waits with all its trials from the start, runs them, and takes more later", async (t) => {
  await using whole = await Study.open(":memory:", line);
  await finish(whole, { trials: 11, objective: identity });
  await using shard = await Study.open(":memory:", { ...line, shard: "2/3" });
  for await (const { number } of shard.run({ trials: 8, objective: identity, workers: 1 })) {
    t.is(number, 1);
    break;
  }
  t.like(shard.states, { waiting: 2, complete: 1 });
  t.deepEqual(await finish(shard, { trials: 11, objective: identity, workers: 2 }), [4, 7, 10]);
  t.deepEqual(await finish(shard, { trials: 11, objective: identity }), []);
  t.deepEqual(
    facts(shard),
    facts(whole).filter(({ number }) => number % 3 === 1),
  );
  t.throws(() => shard.enqueue({ x: 0.5 }), {
    message: /is shard 2\/3, whose trials are those of the whole study/,
  });
});

test("trials of a shard can be asked for", async (t) => {
  await using shard = await Study.open(":memory:", { ...line, shard: "3/3" });
  for (const expected of [2, 5, 8]) {
    const trial = shard.ask()!;
    t.is(trial.number, expected);
    trial.tell(1);
  }
});

test("a grid that ends ends in its shards, too; a shard may have no trial", async (t) => {
  const input = { name: "g", sampler: "grid", space: { parameters: { x: [1, 2, 3, 4] } } };
  const numbers = [];
  for (const k of [1, 2, 3, 4, 5]) {
    await using shard = await Study.open(":memory:", { ...input, shard: `${k}/5` });
    numbers.push(await finish(shard, { trials: 100, objective: identity }));
  }
  t.deepEqual(numbers, [[0], [1], [2], [3], []]);
});
