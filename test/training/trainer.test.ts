import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { Transformer } from "../../src/nn/transformer.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import { arrayData } from "../../src/training/data.js";
import { runTraining } from "../../src/training/loop.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import type { TrainingState } from "../../src/training/state.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../kernels/run.js";

const ROWS = 40;
const source = testSource(3);
const x = source(ROWS * 2 * 3);
const y = x.filter((_, i) => i % 6 < 3).map((v, i) => v * x[i]);

function create(dropout = 0.1): Transformer {
  return Transformer.create(
    {
      inputDim: 3,
      outputDim: 3,
      inputTokens: 2,
      outputTokens: 1,
      dModel: 8,
      heads: 2,
      ff: 16,
      encoderLayers: 1,
      decoderLayers: 1,
      dropout,
    },
    { seed: 5 },
  );
}

function trainer(options: Partial<TrainingInput>, model = create()): Trainer {
  return new Trainer(
    model,
    { kind: "mse" },
    arrayData(x, y, ROWS),
    trainingOptions({ steps: 30, batch: 16, lr: 1e-2, ...options }),
  );
}

test("a run continued from a checkpoint file gives the bits of an uninterrupted one", async (t) => {
  const options = { steps: 30, batch: 16, warmup: 5, evaluateEvery: 4, weightDecay: 0.01, seed: 9 };
  const evaluate = (one: Trainer) => () => one.loss;
  const whole = trainer(options);
  const outcome = await runTraining(whole, { evaluate: evaluate(whole) });
  t.is(outcome.reason, "complete");

  for (const stop of [1, 4, 13, 29]) {
    const first = trainer(options);
    const controller = new AbortController();
    let file: Uint8Array | undefined;
    const step = first.step.bind(first);
    first.step = () => {
      if (first.updates === stop - 1) controller.abort();
      return step();
    };
    const stopped = runTraining(first, {
      evaluate: evaluate(first),
      signal: controller.signal,
      onCheckpoint: async (state) => void (file = await encodeCheckpoint(state, "run")),
    });
    await t.throwsAsync(stopped, { code: "aborted", message: `aborted at update ${stop} of 30` });
    t.is(first.updates, stop);

    const second = trainer(options);
    const resume = await decodeCheckpoint(file!, "run", "file");
    const end = await runTraining(second, { evaluate: evaluate(second), resume });
    t.deepEqual(second.model.weights(), whole.model.weights(), `stopped after ${stop}`);
    t.deepEqual(end.evaluations, outcome.evaluations);
    t.deepEqual(end.best, outcome.best);
  }
});

test("a checkpoint of another run, or a damaged one, is refused", async (t) => {
  const state: TrainingState = {
    updates: 1,
    loss: Number.POSITIVE_INFINITY,
    seconds: 1.5,
    updateSeconds: 1,
    evaluations: [
      { update: 1, value: Number.NaN },
      { update: 2, value: Number.NEGATIVE_INFINITY },
    ],
    weights: Float32Array.of(1),
    first: Float32Array.of(2),
    second: Float32Array.of(3),
  };
  const bytes = await encodeCheckpoint(state, "a");
  t.deepEqual(await decodeCheckpoint(bytes, "a", "f"), { ...state, best: undefined, bestWeights: undefined });
  await t.throwsAsync(() => decodeCheckpoint(bytes, "b", "f"), {
    instanceOf: PlateauError,
    message: /another configuration/,
  });
  await t.throwsAsync(() => decodeCheckpoint(bytes.subarray(0, 60), "a", "f"), { instanceOf: PlateauError });
  const damaged = bytes.slice();
  damaged[damaged.length - 2] ^= 1;
  await t.throwsAsync(() => decodeCheckpoint(damaged, "a", "f"), {
    instanceOf: PlateauError,
    message: /is damaged/,
  });
  const one = trainer({});
  await t.throwsAsync(runTraining(one, { resume: state }), { code: "shape-mismatch" });
});

