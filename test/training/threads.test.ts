import type { Worker } from "node:worker_threads";
import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../src/errors.js";
import { Transformer } from "../../src/nn/transformer.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import { createTrainer } from "../../src/training/create-trainer.js";
import { arrayData } from "../../src/training/data.js";
import { runTraining } from "../../src/training/loop.js";
import type { Loss } from "../../src/training/losses.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import type { TrainingState } from "../../src/training/state.js";
import { train } from "../../src/training/train.js";
import type { Training } from "../../src/training/training.js";
import { testSource } from "../kernels/run.js";

const ROWS = 40;
const source = testSource(3);
const x = source(ROWS * 2 * 3);
const y = source(ROWS * 2 * 3);
const labels = Int32Array.from({ length: ROWS * 2 }, (_, i) => (i % 3 === 0 || i < 6 ? -100 : i % 3));
const regression: Loss = { kind: "mse" };
const classification: Loss = { kind: "cross-entropy", classes: 3 };

/** Wide enough that its parameters are cut into several parts, too. */
const create = (dModel = 32) =>
  Transformer.create(
    {
      inputDim: 3,
      outputDim: 3,
      inputTokens: 2,
      outputTokens: 2,
      dModel,
      heads: 2,
      ff: 2 * dModel,
      encoderLayers: 1,
      decoderLayers: 1,
      dropout: 0.1,
    },
    { seed: 5 },
  );

const data = () => arrayData(x, y, ROWS, labels);

async function trainer(
  t: ExecutionContext,
  threads: number,
  more: Partial<TrainingInput> = {},
  loss: Loss = regression,
): Promise<Training> {
  const options = trainingOptions({ steps: 40, batch: 10, slices: 4, lr: 1e-2, seed: 2, ...more });
  const made = await createTrainer(create(), loss, data(), options, threads);
  t.teardown(() => made.dispose());
  return made;
}

/** The helpers that are started while a test runs; tests of this file run one after the other. */
function watchWorkers(t: ExecutionContext): Worker[] {
  const workers: Worker[] = [];
  const watch = (worker: Worker) => void workers.push(worker);
  process.on("worker", watch);
  t.teardown(() => process.off("worker", watch));
  return workers;
}

const weights = ({ model }: Training) => model.weights().slice();

for (const [loss, more] of [
  [regression, {}],
  [regression, { accumulation: 3, clipEvery: "micro-batch", clipNorm: 0.01, optimizer: "sgd" }],
  [classification, { accumulation: 2, optimizer: "adam", weightDecay: 0.1 }],
] satisfies [Loss, Partial<TrainingInput>][]) {
  const how = JSON.stringify(more);
  test.serial(`the number of threads changes no bits: ${loss.kind} ${how}`, async (t) => {
    const all = await Promise.all([1, 2, 3, 4].map((threads) => trainer(t, threads, more, loss)));
    for (let step = 0; step < 30; step++) for (const one of all) t.true(await one.step());
    const [one, ...others] = all;
    t.true(one.loss > 0 && one.gradientNorm > 0);
    for (const other of others) {
      t.is(other.loss, one.loss);
      t.is(other.gradientNorm, one.gradientNorm);
      t.deepEqual(weights(other), weights(one));
    }
  });
}

test.serial(
  "a run continued from a checkpoint on other threads gives the bits of an uninterrupted one",
  async (t) => {
    const more = { evaluateEvery: 7, steps: 20 };
    const whole = await trainer(t, 1, more);
    const expected = await runTraining(whole, { evaluate: () => whole.loss });

    const first = await trainer(t, 2, more);
    const controller = new AbortController();
    let state: TrainingState | undefined;
    const stopped = runTraining(first, {
      evaluate: () => {
        if (first.updates === 14) controller.abort();
        return first.loss;
      },
      signal: controller.signal,
      onCheckpoint: (now) => void (state = now),
    });
    await t.throwsAsync(stopped, { code: "aborted" });
    t.is(state!.updates, 14);

    const second = await trainer(t, 3, more);
    const resume = await decodeCheckpoint(await encodeCheckpoint(state!, "run"), "run", "file");
    const outcome = await runTraining(second, { resume, evaluate: () => second.loss });
    t.is(outcome.reason, "complete");
    t.deepEqual(outcome.evaluations, expected.evaluations);
    t.is(outcome.loss, expected.loss);
    t.deepEqual(weights(second), weights(whole));
  },
);

