import test from "ava";
import { errors } from "../../src/analysis/metrics/errors.js";
import type { Cell } from "../../src/formats/raw-table.js";
import { Model } from "../../src/nn/model.js";
import { type TabularModelOptions, tabular } from "../../src/nn/tabular.js";
import { tableOf } from "../../src/tables/table.js";
import { type TabularData, tabularData } from "../../src/tables/tabular-data.js";
import { arrayData } from "../../src/training/data.js";
import { train } from "../../src/training/train.js";
import { testSource } from "../kernels/run.js";

const small = { dModel: 8, heads: 2, ff: 8 };

test("parameters: a row of weights a feature, a row of biases a column and [CLS]", (t) => {
  const model = new Model(tabular({ ...small, columns: [1, 3, 1], outputDim: 2, layers: 2 }));
  const shapes = Object.fromEntries([...model.stateDict()].map(([name, { shape }]) => [name, [...shape]]));
  t.deepEqual(shapes["tokens.weight"], [5, 8]);
  t.deepEqual(shapes["tokens.bias"], [4, 8]);
  t.false("encoder.layers.0.norm1.weight" in shapes);
  t.deepEqual(shapes["encoder.layers.1.norm1.weight"], [8]);
  t.deepEqual(shapes["head.weight"], [2, 8]);
  const layer = 4 * (8 * 8 + 8) + 2 * (8 * 8 + 8) + 16;
  t.is(model.parameterCount, 5 * 8 + 4 * 8 + 2 * layer + 16 + 16 + 2 * 8 + 2);
});

test("the order of columns is nothing but the order of their parameters", (t) => {
  const one = new Model(tabular({ ...small, columns: [1, 2, 1] }), { seed: 5 });
  const other = new Model(tabular({ ...small, columns: [2, 1, 1] }));
  const state = one.stateDict();
  const moveRows = (name: string, order: readonly number[]) => {
    const { shape, data } = state.get(name)!;
    const moved = Float32Array.from(data, (_, i) => data[order[Math.floor(i / 8)] * 8 + (i % 8)]);
    state.set(name, { shape, data: moved });
  };
  moveRows("tokens.weight", [1, 2, 0, 3]);
  moveRows("tokens.bias", [0, 2, 1, 3]);
  other.loadStateDict(state);
  const x = testSource(3)(6 * 4);
  const moved = x.map((_, i) => x[4 * Math.floor(i / 4) + [1, 2, 0, 3][i % 4]]);
  const [want, got] = [one.predict(x), other.predict(moved)];
  // The softmax sums its keys in another order.
  for (let i = 0; i < want.length; i++) t.true(Math.abs(want[i] - got[i]) < 1e-6);
});

test("derivatives by the inputs agree with differences", (t) => {
  const model = new Model(tabular({ ...small, columns: [1, 3, 1], layers: 2 }), { seed: 2 });
  const { program, emitted } = model.program(
    { batch: 1, inputTokens: 1, outputTokens: 1 },
    {
      mode: "training",
      gradients: model.engine.allocate(4 * model.parameters.length),
      inputGradient: true,
      extend(graph, { output }) {
        const cotangent = graph.input("cotangent", [1]);
        graph.keep("cotangent", cotangent);
        graph.differentiate(output, cotangent);
      },
    },
  );
  const x = testSource(8)(5);
  program.f32(emitted.x).set(x);
  program.f32("cotangent")[0] = 1;
  program.forward();
  program.backward();
  const gradient = program.f32(program.graph.gradient(emitted.x)).slice();
  t.is(gradient.length, 5);
  for (let i = 0; i < 5; i++) {
    const at = (h: number) => model.predict(x.map((value, k) => (k === i ? value + h : value)))[0];
    const central = (h: number) => (at(h) - at(-h)) / (2 * h);
    t.true(Math.abs((4 * central(0.01) - central(0.02)) / 3 - gradient[i]) < 1e-3, `feature ${i}`);
  }
});

test("the last map of attention is what [CLS] reads of each column", (t) => {
  const model = new Model(tabular({ ...small, columns: [1, 3, 1], layers: 2 }), { seed: 2 });
  const { emitted } = model.program({ batch: 3, inputTokens: 1, outputTokens: 1 }, { keepAttention: true });
  t.deepEqual(
    emitted.attention.map(({ B, H, T, S }) => [B, H, T, S]),
    [
      [3, 2, 4, 4],
      [3, 2, 1, 4],
    ],
  );
});

/** 400 rows of two numbers and a kind with the output that `y` gives them. */
function data(y: (a: number, b: number, kind: number) => number): TabularData {
  const a = testSource(1)(400, -3, 5);
  const b = testSource(2)(400, 100, 200);
  const kind = testSource(3)(400, 0, 3).map(Math.floor);
  const columns: Record<string, Cell[]> = {
    a: [...a],
    b: [...b],
    kind: [...kind].map((k) => ["red", "green", "blue"][k]),
    y: [...a].map((value, i) => y(value, b[i], kind[i])),
  };
  const raw = Object.entries(columns).map(([name, cells]) => ({ name, cells }));
  return tabularData(tableOf({ source: "made", rows: 400, columns: raw, where: String }), { output: "y" });
}

/** R² on test rows, in units of the table, after a short training. */
async function testR2(made: TabularData): Promise<number> {
  const model = new Model(tabular({ ...small, columns: [...made.widths], layers: 1 }), { seed: 1 });
  await train(model, arrayData(made.train.x, made.train.y, made.train.rows), {
    steps: 500,
    batch: 64,
    lr: 5e-3,
    warmup: 20,
  });
  return errors(made.decode(model.predict(made.test.x)), made.test.truth, 1).r2;
}

test("a linear function of the columns is fitted", async (t) => {
  t.true((await testR2(data((a, b) => 1000 + 20 * a - 3 * b))) > 0.99);
});

test("what a category alone decides is found, in constants and in slopes", async (t) => {
  t.true((await testR2(data((_a, _b, kind) => [5, -2, 40][kind]))) > 0.99);
  t.true((await testR2(data((a, _b, kind) => [1, 0, -1][kind] * a))) > 0.98);
});

test("descriptions that make no sense are refused with their value", (t) => {
  const refuse = (change: Partial<Record<keyof TabularModelOptions, unknown>>, message: RegExp) =>
    t.throws(() => tabular({ ...small, columns: [1], ...change } as TabularModelOptions), {
      code: "usage",
      message,
    });
  refuse({ columns: [] }, /columns is \[\]: expected at least one column/);
  refuse({ columns: [1, 0] }, /columns\.1 is 0/);
  refuse({ layers: 0 }, /layers is 0/);
  refuse({ heads: 3 }, /3 heads do not divide d-model 8/);
});
