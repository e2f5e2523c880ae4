import test from "ava";
import { run } from "../../src/experiments/run.js";
import type { Architecture } from "../../src/nn/architecture.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { type TrainInput, train } from "../../src/training/train.js";
import { testSource } from "../kernels/run.js";
import { check } from "../reference/check.js";
import { DEVIATIONS } from "../reference/compare.js";

const small = transformer({
  ...{ inputDim: 3, targetDim: 2, outputDim: 2, inputTokens: 4, outputTokens: 3 },
  ...{ dModel: 8, heads: 2, ff: 16, encoderLayers: 1, decoderLayers: 1 },
});
const plain = mlp({ inputDim: 3, outputDim: 2, hidden: [8] });

interface Extreme {
  /** Factors of inputs and targets that are uniform in ±1, and what is added to targets. */
  readonly x?: number;
  readonly y?: number;
  readonly offset?: number;
  /** Factor of the initial weights. */
  readonly weights?: number;
  readonly classes?: number;
  readonly rows?: number;
}

/** Trains on extreme numbers; how it ended, and whether weights, moments and predictions are finite then. */
async function trained(architecture: Architecture, extreme: Extreme, input: Partial<TrainInput> = {}) {
  const { x: xs = 1, y: ys = 1, offset = 0, weights: scale = 1, classes, rows = 16 } = extreme;
  const model = new Model(architecture, { seed: 1 });
  const weights = model.weights();
  for (let i = 0; i < weights.length; i++) weights[i] *= scale;
  const source = testSource(3);
  const { inputTokens: m, outputTokens: n } = architecture.extent;
  const x = source(rows * m * architecture.inputDim).map((value) => value * xs);
  const y = source(rows * n * architecture.targetDim).map((value) => value * ys + offset);
  const labels = classes
    ? Int32Array.from(source((rows * n * architecture.outputDim) / classes, 0, classes), Math.floor)
    : undefined;
  const loss = classes ? { kind: "cross-entropy" as const, classes } : { kind: "mse" as const };
  const options = { steps: 4, seed: 1, loss, ...input };
  const outcome = await train(model, arrayData(x, y, rows, labels), options);
  const predictions = model.predict(x.subarray(0, m * architecture.inputDim));
  const finite = [...model.weights(), ...predictions].every(Number.isFinite);
  return { ...outcome, finite };
}

const extremes: readonly Extreme[] = [
  ...[1e-42, 1e-30, 0, 1e10, 1e19, 1e22, 1e30, 3e38].flatMap((size) => [{ x: size }, { y: size }]),
  { x: 1e-42, y: 1e-42 },
  { x: 1e30, y: 1e30 },
  { y: 0, offset: 1e30 },
  { y: 0, offset: 1 },
  { weights: 0 },
];

for (const optimizer of ["adam", "adamw", "sgd"] as const) {
  test(`${optimizer}: numbers of any size train to finite weights, or are said to have diverged`, async (t) => {
    for (const architecture of [small, plain]) {
      for (const clipNorm of [0, 1]) {
        for (const extreme of extremes) {
          const what = JSON.stringify({ kind: architecture.kind, clipNorm, extreme });
          const { reason, finite, diverged, loss, updates } = await trained(architecture, extreme, {
            optimizer,
            clipNorm,
          });
          t.true(reason === "diverged" || finite, what);
          if (reason === "diverged") t.is(diverged?.update, updates + 1, what);
          else t.true(Number.isFinite(loss), what);
          // Small numbers never are an excuse.
          const largest = Math.max(extreme.x ?? 1, extreme.y ?? 1, extreme.offset ?? 0);
          if (largest <= 1) t.is(reason, "complete", what);
        }
      }
    }
  });

  test(`${optimizer}: a learning rate that overflows has diverged, however few its updates`, async (t) => {
    for (const lr of [1e30, 1e38, 3.4e38]) {
      for (const steps of [1, 2, 5]) {
        const { reason } = await trained(small, {}, { optimizer, lr, steps, schedule: "constant" });
        t.is(reason, "diverged", `${lr}, ${steps} steps`);
      }
    }
  });
}