test.serial("a step is stopped on all threads, and done again with the same bits", async (t) => {
  const [one, other] = [await trainer(t, 2), await trainer(t, 2)];
  let asked = 0;
  const late = {
    get aborted() {
      return ++asked > 1;
    },
  };
  t.is(await other.step(late), undefined);
  t.is(other.updates, 0);
  for (let i = 0; i < 3; i++) {
    t.true(await one.step());
    t.true(await other.step());
  }
  t.deepEqual(weights(other), weights(one));
});

test.serial("a training that diverges on threads stops before its weights", async (t) => {
  const spiked = data();
  let fills = 0;
  const model = create();
  const options = trainingOptions({ steps: 40, batch: 10, slices: 2 });
  const poisoned: typeof spiked = {
    ...spiked,
    fill(...args) {
      spiked.fill(...args);
      // The second slice of the fourth batch.
      if (++fills === 8) args[0].f32(args[1].y, 1)[0] = Number.NaN;
    },
  };
  const one = await createTrainer(model, regression, poisoned, options, 2);
  t.teardown(() => one.dispose());
  for (let i = 0; i < 3; i++) t.true(await one.step());
  const before = model.weights().slice();
  const outcome = await runTraining(one);
  t.is(outcome.reason, "diverged");
  t.is(outcome.diverged?.update, 4);
  t.deepEqual(model.weights().slice(), before);
});

test.serial(
  "a thread that dies ends the training with an error; what was done until then is stored",
  async (t) => {
    const workers = watchWorkers(t);
    const whole = await trainer(t, 1, { steps: 30 });
    const one = await trainer(t, 3, { steps: 30 });
    t.is(workers.length, 2);
    let state: TrainingState | undefined;
    const step = one.step.bind(one);
    one.step = (signal) => {
      if (one.updates === 11) void workers[1].terminate();
      return step(signal);
    };
    const error = await t.throwsAsync(runTraining(one, { onCheckpoint: (now) => void (state = now) }), {
      instanceOf: PlateauError,
      code: "internal",
      message: /^a thread of the training ended \(exit code 1\): continue from a checkpoint/,
    });
    t.true((error as PlateauError).cause instanceof Error);
    t.true(state!.updates >= 11 && state!.updates < 30, String(state!.updates));
    await t.throwsAsync(async () => one.step(), { code: "internal" });

    const again = await trainer(t, 2, { steps: 30 });
    await runTraining(again, { resume: state });
    await runTraining(whole);
    t.deepEqual(weights(again), weights(whole));
  },
);

test.serial("a helper that fails says why", async (t) => {
  const workers = watchWorkers(t);
  const one = await trainer(t, 2);
  // What an uncaught error in the thread comes to.
  workers[0].emit("error", Object.assign(new Error("heap"), { code: "ERR_WORKER_OUT_OF_MEMORY" }));
  await t.throwsAsync(async () => one.step(), { code: "memory", message: /ran out of JavaScript heap/ });
});

test.serial("train() ends its threads and leaves the model where it was, trained", async (t) => {
  const workers = watchWorkers(t);
  const [one, other] = [create(), create()];
  const { engine, address } = other;
  const input = { steps: 12, batch: 10, slices: 2, evaluateEvery: 4 };
  await train(one, data(), { ...input, evaluate: () => one.predict(x, { teacher: y })[0] });
  t.is(workers.length, 0);
  const outcome = await train(other, data(), {
    ...input,
    threads: 2,
    evaluate: () => other.predict(x, { teacher: y })[0],
  });
  t.is(outcome.reason, "complete");
  t.is(workers.length, 1);
  t.is(workers[0].threadId, -1, "it has ended");
  t.is(other.engine, engine);
  t.is(other.address, address);
  t.deepEqual(other.weights().slice(), one.weights().slice());
  t.deepEqual(other.predict(x, { teacher: y }), one.predict(x, { teacher: y }));
});

test.serial(
  "data that do not fit, or memory that does not, leave the model and no thread behind",
  async (t) => {
    const workers = watchWorkers(t);
    const model = create();
    const { engine } = model;
    const bad = arrayData(x, y, ROWS / 2);
    await t.throwsAsync(train(model, bad, { steps: 1, slices: 2, threads: 2 }), { code: "shape-mismatch" });
    const huge = { ...data(), bytes: () => 2 ** 32 };
    await t.throwsAsync(train(model, huge, { steps: 1, slices: 2, threads: 2 }), { code: "memory" });
    t.is(model.engine, engine);
    t.is(workers.length, 0);
  },
);
