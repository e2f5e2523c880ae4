import test from "ava";
import fc from "fast-check";
import { modelFunction } from "../../src/analysis/model-function.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { Transformer, transformer } from "../../src/nn/transformer.js";
import type { BatchFunction } from "../../src/targets/function.js";
import { testSource } from "../kernels/run.js";
import { architectures } from "../support/architectures.js";

const float64 = (values: ArrayLike<number>) => Float64Array.from(values);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((s, v, i) => s + v * b[i], 0);

/**
 * Largest |numeric − exact| slope along random directions, relative to the gradient: central differences
 * of the float32 outputs, extrapolated (error of order h⁴), so good to about 1e-7/h.
 */
function slopeError(f: BatchFunction, seed: number, points = 3): number {
  const x = float64(testSource(seed)(points * f.inputs, -1, 1));
  const v = float64(testSource(seed + 1)(points * f.inputs, -1, 1));
  const w = float64(testSource(seed + 2)(points * f.outputs, -1, 1));
  const gradient = f.vjp!(x, w, points);
  let worst = 0;
  for (let i = 0; i < points; i++) {
    const part = (a: Float64Array, width: number) => a.subarray(i * width, (i + 1) * width);
    const direction = part(v, f.inputs);
    const scale = 1 / Math.hypot(...direction);
    const at = (h: number) => {
      const moved = part(x, f.inputs).map((value, k) => Math.fround(value + h * scale * direction[k]));
      return dot(f.evaluate(moved, 1), part(w, f.outputs));
    };
    const central = (h: number) => (at(h) - at(-h)) / (2 * h);
    const numeric = (4 * central(0.01) - central(0.02)) / 3;
    const exact = scale * dot(part(gradient, f.inputs), direction);
    const size = Math.hypot(...part(gradient, f.inputs));
    worst = Math.max(worst, Math.abs(numeric - exact) / Math.max(size, 0.01));
  }
  return worst;
}

test("values are those of predict; derivatives agree with differences, whatever the architecture", (t) => {
  fc.assert(
    fc.property(architectures, fc.boolean(), (options, forced) => {
      if ((options.dModel as number) < 3) return true;
      const model = new Model(transformer({ ...options, targetDim: options.outputDim }), { seed: 3 });
      const f = modelFunction(model, { decoding: forced ? "teacher-forcing" : "own" });
      if (!forced) {
        const x = testSource(6)(3 * f.inputs, -1, 1);
        t.deepEqual(f.evaluate(float64(x), 3), float64(model.predict(x)));
      }
      const error = slopeError(f, 20);
      if (error > 0.02) t.log(error, options, forced);
      return error <= 0.02;
    }),
    { numRuns: 60, seed: 4 },
  );
  t.pass();
});

const decoder = {
  inputDim: 2,
  outputDim: 2,
  inputTokens: 3,
  outputTokens: 4,
  dModel: 12,
  heads: 3,
  ff: 16,
  encoderLayers: 1,
  decoderLayers: 2,
} as const;

for (const causal of [true, false]) {
  test(`own predictions are differentiated through, causal ${causal}: not the same as teacher forcing`, (t) => {
    const model = Transformer.create({ ...decoder, causal }, { seed: 5 });
    const own = modelFunction(model);
    t.true(slopeError(own, 30) < 2e-3);
    const forced = modelFunction(model, { decoding: "teacher-forcing" });
    t.is(forced.inputs, 6 + 8);
    t.true(slopeError(forced, 30) < 2e-3);

    const x = float64(testSource(8)(6, -1, 1));
    const w = float64(testSource(9)(8, -1, 1));
    const y = own.evaluate(x, 1);
    const total = own.vjp!(x, w, 1);
    const partial = forced.vjp!(Float64Array.of(...x, ...y), w, 1);
    const gap = Math.hypot(...total.map((v, k) => v - partial[k]));
    t.true(gap > 1e-3 * Math.hypot(...total), "the predictions that are read carry a share");
    // The last teacher token is read by nobody.
    t.deepEqual([...partial.subarray(12)], [0, 0]);
  });
}