test("a run whose last update overflows is stored as diverged, not as a bad fit", async (t) => {
  const tiny = { target: "m2n1", seed: 1, dModel: 8, ff: 8, layers: 1, testRows: 64, trainRows: 256 };
  const { outcome, result } = await run({ ...tiny, steps: 1, lr: 1e38 });
  t.is(outcome.reason, "diverged");
  t.is(result?.outcome, "diverged");
  t.regex(result!.verdict, /^diverged at update 2: loss NaN/);
});

test("gradients whose squares overflow do not freeze weights: they have diverged", async (t) => {
  const { reason, diverged } = await trained(plain, { y: 1e22 }, { optimizer: "adam", clipNorm: 0 });
  t.is(reason, "diverged");
  t.true(Number.isFinite(diverged!.loss));
  // The same, clipped, can be trained.
  t.is((await trained(plain, { y: 1e22 }, { optimizer: "adam" })).reason, "complete");
});

test("options that float32 does not hold are refused", async (t) => {
  for (const [options, message] of [
    [{ lr: 1e39 }, /lr is 1e\+39: expected a number up to 3.40e\+38/],
    [{ lr: 1e-46 }, /lr is 1e-46: expected a number from 1.18e-38 up/],
    [{ eps: 1e-50 }, /eps is 1e-50: expected a number from 8.67e-19 up/],
  ] as const) {
    await t.throwsAsync(trained(plain, {}, options), { code: "usage", message });
  }
});

test("logits of any size, and one class", async (t) => {
  for (const weights of [1, 1e4, 1e10]) {
    const { reason, finite } = await trained(plain, { classes: 2, weights, x: weights });
    t.is(reason, "complete");
    t.true(finite);
  }
  for (const architecture of [small, plain]) {
    const { reason, loss } = await trained(architecture, { classes: 1 });
    t.is(reason, "complete");
    t.is(loss, 0);
  }
});

test("d, T and B of 1, and batches that are no multiple of anything, have the gradients of float64", (t) => {
  const one = transformer({
    ...{ inputDim: 1, outputDim: 1, inputTokens: 1, outputTokens: 1 },
    ...{ dModel: 1, heads: 1, ff: 1, encoderLayers: 1, decoderLayers: 1 },
  });
  const loss = { kind: "mse" } as const;
  for (const architecture of [one, plain]) {
    for (const batch of [1, 2, 3, 5, 7, 11, 13, 17, 31, 33, 61, 67]) {
      for (const comparison of check({ architecture, loss, batch, seed: batch }).comparisons!) {
        t.true(comparison.deviations < DEVIATIONS, JSON.stringify({ batch, comparison }));
      }
    }
  }
});

test("a batch's rows have the bits that they have alone", (t) => {
  const model = new Model(small, { seed: 4 });
  const x = testSource(5)(67 * 12);
  const together = model.predict(x);
  for (const rows of [1, 3, 5, 7, 11, 13, 33]) {
    t.deepEqual(model.predict(x.subarray(0, rows * 12)), together.slice(0, rows * 6));
  }
});

test("long sequences, up to what attention takes", async (t) => {
  const long = (T: number) =>
    transformer({
      ...{ kind: "encoder", inputDim: 1, outputDim: 1, inputTokens: T, outputTokens: T },
      ...{ dModel: 2, heads: 1, ff: 2, encoderLayers: 1 },
    });
  const { reason, finite } = await trained(long(3001), { rows: 1 }, { steps: 1 });
  t.is(reason, "complete");
  t.true(finite);
  await t.throwsAsync(async () => trained(long(8193), { rows: 1 }, { steps: 1 }), { code: "shape-mismatch" });
});
