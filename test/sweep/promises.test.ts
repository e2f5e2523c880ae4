import test from "ava";
import { openStudy, type TrainingStudyInput } from "../../src/experiments/sweep/open.js";
import { sha256Hex } from "../../src/hash.js";
import type { StudyInput } from "../../src/sweep/definition.js";
import { threadsExecutor } from "../../src/sweep/executors/threads.js";
import { folder } from "../support/folder.js";
import { facts, finish } from "./support/facts.js";

const steps = new URL("./objectives/steps.js", import.meta.url).href;
const misbehaving = new URL("./objectives/misbehaving.js", import.meta.url).href;
const plane = {
  parameters: { x: { type: "uniform", low: 0, high: 1 }, y: { type: "integer", low: 1, high: 5 } },
} as const;

const PINNED = "6c31302ee3d0c64338d05ec5517b9a86d1f686930d687e84902c3c39cc898a4d";

/** Small models on m2n1, pruned by what they report at ten validations. */
const training: TrainingStudyInput = {
  name: "models",
  seed: 3,
  target: "m2n1",
  sampler: { name: "tpe", startup: 4 },
  pruner: { name: "asha", reduction: 2 },
  lookahead: 4,
  space: {
    parameters: {
      dModel: [4, 8],
      heads: [1, 2, 4],
      layers: { type: "integer", low: 1, high: 2 },
      lr: { type: "log-uniform", low: 1e-5, high: 1 },
      dropout: { type: "uniform", low: 0, high: 0.3 },
    },
    constraints: ["heads divides dModel"],
  },
  experiment: {
    steps: 80,
    batch: 16,
    evaluateEvery: 20,
    trainRows: 1000,
    validationRows: 100,
    testRows: 100,
  },
};

test("a study of models is the same to the last bit on 1, 2 and 4 workers", async (t) => {
  const found = [];
  for (const workers of [1, 2, 4]) {
    await using study = await openStudy(":memory:", training);
    await finish(study, { trials: 16, workers });
    found.push(facts(study));
  }
  t.is(found[0].length, 16);
  t.deepEqual(found[1], found[0]);
  t.deepEqual(found[2], found[0]);
  const states = new Set(found[0].map(({ state }) => state));
  t.true(states.has("complete") && states.has("pruned"), [...states].join());
  // The same on every engine: printed by Node 20, 22 and 24. A change of bits belongs in the changelog.
  // What a trial takes of memory is no bit of what it found.
  const trials = found[0].map(({ plateau: _, ...trial }) => trial);
  const text = JSON.stringify(trials, (key, value) => (key === "footprintBytes" ? undefined : value));
  t.is(await sha256Hex(new TextEncoder().encode(text)), PINNED);
});

for (const pruner of ["none", "median", "asha", "hyperband"]) {
  test(`the same study on 1 and 3 workers, whose trials end in another order, with pruner ${pruner}`, async (t) => {
    const input: StudyInput = { name: "a", space: plane, pruner, lookahead: 3, task: { steps: 6 } };
    const orders = [];
    const found = [];
    for (const workers of [1, 3]) {
      await using study = await openStudy(":memory:", { ...input, sampler: { name: "tpe", startup: 5 } });
      orders.push(await finish(study, { trials: 30, workers, objective: steps }));
      found.push(facts(study));
    }
    t.deepEqual(found[1], found[0]);
    t.deepEqual(
      orders[0],
      [...orders[0]].sort((a, b) => a - b),
    );
  });
}

test("25 + 25 = 50, and asking for 50 again does nothing", async (t) => {
  const input: StudyInput = {
    name: "a",
    space: plane,
    sampler: "tpe",
    pruner: "median",
    seed: 9,
    task: { steps: 5 },
  };
  await using whole = await openStudy(":memory:", input);
  await finish(whole, { trials: 50, workers: 2, objective: steps });
  await using halves = await openStudy(":memory:", input);
  t.is((await finish(halves, { trials: 25, workers: 2, objective: steps })).length, 25);
  t.is((await finish(halves, { trials: 50, workers: 1, objective: steps })).length, 25);
  t.deepEqual(await finish(halves, { trials: 50, workers: 1, objective: steps }), []);
  t.deepEqual(facts(halves), facts(whole));
});

test("a caller that leaves the loop loses nothing", async (t) => {
  const input: StudyInput = {
    name: "a",
    space: plane,
    sampler: "random",
    task: { steps: 8, milliseconds: 2 },
  };
  await using whole = await openStudy(":memory:", input);
  await finish(whole, { trials: 12, workers: 2, objective: steps });
  await using left = await openStudy(":memory:", input);
  for (let round = 0; round < 20 && left.states.complete < 12; round++) {
    for await (const _ of left.run({ trials: 12, workers: 2, objective: steps })) break;
    t.is(left.states.running, 0);
  }
  t.deepEqual(facts(left), facts(whole));
});