test("under a causal mask the total derivative is the chain rule over teacher forcing's", (t) => {
  const model = Transformer.create(decoder, { seed: 5 });
  const own = modelFunction(model);
  const forced = modelFunction(model, { decoding: "teacher-forcing" });
  const x = float64(testSource(8)(6, -1, 1));
  const w = float64(testSource(9)(8, -1, 1));
  const at = Float64Array.of(...x, ...own.evaluate(x, 1));
  // From the last token to the first, each by the gradient that it was sent.
  const gradient = new Float64Array(6);
  const owed = w.slice();
  for (let token = 3; token >= 0; token--) {
    const one = new Float64Array(8);
    one.set(owed.subarray(2 * token, 2 * token + 2), 2 * token);
    const found = forced.vjp!(at, one, 1);
    for (let k = 0; k < 6; k++) gradient[k] += found[k];
    for (let k = 0; k < 2 * token; k++) owed[k] += found[6 + k];
  }
  const total = own.vjp!(x, w, 1);
  for (let k = 0; k < 6; k++) t.true(Math.abs(total[k] - gradient[k]) < 1e-5 * Math.hypot(...total));
});

test("a piecewise constant feedback passes no derivative on", (t) => {
  const model = Transformer.create(decoder, { seed: 5 });
  const feedback = (outputs: Float32Array) => outputs.map((value) => (value > 0 ? 1 : -1));
  const f = modelFunction(model, { feedback });
  t.true(slopeError(f, 30) < 2e-3);
  const x = testSource(8)(6, -1, 1);
  t.deepEqual(f.evaluate(float64(x), 1), float64(model.predict(x, { feedback })));
});

test("a perceptron without hidden layers is its matrix, to the bit", (t) => {
  const model = new Model(mlp({ inputDim: 2, inputTokens: 3, outputDim: 2, outputTokens: 2, hidden: [] }));
  const f = modelFunction(model);
  const W = model.stateDict().get("head.weight")!.data;
  const x = float64(testSource(1)(5 * 6, -1, 1));
  for (let j = 0; j < 4; j++) {
    const w = new Float64Array(5 * 4).map((_, i) => (i % 4 === j ? 1 : 0));
    const rows = f.vjp!(x, w, 5);
    for (let i = 0; i < 5; i++)
      t.deepEqual(rows.slice(i * 6, i * 6 + 6), float64(W.subarray(j * 6, j * 6 + 6)));
  }
});

test("a function whose outputs do not depend on its inputs has derivative 0", (t) => {
  const blind = Transformer.create({ ...decoder, outputTokens: 1, decoderLayers: 0 });
  const f = modelFunction(blind);
  t.deepEqual(f.vjp!(new Float64Array(12).fill(0.3), new Float64Array(4).fill(1), 2), new Float64Array(12));
});

test("a row's derivative does not depend on the rows beside it, nor on memory that grows", (t) => {
  const model = Transformer.create(decoder, { seed: 5 });
  const f = modelFunction(model);
  const count = 150;
  const x = float64(testSource(2)(count * 6, -1, 1));
  const w = float64(testSource(3)(count * 8, -1, 1));
  const all = f.vjp!(x, w, count);
  model.engine.allocate(1 << 24);
  const values = f.evaluate(x, count);
  for (const i of [0, 63, 64, 149]) {
    const row = (a: Float64Array, width: number) => a.slice(i * width, (i + 1) * width);
    t.deepEqual(f.vjp!(row(x, 6), row(w, 8), 1), row(all, 6));
    t.deepEqual(f.evaluate(row(x, 6), 1), row(values, 8));
  }
  const used = model.engine.used;
  modelFunction(model).vjp!(x, w, count);
  t.is(model.engine.used, used, "programs are shared by all functions of a model");
});

test("weights are those of the moment", (t) => {
  const model = Transformer.create({ ...decoder, start: "random" }, { seed: 5 });
  const f = modelFunction(model);
  const x = float64(testSource(2)(6, -1, 1));
  const w = new Float64Array(8).fill(1);
  t.notDeepEqual(f.vjp!(x, w, 1), new Float64Array(6));
  t.true(slopeError(f, 40) < 2e-3);
  model.weights().fill(0);
  t.deepEqual(f.vjp!(x, w, 1), new Float64Array(6));
});

test("outputs that the decoder cannot read are refused", (t) => {
  const model = Transformer.create({ ...decoder, targetDim: 3 });
  t.throws(() => modelFunction(model), { code: "usage", message: /reads 3 numbers a token and writes 2/ });
  t.is(modelFunction(model, { decoding: "teacher-forcing" }).inputs, 6 + 12);
});