test("two micro-batches of 8 are one batch of 16, but for rounding", (t) => {
  // 40 rows in epochs: batches 0 and 1 of size 8 hold the rows of batch 0 of size 16.
  const one = trainer({ batch: 16 }, create(0));
  const two = trainer({ batch: 8, accumulation: 2 }, create(0));
  one.step();
  two.step();
  t.true(Math.abs(one.loss - two.loss) < 1e-6 * one.loss);
  t.true(Math.abs(one.gradientNorm - two.gradientNorm) < 1e-5 * one.gradientNorm);
});

test("every sample is seen once an epoch, epochs differ, and batches straddle them", (t) => {
  const one = trainer({ batch: 16, steps: 100 });
  const seen: number[] = [];
  const data = arrayData(x, y, ROWS);
  const spy = {
    ...data,
    fill: (...args: Parameters<typeof data.fill>) => {
      seen.push(...args[0].u32(args[2], 16));
      data.fill(...args);
    },
  };
  const spied = new Trainer(create(), { kind: "mse" }, spy, trainingOptions({ steps: 5, batch: 16 }));
  for (let i = 0; i < 5; i++) spied.step();
  const first = seen.slice(0, ROWS);
  const second = seen.slice(ROWS, 2 * ROWS);
  t.is(new Set(first).size, ROWS);
  t.is(new Set(second).size, ROWS);
  t.notDeepEqual(first, second);
  t.is(one.updates, 0);
});

test("a loss that is not finite stops training, names the update and leaves the weights", async (t) => {
  const one = trainer({ lr: 1e-2, steps: 50 });
  const bad = y.slice();
  const data = arrayData(x, bad, ROWS);
  let fills = 0;
  const poisoned = {
    ...data,
    fill: (...args: Parameters<typeof data.fill>) => {
      data.fill(...args);
      if (++fills === 8) args[0].f32(args[1].y, 1)[0] = Number.NaN;
    },
  };
  const model = create();
  const trained = new Trainer(model, { kind: "mse" }, poisoned, one.options);
  for (let i = 0; i < 7; i++) t.true(trained.step());
  const before = model.weights().slice();
  const outcome = await runTraining(trained);
  t.is(outcome.reason, "diverged");
  t.is(outcome.diverged?.update, 8);
  t.true(Number.isNaN(outcome.diverged?.loss));
  t.deepEqual(model.weights().slice(), before);
  t.true(model.weights().every(Number.isFinite));
});

test("training stops when evaluations no longer improve, and keeps the best weights", async (t) => {
  const one = trainer({ steps: 100, evaluateEvery: 2, patience: 3 });
  const kept = new Map<number, Float32Array>();
  const outcome = await runTraining(one, {
    evaluate: (update) => {
      kept.set(update, one.model.weights().slice());
      return Math.abs(update - 6);
    },
  });
  t.is(outcome.reason, "stopped");
  t.deepEqual(outcome.best, { update: 6, value: 0 });
  t.is(outcome.updates, 12);
  t.deepEqual(one.model.weights().slice(), kept.get(6));
});

test("a batch larger than the data, and bad options, are refused with their value", (t) => {
  t.throws(() => trainer({ batch: 41 }), {
    instanceOf: PlateauError,
    code: "usage",
    message: /batch 41 .*40 rows/,
  });
  for (const [name, value] of Object.entries({
    lr: Number.NaN,
    steps: 0,
    beta1: 1,
    clipNorm: -1,
    minFactor: 2,
    seed: 1.5,
  })) {
    const error = t.throws(() => trainer({ [name]: value }), { instanceOf: PlateauError, code: "usage" });
    t.true(error?.message.includes(`${name} is ${value}`), error?.message);
  }
});

test("a model too large for WebAssembly memory is refused before anything is allocated", (t) => {
  const huge = {
    inputDim: 4,
    outputDim: 4,
    inputTokens: 2,
    outputTokens: 1,
    dModel: 32768,
    heads: 4,
    ff: 65536,
    encoderLayers: 2,
    decoderLayers: 2,
  };
  const error = t.throws(() => Transformer.create(huge), { instanceOf: PlateauError, code: "memory" });
  t.regex(error!.message, /needs \d{10,} bytes, WebAssembly memory holds 4294901760/);
});

