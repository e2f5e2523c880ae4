import test from "ava";
import fc from "fast-check";
import { size } from "../../src/graph/tensor.js";
import { inContext } from "../../src/nn/in-context.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { tabular } from "../../src/nn/tabular.js";
import { transformer } from "../../src/nn/transformer.js";
import type { TrainingData } from "../../src/training/data.js";
import type { Loss } from "../../src/training/losses.js";
import { trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../kernels/run.js";
import { architectures } from "../support/architectures.js";

const BATCH = 5;
/** Rounding of the forward pass (some 1e-6 of the loss) over a difference of 0.02, with room for its spread. */
const FLOOR = 1e-2;

/** The same batch every time. */
function constantData(model: Model, loss: Loss, seed: number): TrainingData {
  const { inputDim, targetDim, outputDim, extent } = model.architecture;
  const source = testSource(seed);
  const x = source(BATCH * extent.inputTokens * inputDim);
  const y = source(BATCH * extent.outputTokens * targetDim);
  const K = loss.kind === "cross-entropy" ? loss.classes : 1;
  const labels = source((BATCH * extent.outputTokens * outputDim) / K, 0, K).map(Math.floor);
  return {
    rows: BATCH,
    widths: {
      x: x.length / BATCH,
      y: y.length / BATCH,
      labels: loss.kind === "mse" ? 0 : labels.length / BATCH,
    },
    fill(engine, to) {
      engine.f32(to.x, x.length).set(x);
      engine.f32(to.y, y.length).set(y);
      if (to.labels) engine.i32(to.labels, labels.length).set(labels);
    },
  };
}

/**
 * Largest |numeric − exact| of directional derivatives: one direction a parameter tensor, by central
 * differences of the float32 loss. Relative to the derivative's expected size for a random direction, the
 * tensor's own gradient norm by the root of its length; but no less than `FLOOR` times the loss, as far as
 * differences of a float32 loss resolve anything.
 */
function worstDirectionalError(model: Model, loss: Loss): number {
  const trainer = new Trainer(
    model,
    loss,
    constantData(model, loss, 11),
    trainingOptions({ steps: 1, batch: BATCH, seed: 4 }),
  );
  trainer.gather();
  const { engine, parameters } = model;
  const gradient = engine.f32(trainer.state.gradients, parameters.length).slice();
  const loss0 = trainer.loss;
  const weights = model.weights();
  let worst = 0;
  for (const { shape, offset } of parameters) {
    const n = size(shape);
    const direction = testSource(offset + 1)(n);
    const scale = 1 / Math.hypot(...direction);
    const exact = direction.reduce((sum, v, i) => sum + v * scale * gradient[offset + i], 0);
    const before = weights.slice(offset, offset + n);
    // Richardson's extrapolation of two central differences: error of order h⁴.
    const central = (h: number): number => {
      const at = (sign: number) => {
        for (let i = 0; i < n; i++) weights[offset + i] = before[i] + sign * h * scale * direction[i];
        trainer.gather();
        return trainer.loss;
      };
      const slope = (at(1) - at(-1)) / (2 * h);
      weights.set(before, offset);
      return slope;
    };
    let squares = 0;
    for (let i = offset; i < offset + n; i++) squares += gradient[i] * gradient[i];
    const expected = Math.sqrt(squares / n);
    // Large steps see curvature, small ones rounding: a right gradient agrees at one of them.
    const errors = [0.01, 0.0025, 0.000625].map((h) =>
      Math.abs((4 * central(h) - central(2 * h)) / 3 - exact),
    );
    worst = Math.max(worst, Math.min(...errors) / Math.max(expected, FLOOR * loss0));
  }
  return worst;
}

test("exact gradients agree with differences of the loss, whatever the architecture", (t) => {
  fc.assert(
    fc.property(architectures, (options) => {
      const model = new Model(transformer(options), { seed: 8 });
      if (model.parameterCount === 0) return true;
      // LayerNorm over one or two features is all but a step function: differences say nothing there.
      if ((options.dModel as number) < 3) return true;
      // Nor across kinks: these have tests of their own.
      if (options.activation === "relu" || options.normalizer === "sparsemax") return true;
      const error = worstDirectionalError(model, { kind: "mse" });
      if (error > 0.01) t.log(error, options);
      return error <= 0.01;
    }),
    { numRuns: 80, seed: 2 },
  );
  t.pass();
});

test("cross-entropy per token and per coordinate", (t) => {
  for (const [outputDim, classes] of [
    [4, 4],
    [6, 3],
  ]) {
    const model = new Model(
      transformer({
        inputDim: 3,
        targetDim: 2,
        outputDim,
        inputTokens: 3,
        outputTokens: 2,
        dModel: 8,
        heads: 2,
        ff: 8,
        encoderLayers: 1,
        decoderLayers: 1,
      }),
    );
    t.true(worstDirectionalError(model, { kind: "cross-entropy", classes }) < 0.01);
  }
});

test("multilayer perceptron", (t) => {
  const model = new Model(
    mlp({ inputDim: 3, outputDim: 2, inputTokens: 2, outputTokens: 2, hidden: [9, 5] }),
  );
  t.is(model.parameterCount, 6 * 9 + 9 + 9 * 5 + 5 + 5 * 4 + 4);
  t.true(worstDirectionalError(model, { kind: "mse" }) < 0.01);
});

test("sparsemax attention", (t) => {
  const model = new Model(
    transformer({
      kind: "encoder",
      inputDim: 2,
      outputDim: 2,
      inputTokens: 5,
      outputTokens: 5,
      dModel: 8,
      heads: 2,
      ff: 8,
      encoderLayers: 2,
      normalizer: "sparsemax",
    }),
  );
  t.true(worstDirectionalError(model, { kind: "mse" }) < 0.02);
});

test("Transformers over columns, numeric and categorical, of any number of layers and heads", (t) => {
  for (const [columns, layers, heads] of [
    [[1], 1, 1],
    [[1, 3, 1, 1], 2, 2],
    [[2, 5, 1], 3, 3],
  ] as const) {
    const model = new Model(
      tabular({ columns: [...columns], outputDim: 2, dModel: 4 * heads, heads, ff: 9, layers }),
      { seed: 3 },
    );
    t.true(worstDirectionalError(model, { kind: "mse" }) < 0.01);
  }
});

test("linear attention over the examples of a prompt", (t) => {
  for (const [features, examples, layers] of [
    [1, 2, 1],
    [3, 4, 2],
  ]) {
    const model = new Model(inContext({ features, examples, layers }), { seed: 5 });
    t.true(worstDirectionalError(model, { kind: "mse" }) < 0.01);
  }
});
