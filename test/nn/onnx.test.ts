import test from "ava";
import fc from "fast-check";
import { env, InferenceSession, Tensor as OnnxTensor } from "onnxruntime-web";
import { PlateauError } from "../../src/errors.js";
import { ops } from "../../src/graph/ops/registry.js";
import type { Architecture } from "../../src/nn/architecture.js";
import type { TransformerOptions } from "../../src/nn/config.js";
import { inContext } from "../../src/nn/in-context.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model, type PredictOptions } from "../../src/nn/model.js";
import { emitters } from "../../src/nn/onnx/registry.js";
import { type OnnxOptions, toOnnx } from "../../src/nn/onnx/to-onnx.js";
import { partition } from "../../src/nn/partition.js";
import { tabular } from "../../src/nn/tabular.js";
import { Transformer, transformer } from "../../src/nn/transformer.js";
import { pointwise } from "../../src/targets/function.js";
import { findTarget } from "../../src/targets/registry.js";
import { constructions } from "../../src/theory/constructions/registry.js";
import { defineTask } from "../../src/theory/constructions/task.js";
import { buildYun } from "../../src/theory/constructions/yun/build.js";
import { yunModel } from "../../src/theory/constructions/yun/model.js";
import { testSource } from "../kernels/run.js";
import { architectures as anyTransformer, small } from "../support/architectures.js";

// One session at a time: the runtime is no place for several, hence `test.serial`.
env.wasm.numThreads = 1;

const ROWS = 5;

const encoder: TransformerOptions = {
  kind: "encoder",
  ...{ inputDim: 3, outputDim: 2, inputTokens: 5, outputTokens: 5 },
  ...{ dModel: 8, heads: 4, ff: 12, encoderLayers: 2 },
};

const architectures: Record<string, Architecture> = {
  "encoder–decoder": transformer(small),
  "encoder–decoder, pre-norm, learned positions, tanh GELU": transformer({
    ...small,
    ...{ normFirst: true, positions: "learned", activation: "gelu-tanh" },
  }),
  "encoder–decoder without embedding, head, final norm, positions": transformer({
    ...small,
    ...{ inputDim: 8, targetDim: 8, outputDim: 8, embedding: "none", head: "none" },
    ...{ finalNorm: false, positions: "none" },
  }),
  "encoder–decoder of one output token, random start": transformer({
    ...small,
    ...{ outputTokens: 1, start: "random" },
  }),
  "encoder–decoder that is not causal, with padding": transformer({
    ...small,
    ...{ causal: false, padding: true },
  }),
  "encoder–decoder with dropout, which is off": transformer({ ...small, dropout: 0.3 }),
  encoder: transformer({ ...encoder, activation: "relu" }),
  "encoder, hardmax": transformer({ ...encoder, normalizer: "hardmax" }),
  "encoder, sparsemax, with padding": transformer({ ...encoder, normalizer: "sparsemax", padding: true }),
  "encoder–decoder, sparsemax": transformer({ ...small, normalizer: "sparsemax" }),
  mlp: mlp({ inputDim: 3, outputDim: 2, inputTokens: 2, hidden: [9, 5] }) as Architecture,
  tabular: tabular({ columns: [1, 3, 1, 4], outputDim: 2, dModel: 8, heads: 2 }) as Architecture,
  partition: partition({ inputDim: 2, outputDim: 3, memory: 6 }) as Architecture,
  "partition of order 2": partition({ inputDim: 2, outputDim: 1, memory: 6, order: 2 }) as Architecture,
  "in-context": inContext({ features: 3, examples: 4, layers: 2 }) as Architecture,
};

const source = testSource(3);

/** Inputs of some rows, by the names of the file; every third key is hidden, and all of the first row's. */
function inputsOf({ inputDim, targetDim, extent, config }: Architecture, m: number, n: number, rows = ROWS) {
  const { padding, kind } = config as Partial<TransformerOptions>;
  const teacher = kind === "encoder-decoder" && extent.outputTokens > 1;
  return {
    x: { shape: [rows, m, inputDim], data: source(rows * m * inputDim) },
    ...(teacher ? { y: { shape: [rows, n, targetDim], data: source(rows * n * targetDim) } } : {}),
    ...(padding
      ? {
          keyMask: {
            shape: [rows, m],
            data: Float32Array.from({ length: rows * m }, (_, i) => (i < m || i % 3 === 1 ? -Infinity : 0)),
          },
        }
      : {}),
  };
}