test("memory that grows between two steps changes no bits", (t) => {
  const [one, other] = [trainer({ seed: 2 }), trainer({ seed: 2 })];
  for (let i = 0; i < 3; i++) {
    t.true(one.step());
    // More than what is free, so that every view of the memory is detached.
    other.model.engine.allocate(other.model.engine.memory.buffer.byteLength);
    t.true(other.step());
    t.is(other.loss, one.loss);
  }
  t.deepEqual(other.model.weights().slice(), one.model.weights().slice());
  t.deepEqual(other.model.predict(x), one.model.predict(x));
});

test("data whose rows are not the model's are refused before anything is written", (t) => {
  const options = trainingOptions({ steps: 3, batch: 8 });
  const refused = (message: RegExp, ...args: Parameters<typeof arrayData>) =>
    t.throws(() => new Trainer(create(), { kind: "mse" }, arrayData(...args), options), {
      instanceOf: PlateauError,
      code: "shape-mismatch",
      message,
    });
  refused(/12 numbers of x, this encoder-decoder model takes 2·3/, x, y.subarray(0, y.length / 2), ROWS / 2);
  refused(/6 numbers of y, this encoder-decoder model takes 1·3/, x, x, ROWS);
  refused(/x has 240 numbers, which are no 7 rows/, x, y, 7);
  const labelled = arrayData(x, y, ROWS, new Int32Array(3 * ROWS));
  t.throws(() => new Trainer(create(), { kind: "cross-entropy", classes: 3 }, labelled, options), {
    code: "shape-mismatch",
    message: /3 numbers of labels, this encoder-decoder model takes 1·1/,
  });
  t.throws(
    () => new Trainer(create(), { kind: "cross-entropy", classes: 3 }, arrayData(x, y, ROWS), options),
    {
      code: "shape-mismatch",
      message: /0 numbers of labels/,
    },
  );
});

test("a state handed to onCheckpoint is not changed by training that goes on", async (t) => {
  const one = trainer({ steps: 12, evaluateEvery: 2 });
  const states: TrainingState[] = [];
  await runTraining(one, {
    evaluate: () => one.loss,
    onCheckpoint: (state) => void states.push(state),
    checkpointEvery: 0,
  });
  t.true(states.length > 4);
  for (const { updates, evaluations } of states) t.is(evaluations.length, Math.floor(updates / 2));
});

test("evaluations that are no numbers are never best, and use up the patience", async (t) => {
  const one = trainer({ steps: 50, evaluateEvery: 2, patience: 3 });
  const outcome = await runTraining(one, { evaluate: () => Number.NaN });
  t.is(outcome.reason, "stopped");
  t.is(outcome.updates, 6);
  t.is(outcome.best, undefined);
  const later = trainer({ steps: 8, evaluateEvery: 2 });
  const { best } = await runTraining(later, { evaluate: (update) => (update < 5 ? Number.NaN : update) });
  t.deepEqual(best, { update: 6, value: 6 });
});

test("an evaluation that was aborted is done first when training continues", async (t) => {
  const options = { steps: 20, evaluateEvery: 5, seed: 3 };
  const whole = trainer(options);
  const expected = await runTraining(whole, { evaluate: () => whole.loss });

  const controller = new AbortController();
  const first = trainer(options);
  let state: TrainingState | undefined;
  const stopped = runTraining(first, {
    signal: controller.signal,
    onCheckpoint: (now) => void (state = now),
    evaluate: (update) => {
      if (update < 10) return first.loss;
      controller.abort();
      throw new PlateauError("aborted", "aborted while judging");
    },
  });
  await t.throwsAsync(stopped, { instanceOf: PlateauError, code: "aborted" });
  t.is(state!.updates, 10);
  t.deepEqual(state!.evaluations, expected.evaluations.slice(0, 1));

  const second = trainer(options);
  const resume = await decodeCheckpoint(await encodeCheckpoint(state!, "run"), "run", "file");
  const judged: number[] = [];
  const outcome = await runTraining(second, {
    resume,
    evaluate: (update) => {
      judged.push(update);
      return second.loss;
    },
  });
  t.deepEqual(judged, [10, 15, 20]);
  t.deepEqual(outcome.evaluations, expected.evaluations);
  t.deepEqual(second.model.weights().slice(), whole.model.weights().slice());
});
