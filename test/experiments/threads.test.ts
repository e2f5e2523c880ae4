import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { defineExperiment, type ExperimentInput, identity } from "../../src/experiments/config.js";
import { footprint, run } from "../../src/experiments/run.js";
import { trainingStudy } from "../../src/experiments/sweep/open.js";
import { encodeCheckpoint } from "../../src/training/checkpoint.js";
import type { TrainingState } from "../../src/training/state.js";

const input: ExperimentInput = {
  target: "m4n3",
  mode: "classification",
  ...{ dModel: 8, ff: 8, layers: 1, dropout: 0.1, batch: 16, slices: 3, steps: 30, evaluateEvery: 10 },
  ...{ trainRows: 200, validationRows: 50, testRows: 50 },
};

test("a run has the same result on any number of threads, and continues on another", async (t) => {
  const [one, two] = [await run(input), await run(input, { threads: 2 })];
  const result = one.result;
  t.is(result.resolved.training.slices, 3);
  t.false("threads" in result.resolved.training);
  for (const name of ["weightsSha256", "loss", "test", "best", "steps", "verdict"] as const) {
    t.deepEqual(two.result![name], result[name]);
  }

  const controller = new AbortController();
  let state: TrainingState | undefined;
  const stopped = run(input, {
    threads: 3,
    signal: controller.signal,
    onCheckpoint: (now) => void (state = now),
    onEvaluation: ({ update }) => update === 10 && controller.abort(),
  });
  await t.throwsAsync(stopped, { instanceOf: PlateauError, code: "aborted" });
  t.is(state!.updates, 10);
  t.true((await encodeCheckpoint(state!, identity(one.experiment))).length > 0);
  const rest = await run(input, { resume: state, threads: 2 });
  t.is(rest.result.weightsSha256, result.weightsSha256);
});

test("slices are a part of what a run is, threads are not", async (t) => {
  const whole = defineExperiment({ ...input, slices: 1 });
  t.not(identity(whole), identity(defineExperiment(input)));
  t.not((await run({ ...input, slices: 1 })).result.weightsSha256, (await run(input)).result.weightsSha256);
  const threads = { ...input, threads: 2 } as ExperimentInput;
  t.throws(() => defineExperiment(threads), { instanceOf: PlateauError, code: "usage", message: /threads/ });
});

test("the memory of threads is known before any is allocated", async (t) => {
  const experiment = defineExperiment(input);
  t.true(footprint(experiment, 2) > footprint(experiment));
  t.throws(() => footprint(experiment, 4), { code: "usage", message: /threads is 4 with slices 3/ });
  await t.throwsAsync(run(input, { threads: 4 }), { code: "usage" });
  // Gradients of sixteen slices are what does not fit.
  const wide = { target: "m2n1", dModel: 2048, ff: 8192, layers: 1, heads: 8, batch: 16 };
  t.notThrows(() => footprint(defineExperiment(wide)));
  t.throws(() => footprint(defineExperiment({ ...wide, slices: 16 }), 2), { code: "memory" });
});

test("a study trains each model on one thread", (t) => {
  const parameters = { threads: [1, 2] };
  const message = /^threads is no option of a study: it trains as many models at a time as it has workers/;
  t.throws(() => trainingStudy({ target: "m2n1", space: { parameters } } as never), {
    code: "usage",
    message,
  });
  const experiment = { threads: 2 };
  t.throws(() => trainingStudy({ target: "m2n1", space: "sound", experiment } as never), {
    code: "usage",
    message,
  });
});
