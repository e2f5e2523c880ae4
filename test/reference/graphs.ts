import { Graph } from "../../src/graph/graph.js";
import type { Op } from "../../src/graph/op.js";
import { ops } from "../../src/graph/ops/registry.js";
import { Parameters } from "../../src/graph/parameters.js";
import { Program } from "../../src/graph/program.js";
import { type Shape, size, type Tensor, type View } from "../../src/graph/tensor.js";
import { Engine } from "../../src/runtime/engine.js";
import { testSource } from "../kernels/run.js";
import { type Checked, checkProgram } from "./check.js";

type Any = Op<never, never>;
type Name = keyof typeof ops;

/** What a step of a random graph is made with. */
interface Maker {
  readonly graph: Graph;
  /** A tensor [B, T, D] that there is already. */
  pick(): Tensor;
  /** A new parameter. */
  parameter(shape: Shape): Tensor;
  /** A whole number below n. */
  below(n: number): number;
  apply(op: Name, inputs: object, attributes?: object): Tensor;
  readonly B: number;
  readonly T: number;
  readonly D: number;
  readonly rng: Tensor;
}

const unary = (op: Name) => (make: Maker) => make.apply(op, { x: make.pick() });
const binary = (op: Name) => (make: Maker) => make.apply(op, { a: make.pick(), b: make.pick() });

/** Steps from tensors [B, T, D] to another one: every op that has such a form. One line each. */
const steps: readonly ((make: Maker) => Tensor)[] = [
  ...(["gelu-erf", "gelu-tanh", "relu", "softmax", "log-softmax", "sparsemax", "hardmax"] as const).map(
    unary,
  ),
  ...(["add", "multiply"] as const).map(binary),
  (make) =>
    make.apply(
      "piecewise",
      { x: make.pick() },
      { breaks: [-0.3, 0.4], slopes: [0.5, -1, 1.5], shifts: [0.1, 0, -1] },
    ),
  (make) => {
    const { below, D } = make;
    const residual = below(2) ? make.pick() : undefined;
    return make.apply("layernorm", {
      ...{ x: make.pick(), residual },
      ...{ g: make.parameter([D]), b: make.parameter([D]) },
    });
  },
  (make) => {
    const { below, D } = make;
    const b = below(2) ? make.parameter([D]) : undefined;
    return make.apply("linear", { x: make.pick(), w: make.parameter([D, D]), b });
  },
  (make) => {
    const { below, D, rng } = make;
    const [q, kv] = [make.pick(), project(make, 2)];
    const normalizer = ["softmax", "sparsemax", "hardmax"][below(3)];
    const dropout = below(2) ? { probability: 0.25, rng, stream: 1 + below(1000) } : undefined;
    const attributes = { heads: divisor(D, below), causal: below(2) === 1, normalizer, dropout };
    return make.apply("attention", { q, kv }, attributes);
  },
  (make) => make.apply("linear-attention", { qkv: project(make, 3) }, { heads: divisor(make.D, make.below) }),
  (make) => {
    const S = 1 + make.below(6);
    const [k, v] = [make.parameter([S, make.D]), make.parameter([S, make.D])];
    return make.apply("memory-attention", { q: make.pick(), k, v });
  },
  (make) => make.apply("add-positions", { x: make.pick(), p: make.parameter([make.T, make.D]) }),
  (make) => make.apply("shift-right", { start: make.parameter([make.D]), x: make.pick() }),
  (make) => {
    const { rng, below } = make;
    return make.apply("dropout", { x: make.pick() }, { probability: 0.3, rng, stream: 1 + below(1000) });
  },
  (make) => {
    // As many columns as a tensor has numbers a token, in parts; back by way of the first token.
    const { T, D, B } = make;
    if (T !== 1) return make.apply("relu", { x: make.pick() });
    const widths = D > 1 ? [0, 1, D - 1] : [1];
    const parameters = { w: make.parameter([D, D]), b: make.parameter([widths.length, D]) };
    const x = make.graph.reshape(make.pick(), [B, D]);
    return make.apply("first-token", {
      x: make.apply("feature-tokens", { x, ...parameters }, { widths }),
    });
  },
];

