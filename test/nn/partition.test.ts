import test from "ava";
import { modelFunction } from "../../src/analysis/model-function.js";
import { Model } from "../../src/nn/model.js";
import { partition } from "../../src/nn/partition.js";
import { arrayData } from "../../src/training/data.js";
import { train } from "../../src/training/train.js";
import { testSource } from "../kernels/run.js";

const shape = { inputDim: 2, outputDim: 1, inputTokens: 2, outputTokens: 2, memory: 11 };

/** The formula of the docstring in float64, from a state dict. */
function reference(model: Model, x: ArrayLike<number>, order: 1 | 2): Float64Array {
  const [d, O, N] = [4, 2, 11];
  const state = model.stateDict();
  const p = (name: string) => state.get(name)!.data;
  const affine = (name: string, rows: number, biased = true) =>
    Float64Array.from({ length: rows }, (_, i) => {
      let sum = biased ? p(`${name}.bias`)[i] : 0;
      for (let k = 0; k < d; k++) sum += p(`${name}.weight`)[i * d + k] * x[k];
      return sum;
    });
  const q = affine("query", d + 1);
  const scores = Float64Array.from({ length: N }, (_, s) =>
    q.reduce((sum, value, e) => sum + value * p("memory.keys")[s * (d + 1) + e], 0),
  );
  const top = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - top));
  const total = weights.reduce((a, b) => a + b);
  const width = order === 2 ? O * (d + 1) : O;
  const z = Float64Array.from({ length: width }, (_, o) =>
    weights.reduce((sum, w, s) => sum + (w / total) * p("memory.values")[s * width + o], 0),
  );
  if (order === 1) return z;
  const gate = affine("gate", width);
  return Float64Array.from({ length: O }, (_, o) =>
    z.reduce((sum, value, i) => sum + p("head.weight")[o * width + i] * value * gate[i], 0),
  );
}

for (const order of [1, 2] as const) {
  const model = new Model(partition({ ...shape, order }), { seed: 5 });
  // Biases and keys of some size.
  const noise = testSource(2)(model.weights().length, -1, 1);
  model.weights().set(noise);

  test(`order ${order}: outputs are those of the formula, in float32`, (t) => {
    const x = testSource(3)(4 * 40, -1, 1);
    const out = model.predict(Float32Array.from(x));
    for (let row = 0; row < 40; row++) {
      const expected = reference(model, Float32Array.from(x).subarray(4 * row, 4 * row + 4), order);
      expected.forEach((value, o) => {
        const error = Math.abs(out[2 * row + o] - value);
        t.true(error < 2e-6, `${error}`);
      });
    }
  });

  test(`order ${order}: a row has the same bits in every batch`, (t) => {
    const x = Float32Array.from(testSource(4)(4 * 300, -1, 1));
    const all = model.predict(x);
    for (const row of [0, 7, 150, 299]) {
      t.deepEqual(model.predict(x.slice(4 * row, 4 * row + 4)), all.slice(2 * row, 2 * row + 2));
    }
  });

  test(`order ${order}: derivatives are those of the formula`, (t) => {
    const { vjp } = modelFunction(model);
    const x = Float64Array.from(Float32Array.from(testSource(6)(4, -1, 1)));
    const g = vjp!(x, Float64Array.of(1, -0.5), 1);
    for (let k = 0; k < 4; k++) {
      const at = (by: number) => {
        const [a, b] = reference(
          model,
          x.map((value, i) => (i === k ? value + by : value)),
          order,
        );
        return a - 0.5 * b;
      };
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      t.true(Math.abs(g[k] - slope) < 1e-5 * (1 + Math.abs(slope)), `${g[k]}, ${slope}`);
    }
  });

  test(`order ${order}: every parameter learns`, async (t) => {
    const learner = new Model(partition({ ...shape, order, memory: 16 }), { seed: 1 });
    const before = learner.stateDict();
    const x = Float32Array.from(testSource(8)(4 * 256, -1, 1));
    const y = Float32Array.from({ length: 512 }, (_, i) => x[4 * (i >> 1)] * x[4 * (i >> 1) + 1 + (i % 2)]);
    const errorNow = () => learner.predict(x).reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / 512;
    const first = errorNow();
    await train(learner, arrayData(x, y, 256), { steps: 300, lr: 0.02, batch: 64, warmup: 10 });
    t.true(errorNow() < 0.5 * first, `${first} to ${errorNow()}`);
    for (const [name, { data }] of learner.stateDict()) {
      t.notDeepEqual(data, before.get(name)!.data, name);
    }
  });
}
