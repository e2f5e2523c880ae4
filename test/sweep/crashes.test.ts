import test from "ava";
import { defineStudy, type StudyInput } from "../../src/sweep/definition.js";
import { openSqlite } from "../../src/sweep/storage/sqlite.js";
import type { Storage, StudyStorage } from "../../src/sweep/storage/storage.js";
import { Study } from "../../src/sweep/study.js";
import { facts, finish } from "./support/facts.js";

const steps = new URL("./objectives/steps.js", import.meta.url).href;
const plane = {
  parameters: { x: { type: "uniform", low: 0, high: 1 }, y: { type: "integer", low: 1, high: 5 } },
} as const;

/**
 * A storage whose process dies, as it were, when a trial is to end in a way: once for each trial. What was stored
 * before stays, as after kill −9.
 */
function dying(storage: Storage, state: string): Storage {
  const died = new Set<number>();
  const wrap = (study: StudyStorage | undefined) =>
    study &&
    new Proxy(study, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown;
        if (key === "finish") {
          return (...[number, ending, owner]: Parameters<StudyStorage["finish"]>) => {
            if (ending.state !== state || died.has(number)) return target.finish(number, ending, owner);
            died.add(number);
            throw new Error("killed");
          };
        }
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return {
    where: storage.where,
    list: () => storage.list(),
    find: (name) => wrap(storage.find(name)),
    create: (definition) => wrap(storage.create(definition))!,
    remove: (name) => storage.remove(name),
    close: () => storage.close(),
  };
}

async function finishThroughDeaths(study: Study, options: Parameters<Study["run"]>[0]): Promise<number> {
  for (let deaths = 0; ; deaths++) {
    try {
      await finish(study, options);
      return deaths;
    } catch (error) {
      if ((error as Error).message !== "killed") throw error;
    }
  }
}

const cases: Record<string, StudyInput> = {
  "an early stop after some seeds": {
    name: "a",
    space: plane,
    sampler: "random",
    seeds: 5,
    lookahead: 2,
    task: { steps: 3 },
  },
  "a pruner's stop": {
    name: "a",
    space: plane,
    sampler: "random",
    pruner: { name: "asha", reduction: 2 },
    lookahead: 2,
    task: { steps: 9 },
  },
};
for (const [what, input] of Object.entries(cases)) {
  test(`${what} that was decided before a crash stays decided after it`, async (t) => {
    await using whole = await Study.open(":memory:", input);
    await finish(whole, { trials: 16, workers: 2, objective: steps });
    t.true(whole.states.pruned >= 2);
    await using study = await Study.open(dying(openSqlite(":memory:"), "pruned"), input);
    const deaths = await finishThroughDeaths(study, { trials: 16, workers: 2, objective: steps });
    t.true(deaths >= 1 && deaths <= whole.states.pruned);
    t.deepEqual(facts(study), facts(whole));
  });
}

test("a trial that was to end as diverged before a crash is diverged after it", async (t) => {
  const objective = async (context: {
    parameters: Readonly<Record<string, unknown>>;
    report(s: number, v: number): Promise<string>;
  }) => {
    await context.report(1, 1);
    await context.report(2, Number.NaN);
    return 5;
  };
  const input: StudyInput = { name: "a", space: plane, sampler: "random" };
  await using study = await Study.open(dying(openSqlite(":memory:"), "diverged"), input);
  t.is(await finishThroughDeaths(study, { trials: 2, workers: 1, objective }), 2);
  for (const trial of study.trials()) t.like(trial, { state: "diverged", error: { step: 2 } });
});

test("failed trials that are run again wait for those that they go by", async (t) => {
  const input: StudyInput = {
    name: "a",
    space: plane,
    sampler: "tpe",
    pruner: "asha",
    lookahead: 4,
    retries: 0,
  };
  let broken = true;
  const objective = async ({ number }: { number: number }) => {
    if (broken && number === 3) throw new Error("the third breaks");
    return number / 10;
  };
  await using study = await Study.open(":memory:", input);
  await finish(study, { trials: 10, workers: 2, objective });
  t.is(study.states.failed, 1);
  for await (const _ of study.run({ trials: 14, workers: 2, objective })) break;
  broken = false;
  study.retryFailed();
  await finish(study, { trials: 14, workers: 3, objective });
  t.is(study.states.complete, 14);
});

test("a study that is removed and made anew shares nothing with the old one", (t) => {
  const storage = openSqlite(":memory:");
  const first = storage.create(defineStudy({ name: "a", space: plane, sampler: "random" }));
  storage.remove("a");
  const second = storage.create(defineStudy({ name: "a", space: plane, sampler: "random" }));
  const owner = { host: "h", process: 1, began: "", nonce: "n" };
  t.throws(() => first.add(0, { parameters: { x: 1, y: 1 }, seeds: [1] }, owner), { message: /was removed/ });
  t.is(second.count(), 0);
  storage.close();
});