type Inputs = Record<string, { shape: number[]; data: Float32Array }>;

/** What onnxruntime makes of a file. */
async function runOnnx(file: Uint8Array, inputs: Inputs): Promise<Float32Array> {
  const session = await InferenceSession.create(file);
  try {
    const feeds = Object.entries(inputs).map(([name, { shape, data }]): [string, OnnxTensor] => [
      name,
      new OnnxTensor("float32", data, shape),
    ]);
    const { output } = await session.run(Object.fromEntries(feeds));
    return output.data as Float32Array;
  } finally {
    await session.release();
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.length === b.length
    ? a.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - b[i]) || (value === b[i] ? 0 : Infinity)),
        0,
      )
    : Infinity;
}

function predicted(model: Model, { x, y, keyMask }: Inputs): Float32Array {
  const options: PredictOptions = {
    ...(y ? { teacher: y.data } : {}),
    ...(keyMask ? { keyMask: keyMask.data } : {}),
  };
  return model.predict(x.data, options);
}

for (const [name, architecture] of Object.entries(architectures)) {
  test.serial(`onnxruntime computes what predict does, within 1e-5: ${name}`, async (t) => {
    const model = new Model(architecture, { seed: 4 });
    const { inputTokens, outputTokens } = architecture.extent;
    const inputs = inputsOf(architecture, inputTokens, outputTokens) as Inputs;
    const found = await runOnnx(toOnnx(model), inputs);
    t.true(largestDifference(found, predicted(model, inputs)) <= 1e-5);
  });
}

for (const positions of ["sinusoidal", "learned", "none"] as const) {
  test.serial(`one file takes sequences of other lengths: ${positions} positions`, async (t) => {
    const options = { ...small, positions };
    const model = Transformer.create(options, { seed: 4 });
    const file = toOnnx(model, { dynamicLength: true });
    const lengths = [[4, 3], [3, 2], [2, 3], ...(positions === "learned" ? [] : [[9, 6]])];
    for (const [inputTokens, outputTokens] of lengths) {
      // Learned positions belong to the lengths that they were learned for.
      const like = transformer(positions === "learned" ? options : { ...options, inputTokens, outputTokens });
      const inputs = inputsOf(like, inputTokens, outputTokens) as Inputs;
      const { program, emitted } = model.program({ batch: ROWS, inputTokens, outputTokens });
      program.f32(emitted.x).set(inputs.x.data);
      program.f32(emitted.y!).set(inputs.y.data);
      program.forward();
      const difference = largestDifference(await runOnnx(file, inputs), program.f32(emitted.output).slice());
      t.true(difference <= 1e-5, `${inputTokens}, ${outputTokens}: ${difference}`);
    }
  });
}

test.serial("one file takes any number of rows", async (t) => {
  const architecture = architectures["encoder–decoder that is not causal, with padding"];
  const model = new Model(architecture, { seed: 4 });
  const file = toOnnx(model);
  for (const rows of [1, 2, 17, 300]) {
    const inputs = inputsOf(architecture, 4, 3, rows) as Inputs;
    const difference = largestDifference(await runOnnx(file, inputs), predicted(model, inputs));
    t.true(difference <= 1e-5, `${rows} rows: ${difference}`);
  }
});

test.serial("any small Transformer is exported, whatever its options", async (t) => {
  await fc.assert(
    fc.asyncProperty(anyTransformer, async (options) => {
      const architecture = transformer(options);
      const model = new Model(architecture, { seed: 4 });
      const { inputTokens, outputTokens } = architecture.extent;
      const inputs = inputsOf(architecture, inputTokens, outputTokens) as Inputs;
      const difference = largestDifference(await runOnnx(toOnnx(model), inputs), predicted(model, inputs));
      t.true(difference <= 1e-5, `${JSON.stringify(options)}: ${difference}`);
    }),
    // The runtime takes its time to load each.
    { numRuns: 25 },
  );
});

