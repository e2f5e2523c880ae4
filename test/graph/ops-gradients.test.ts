import test from "ava";
import { Graph } from "../../src/graph/graph.js";
import type { Op } from "../../src/graph/op.js";
import { ops } from "../../src/graph/ops/registry.js";
import { Parameters } from "../../src/graph/parameters.js";
import { Program } from "../../src/graph/program.js";
import { type Shape, size, type Tensor } from "../../src/graph/tensor.js";
import { Engine } from "../../src/runtime/engine.js";
import { relativeError, testSource } from "../kernels/run.js";

/** An op at work: shapes of its float inputs by name, and what is not differentiated. */
interface Case {
  readonly op: Op<never, never>;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly attributes?: object;
  /** Inputs that never want a gradient. */
  readonly constant?: readonly string[];
}

const attention = (extra: object) => ({ attributes: { heads: 2, ...extra } });
const self = { op: ops.attention as Op<never, never>, shapes: { q: [2, 5, 12] } };
const cross = { op: ops.attention as Op<never, never>, shapes: { q: [2, 3, 4], kv: [2, 5, 8] } };
const cases: Record<string, Case> = {
  add: { op: ops.add as Op<never, never>, shapes: { a: [3, 5], b: [3, 5] } },
  "add-positions": { op: ops["add-positions"] as Op<never, never>, shapes: { x: [2, 3, 4], p: [3, 4] } },
  "shift-right": { op: ops["shift-right"] as Op<never, never>, shapes: { start: [4], x: [2, 3, 4] } },
  "self-attention": { ...self, ...attention({}) },
  "cross-attention": { ...cross, ...attention({}) },
  "causal attention": { ...self, ...attention({ causal: true }) },
  "sparsemax cross-attention": { ...cross, ...attention({ normalizer: "sparsemax" }) },
  "hardmax cross-attention": { ...cross, ...attention({ normalizer: "hardmax" }) },
  "masked attention": {
    op: ops.attention as Op<never, never>,
    shapes: { q: [2, 3, 4], kv: [2, 5, 8], keyMask: [2, 5] },
    constant: ["keyMask"],
    ...attention({}),
  },
  dropout: {
    op: ops.dropout as Op<never, never>,
    shapes: { x: [3, 5] },
    attributes: { probability: 0.5, stream: 1 },
  },
  "gelu-erf": { op: ops["gelu-erf"] as Op<never, never>, shapes: { x: [3, 5] } },
  "gelu-tanh": { op: ops["gelu-tanh"] as Op<never, never>, shapes: { x: [3, 5] } },
  relu: { op: ops.relu as Op<never, never>, shapes: { x: [3, 5] } },
  softmax: { op: ops.softmax as Op<never, never>, shapes: { x: [3, 5] } },
  "log-softmax": { op: ops["log-softmax"] as Op<never, never>, shapes: { x: [3, 5] } },
  sparsemax: { op: ops.sparsemax as Op<never, never>, shapes: { x: [3, 5] } },
  layernorm: { op: ops.layernorm as Op<never, never>, shapes: { x: [3, 5], g: [5], b: [5] } },
  "layernorm of width 4": { op: ops.layernorm as Op<never, never>, shapes: { x: [6, 4], g: [4], b: [4] } },
  "layernorm with residual": {
    op: ops.layernorm as Op<never, never>,
    shapes: { x: [5, 8], g: [8], b: [8], residual: [5, 8] },
  },
  linear: { op: ops.linear as Op<never, never>, shapes: { x: [3, 5], w: [4, 5], b: [4] } },
  "feature-tokens": {
    op: ops["feature-tokens"] as Op<never, never>,
    shapes: { x: [3, 5], w: [5, 4], b: [4, 4] },
    attributes: { widths: [0, 1, 3, 1] },
  },
  piecewise: {
    op: ops.piecewise as Op<never, never>,
    shapes: { x: [3, 5] },
    attributes: { breaks: [-0.25, 0.5], slopes: [2, -1, 0.5], shifts: [0, 1, 3] },
  },
  "linear-attention": {
    op: ops["linear-attention"] as Op<never, never>,
    shapes: { qkv: [2, 5, 12] },
    attributes: { heads: 2 },
  },
  multiply: { op: ops.multiply as Op<never, never>, shapes: { a: [3, 5], b: [3, 5] } },
  "memory-attention": {
    op: ops["memory-attention"] as Op<never, never>,
    shapes: { q: [3, 2], k: [7, 2], v: [7, 4] },
  },
  "first-token": { op: ops["first-token"] as Op<never, never>, shapes: { x: [3, 2, 4] } },
  "linear without bias": { op: ops.linear as Op<never, never>, shapes: { x: [3, 5], w: [4, 5] } },
};