test("a grid has every cell once, and failed cells run again on request", async (t) => {
  const once = folder(t);
  const space = { parameters: { deed: ["throw", "none", "exit", "nothing"], b: [1, 2, 3] } };
  await using study = await openStudy(":memory:", {
    name: "g",
    space,
    sampler: "grid",
    retries: 0,
    task: { once },
  });
  await finish(study, { trials: 100, workers: 2, objective: misbehaving });
  const cells = () => facts(study).map(({ parameters }) => JSON.stringify(parameters));
  t.is(study.states.complete, 6);
  t.is(study.states.failed, 6);
  t.is(new Set(cells()).size, 12);
  const before = cells();
  t.is(study.retryFailed(), 6);
  t.is((await finish(study, { trials: 100, workers: 2, objective: misbehaving })).length, 6);
  t.is(study.states.complete, 12);
  t.deepEqual(cells(), before);
});

const reasons: Record<string, RegExp> = {
  exit: /thread ended and was replaced/,
  throw: /^Error: no luck$/,
  reject: /^Error: no luck either$/,
  memory: /ran out of JavaScript heap/,
  trap: /RuntimeError: unreachable/,
  hang: /longer than its limit of 5 s/,
  wait: /longer than its limit of 5 s/,
};
for (const [deed, reason] of Object.entries(reasons)) {
  test(`a trial whose worker does "${deed}" is tried again, then failed with the reason; others go on`, async (t) => {
    const space = { parameters: { deed: ["fine", deed, "good"], n: [1, 2] } };
    const input: StudyInput = { name: "m", space, sampler: "grid", retries: 1, task: {} };
    await using study = await openStudy(":memory:", input);
    const executor = threadsExecutor(misbehaving, {
      workers: 2,
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    // Five seconds only for what never ends by itself: a busy machine takes its time for the rest.
    await finish(study, { trials: 6, executor, timeLimit: /hang|wait/.test(deed) ? 5 : 120 });
    for (const { parameters, state, failures, error, value } of study.trials()) {
      if (parameters["deed"] === deed) {
        t.is(state, "failed");
        t.is(failures, 1, "tried once more");
        t.regex(error!.message, reason);
      } else t.deepEqual([state, value], ["complete", 1]);
    }
  });
}

test("a worker that breaks down once is replaced, and its trial is done by the next", async (t) => {
  const once = folder(t);
  const space = { parameters: { deed: ["exit", "throw", "trap", "fine"] } };
  await using study = await openStudy(":memory:", { name: "m", space, sampler: "grid", task: { once } });
  await finish(study, { trials: 4, workers: 2, objective: misbehaving });
  t.is(study.states.complete, 4);
  t.deepEqual(
    facts(study).map(({ failures }) => failures),
    [1, 1, 1, 0],
  );
});

test("NaN ends a trial as diverged, at its step, and others go on", async (t) => {
  const space = { parameters: { deed: ["nan", "fine"] } };
  await using study = await openStudy(":memory:", { name: "n", space, sampler: "grid", task: {} });
  await finish(study, { trials: 2, workers: 1, objective: misbehaving });
  const [nan, fine] = facts(study);
  t.like(nan, { state: "diverged", value: null, failures: 0, error: { code: "diverged", step: 2 } });
  t.deepEqual(
    nan.reports.map(({ value }) => value),
    [0.5, Number.NaN],
  );
  t.is(fine.state, "complete");
});

test("a learning rate that explodes is diverged at its update, and TPE keeps away from it", async (t) => {
  const space = { parameters: { lr: { type: "log-uniform", low: 1e-4, high: 1e30 } } } as const;
  await using study = await openStudy(":memory:", {
    ...{ name: "n", space, target: "m2n1", seed: 1, lookahead: 1, sampler: { name: "tpe", startup: 6 } },
    experiment: {
      ...training.experiment,
      steps: 40,
      clipNorm: 0,
      dModel: 4,
      layers: 1,
      protocol: { weightDecay: "none" },
    },
  });
  await finish(study, { trials: 24, workers: 1 });
  const trials = facts(study);
  const diverged = trials.filter(({ state }) => state === "diverged");
  t.true(diverged.length > 0);
  for (const { error } of diverged) t.regex(error!.message, /^at update \d+ the loss is /);
  const late = trials.slice(12).filter(({ state }) => state === "diverged").length;
  const early = trials.slice(0, 6).filter(({ state }) => state === "diverged").length;
  t.true(late / 12 < early / 6, `${early} of 6 diverged, then ${late} of 12`);
});

test("several seeds: one unit with mean, spread and interval, stopped early where it is worse", async (t) => {
  const input: StudyInput = {
    name: "s",
    space: plane,
    sampler: "random",
    seeds: 5,
    lookahead: 2,
    task: { steps: 3 },
  };
  const found = [];
  for (const workers of [1, 2]) {
    await using study = await openStudy(":memory:", input);
    await finish(study, { trials: 12, workers, objective: steps });
    found.push(facts(study));
  }
  t.deepEqual(found[1], found[0]);
  const [first] = found[0];
  t.is(first.replicates.length, 5);
  const values = first.replicates.map(({ value }) => value);
  const mean = values.reduce((a, b) => a + b, 0) / 5;
  t.is(first.value, mean);
  t.true(first.low! < mean && mean < first.high! && first.deviation! > 0);
  t.deepEqual(found[0][1].seeds, first.seeds, "the same seeds, so that they compare in pairs");
  const pruned = found[0].filter(({ state }) => state === "pruned");
  t.true(pruned.length > 0);
  for (const { replicates } of pruned) t.true(replicates.length >= 2 && replicates.length < 5);
});