for (const { name, construct } of constructions.values()) {
  test.serial(`the network of a construction is exported: ${name}`, async (t) => {
    const target = findTarget(name === "incontext" ? "in-context-linear" : "sin(6*x) on x=0:1");
    const { model } = construct(defineTask(target), 6, {});
    const { inputTokens, outputTokens } = model!.architecture.extent;
    const inputs = inputsOf(model!.architecture, inputTokens, outputTokens) as Inputs;
    const difference = largestDifference(await runOnnx(toOnnx(model!), inputs), predicted(model!, inputs));
    t.true(difference <= 1e-5, `${difference}`);
  });
}

test.serial("a decoder that feeds the file its own outputs gets what predict does by itself", async (t) => {
  const model = Transformer.create(small, { seed: 5 });
  const file = toOnnx(model);
  const { x } = inputsOf(transformer(small), 4, 3);
  const y = { shape: [ROWS, 3, 2], data: new Float32Array(ROWS * 6) };
  let output = new Float32Array();
  for (let pass = 0; pass < 3; pass++) {
    output = Float32Array.from(await runOnnx(file, { x, y }));
    for (let row = 0; row < ROWS; row++) {
      const at = 6 * row + 2 * pass;
      y.data.set(output.subarray(at, at + 2), at);
    }
  }
  t.true(largestDifference(output, model.predict(x.data)) <= 1e-5);
});

test.serial("a construction is exported like any other model: hardmax and piecewise, exact", async (t) => {
  const sum = pointwise({ name: "sum", inputs: 2, value: ([a, b]) => a + b });
  const shape = { dim: 1, inputTokens: 2, outputTokens: 1, cells: 4 };
  const built = buildYun(sum, shape, [0, 0], [1, 1]);
  for (const lambda of [undefined, 64]) {
    const model = yunModel(built, lambda);
    const x = { shape: [ROWS, 2, 1], data: source(ROWS * 2, 0, 1) };
    t.true(largestDifference(await runOnnx(toOnnx(model), { x }), predicted(model, { x })) <= 1e-5);
  }
});

test("every op that inference uses has an emitter", (t) => {
  const trained = ["cross-entropy", "dropout", "mse"];
  t.deepEqual([...Object.keys(emitters), ...trained].sort(), Object.keys(ops).sort());
});

test("an op without an ONNX form is refused by its name", (t) => {
  const known = transformer({ ...encoder, normalizer: "softmax" });
  const odd: Architecture = {
    ...known,
    emit(graph, extent, options) {
      const emitted = known.emit(graph, extent, options);
      const op = { ...ops.relu, name: "fourier" };
      return { ...emitted, output: graph.apply(op, "spectral", { x: emitted.output }, {}) };
    },
  };
  const error = t.throws(() => toOnnx(new Model(odd)), { instanceOf: PlateauError });
  t.is(error.code, "usage");
  t.regex(error.message, /^the op fourier of spectral has no ONNX form \(known: add, /);
});

const refused: [architecture: string, options: object, message: RegExp][] = [
  ["mlp", { dynamicLength: true }, /^dynamicLength: .* one number of tokens only: leave dynamicLength out$/],
  ["tabular", { dynamicLength: true }, /^dynamicLength: a table of columns takes one number/],
  ["encoder", { maxTokens: 0 }, /maxTokens/],
  ["encoder", { opset: 9 }, /opset/],
];

for (const [name, options, message] of refused) {
  test(`export refuses ${JSON.stringify(options)} of ${name}`, (t) => {
    const error = t.throws(() => toOnnx(new Model(architectures[name]), options as OnnxOptions));
    t.true(error instanceof PlateauError);
    t.regex(error.message, message);
  });
}

test("equal models give equal files, and an export leaves the engine's memory as it was", (t) => {
  const [a, b] = [1, 1].map((seed) => Transformer.create(small, { seed }));
  const used = a.engine.used;
  t.deepEqual(toOnnx(a), toOnnx(b));
  t.is(a.engine.used, used);
});