/** Puts PRIOR into the gradients of some tensors before the op under test is differentiated. */
const PRIOR = 0.75;
const prior: Op<{ y: Tensor; others: Tensor[] }> = {
  name: "prior",
  inputs: ({ y, others }) => [y, ...others],
  shape: ({ y }) => y.shape,
  forward: (graph, out, { y }) =>
    graph.emit("copyFloats", [{ view: out, access: "write" }, { view: y, access: "read" }, size(y.shape)]),
  backward(graph, out, { y, others }) {
    graph.pass(graph.gradient(out), y);
    for (const other of others) {
      const to = graph.sum(other)!;
      graph.emit("fillFloats", [{ view: to.view, access: "update" }, PRIOR, size(other.shape)]);
    }
  },
};

/** Gradients of the inputs in `wanted`; of those in `begun` PRIOR is there already. */
function gradients(name: string, wanted: readonly string[], begun: readonly string[]) {
  const { op, shapes, attributes = {} } = cases[name];
  const graph = new Graph(new Parameters(), "derivative");
  const tensors: Record<string, Tensor> = {};
  for (const [key, shape] of Object.entries(shapes)) {
    tensors[key] = graph.input(key, shape, { needsGradient: wanted.includes(key) });
  }
  let out = graph.apply(op, "op", tensors as never, attributes as never);
  out = graph.apply(prior, "prior", { y: out, others: begun.map((key) => tensors[key]) }, {});
  const cotangent = graph.input("cotangent", out.shape);
  graph.differentiate(out, cotangent);
  const program = new Program(new Engine(), graph, { parameters: 0, gradients: 0 });
  for (const [i, tensor] of Object.values(tensors).entries()) {
    program.f32(tensor).set(testSource(i + 1)(size(tensor.shape), -1, 1));
  }
  program.f32(cotangent).set(testSource(99)(size(out.shape), -1, 1));
  program.forward();
  program.backward();
  return Object.fromEntries(
    wanted.map((key) => [key, Float64Array.from(program.f32(graph.gradient(tensors[key])))]),
  );
}

function subsets<T>(all: readonly T[]): T[][] {
  return Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_, i) => (bits >> i) & 1));
}

for (const [name, { shapes, constant = [] }] of Object.entries(cases)) {
  test(`${name}: any inputs may want gradients, whatever is in them already`, (t) => {
    const inputs = Object.keys(shapes).filter((key) => !constant.includes(key));
    const all = gradients(name, inputs, []);
    for (const wanted of subsets(inputs).filter((set) => set.length > 0)) {
      for (const begun of subsets(wanted)) {
        const found = gradients(name, wanted, begun);
        for (const key of wanted) {
          const expected = begun.includes(key) ? all[key].map((v) => v + PRIOR) : all[key];
          // What was there already may be added first or last: one rounding of numbers near 1.
          const error = relativeError(found[key], expected);
          t.true(
            error < (begun.includes(key) ? 3e-7 : 1e-12),
            `${key} of ${wanted}, begun ${begun}: ${error}`,
          );
        }
      }
    }
  });
}

test("one tensor may be both operands", (t) => {
  const graph = new Graph(new Parameters(), "derivative");
  const x = graph.input("x", [2, 4], { needsGradient: true });
  const g = graph.input("g", [4]);
  const b = graph.input("b", [4]);
  const sum = graph.apply(ops.add, "sum", { a: x, b: x }, {});
  const cotangent = graph.input("cotangent", [2, 4]);
  graph.differentiate(graph.apply(ops.layernorm, "norm", { x: sum, residual: sum, g, b }, {}), cotangent);
  const program = new Program(new Engine(), graph, { parameters: 0, gradients: 0 });
  const values = testSource(3)(8, -1, 1);
  const w = testSource(4)(8, -1, 1);
  program.f32(x).set(values);
  program.f32(g).fill(1);
  program.f32(cotangent).set(w);
  program.forward();
  program.backward();
  // LayerNorm of 4x, so 4·(w − mean w − x̂·mean(w·x̂))/√(16 var x + eps).
  const found = program.f32(graph.gradient(x));
  for (let row = 0; row < 2; row++) {
    const z = [...values.subarray(row * 4, row * 4 + 4)].map((v) => 4 * v);
    const mean = z.reduce((a, c) => a + c) / 4;
    const rstd = 1 / Math.sqrt(z.reduce((a, c) => a + (c - mean) ** 2, 0) / 4 + 1e-5);
    const h = z.map((v) => (v - mean) * rstd);
    const d = [...w.subarray(row * 4, row * 4 + 4)];
    const a = d.reduce((s, v) => s + v) / 4;
    const c = d.reduce((s, v, i) => s + v * h[i], 0) / 4;
    for (let i = 0; i < 4; i++)
      t.true(Math.abs(found[row * 4 + i] - 4 * rstd * (d[i] - a - h[i] * c)) < 3e-6);
  }
});