function project(make: Maker, times: number): Tensor {
  return make.apply("linear", { x: make.pick(), w: make.parameter([times * make.D, make.D]) });
}

function divisor(D: number, below: (n: number) => number): number {
  const all = Array.from({ length: D }, (_, i) => i + 1).filter((h) => D % h === 0);
  return all[below(all.length)];
}

/**
 * Any graph of ops, as no architecture has it: each of `length` steps takes what earlier ones gave, several of them
 * may take the same, and the loss takes the sum of all that was not taken. In float32 beside float64.
 */
export function checkGraph(seed: number, length: number): Checked {
  // Of the low bits of this generator the next ones can be told: numbers are drawn by its high ones.
  const source = testSource(seed * 7919 + 17);
  source(8);
  const below = (n: number) => Math.floor(source(1, 0, n)[0]) % n;
  const [B, T, D] = [1 + below(4), below(3) ? 1 + below(5) : 1, 1 + below(9)];
  const graph = new Graph(new Parameters(), "training");
  const x = graph.input("x", [B, T, D], { needsGradient: true });
  const rng = graph.input("rng", [4], { dtype: "u32" });
  const unused = new Set<Tensor>([x]);
  const pool: Tensor[] = [x];
  let parameters = 0;
  let labelled = 0;
  const make: Maker = {
    ...{ graph, B, T, D, rng, below },
    pick() {
      const tensor = pool[below(pool.length)];
      unused.delete(tensor);
      return tensor;
    },
    parameter(shape) {
      const common = { role: "weight", module: "linear", fanIn: shape[shape.length - 1] } as const;
      return graph.parameter(graph.parameters.declare({ name: `p${parameters++}`, shape, ...common }));
    },
    apply: (op, inputs, attributes = {}) =>
      graph.apply(ops[op] as Any, `${op}.${labelled++}`, inputs as never, attributes as never),
  };
  for (let step = 0; step < length; step++) {
    const made = steps[below(steps.length)](make);
    pool.push(made);
    unused.add(made);
  }
  const [first, ...others] = unused;
  const output = others.reduce((a, b) => make.apply("add", { a, b }), first);
  let value: View | undefined;
  const onValue = (view: View) => (value = view);
  const labels = below(2) ? graph.input("labels", [B * T], { dtype: "i32" }) : undefined;
  const y = labels ? undefined : graph.input("y", [B, T, D], { needsGradient: true });
  const loss = labels
    ? make.apply("cross-entropy", { x: output, labels }, { onValue })
    : make.apply("mse", { x: output, y }, { onValue });
  const cotangent = graph.input("cotangent", [1]);
  graph.keep("output", output);
  graph.differentiate(loss, cotangent);

  const engine = new Engine();
  const bases = {
    parameters: engine.allocate(4 * graph.parameters.length),
    gradients: engine.allocate(4 * graph.parameters.length),
  };
  const program = new Program(engine, graph, bases);
  for (const { shape, fanIn, offset } of graph.parameters) {
    const bound = 1.5 / Math.sqrt(fanIn);
    engine.f32(bases.parameters + 4 * offset, size(shape)).set(source(size(shape), -bound, bound));
  }
  program.f32(x).set(source(size(x.shape), -1.5, 1.5));
  if (y) program.f32(y).set(source(size(y.shape)));
  if (labels)
    program
      .i32(labels)
      .set([...source(B * T, -1, D)].map((v) => (v < -0.5 ? -100 : Math.max(0, Math.floor(v)))));
  program.f32(cotangent)[0] = 1;
  // Idle where nothing in the graph drops.
  if (
    graph.applied.some(
      ({ op, attributes }) => op === "dropout" || (attributes as { dropout?: object }).dropout,
    )
  ) {
    engine.u32(program.address(rng), 3).set([seed, 99, 7]);
  }
  program.forward();
  program.backward();
  const inputs = y ? [x, y] : [x];
  return checkProgram(program, { value: value!, output, inputs, gradients: bases.gradients, seed });
}
