import type { Graph } from "../../src/graph/graph.js";
import { normalizers } from "../../src/graph/ops/attention.js";
import type { ops } from "../../src/graph/ops/registry.js";
import type { Program } from "../../src/graph/program.js";
import type { Shape, Tensor } from "../../src/graph/tensor.js";
import type { Source } from "../kernels/spec.js";

/** What a step of a random graph is made with. */
export interface Maker {
  readonly graph: Graph;
  /** A tensor [B, T, D] that there is already. */
  pick(): Tensor;
  /** A parameter: a new one, or one of this shape that serves elsewhere already. */
  parameter(shape: Shape): Tensor;
  /** An input that a program's memory is filled with before it runs. */
  input(shape: Shape, fill: (program: Program, tensor: Tensor, source: Source) => void): Tensor;
  /** A whole number below n. */
  below(n: number): number;
  apply(op: keyof typeof ops, inputs: object, attributes?: object): Tensor;
  readonly B: number;
  readonly T: number;
  readonly D: number;
  readonly rng: Tensor;
}

type Step = (make: Maker) => Tensor;

const unary =
  (op: keyof typeof ops): Step =>
  (make) =>
    make.apply(op, { x: make.pick() });
const binary =
  (op: keyof typeof ops): Step =>
  (make) =>
    make.apply(op, { a: make.pick(), b: make.pick() });

/** One of several. */
function one<T>({ below }: Maker, of: readonly T[]): T {
  return of[below(of.length)];
}

const keepsWeights = (make: Maker) => (make.below(3) ? undefined : () => {});

/** Steps from tensors [B, T, D] to another one: every op that has such a form. One line or one function each. */
export const steps: readonly Step[] = [
  ...(["gelu-erf", "gelu-tanh", "relu", "softmax", "log-softmax", "sparsemax", "hardmax"] as const).map(
    unary,
  ),
  ...(["add", "multiply"] as const).map(binary),
  piecewise,
  layernorm,
  linear,
  narrowed,
  crossAttention,
  selfAttention,
  (make) => make.apply("linear-attention", { qkv: project(make, 3) }, { heads: divisor(make) }),
  memoryAttention,
  (make) => make.apply("add-positions", { x: make.pick(), p: make.parameter([make.T, make.D]) }),
  (make) => make.apply("shift-right", { start: make.parameter([make.D]), x: make.pick() }),
  (make) =>
    make.apply(
      "dropout",
      { x: make.pick() },
      { probability: one(make, [0.3, 0.5, 1e-6, 0.9]), ...drawn(make) },
    ),
  tokens,
];

/** Which numbers a place of dropout draws. */
function drawn({ rng, below }: Maker) {
  return { rng, stream: 1 + below(1000) };
}

function piecewise(make: Maker): Tensor {
  return make.apply(
    "piecewise",
    { x: make.pick() },
    one(make, [
      { breaks: [-0.3, 0.4], slopes: [0.5, -1, 1.5], shifts: [0.1, 0, -1] },
      { breaks: [0, 0.1], slopes: [0, 2, 0], shifts: [0, 0, 0.2] },
    ]),
  );
}

function layernorm(make: Maker): Tensor {
  const { below, D } = make;
  const residual = below(2) ? make.pick() : undefined;
  return make.apply(
    "layernorm",
    { x: make.pick(), residual, g: make.parameter([D]), b: make.parameter([D]) },
    { eps: one(make, [undefined, 1e-3, 1e-12]) },
  );
}

function linear(make: Maker): Tensor {
  const { below, D } = make;
  const b = below(2) ? make.parameter([D]) : undefined;
  return make.apply("linear", { x: make.pick(), w: make.parameter([D, D]), b });
}

/** Through another width and back, by way of another shape. */
function narrowed(make: Maker): Tensor {
  const { below, graph, B, T, D } = make;
  const E = 1 + below(17);
  const flat = graph.reshape(make.pick(), [B * T, D]);
  const inner = make.apply("linear", { x: flat, w: make.parameter([E, D]), b: make.parameter([E]) });
  return graph.reshape(make.apply("linear", { x: inner, w: make.parameter([D, E]) }), [B, T, D]);
}

function attending(make: Maker) {
  const dropout = make.below(2) ? { probability: 0.25, ...drawn(make) } : undefined;
  const causal = one(make, [undefined, true, false]);
  const normalizer = one(make, [undefined, ...normalizers]);
  return { heads: divisor(make), causal, normalizer, dropout, onWeights: keepsWeights(make) };
}

/** Which keys count: at times none. */
function keyMask(make: Maker): Tensor | undefined {
  if (make.below(2)) return undefined;
  return make.input([make.B, make.T], (program, tensor, source) => {
    const view = program.f32(tensor);
    view.set(source(view.length).map((x) => (x > 0.3 ? Number.NEGATIVE_INFINITY : 0)));
  });
}

/** Keys and values are projected by parts of one parameter, as in `torch.nn.MultiheadAttention`. */
function crossAttention(make: Maker): Tensor {
  const { graph, D } = make;
  const all = make.parameter([3 * D, D]);
  const q = make.apply("linear", { x: make.pick(), w: graph.rows(all, 0, D) });
  const kv = make.apply("linear", { x: make.pick(), w: graph.rows(all, D, 3 * D) });
  return make.apply("attention", { q, kv, keyMask: keyMask(make) }, attending(make));
}

function selfAttention(make: Maker): Tensor {
  return make.apply("attention", { q: project(make, 3), keyMask: keyMask(make) }, attending(make));
}

function memoryAttention(make: Maker): Tensor {
  const S = 1 + make.below(6);
  const [k, v] = [make.parameter([S, make.D]), make.parameter([S, make.D])];
  return make.apply("memory-attention", { q: make.pick(), k, v }, { onWeights: keepsWeights(make) });
}

/** As many columns as a tensor has numbers a token, in parts; back by way of the first token. */
function tokens(make: Maker): Tensor {
  const { T, D, B } = make;
  if (T !== 1) return make.apply("relu", { x: make.pick() });
  const widths = D > 1 ? [0, 1, D - 1] : [1];
  const parameters = { w: make.parameter([D, D]), b: make.parameter([widths.length, D]) };
  const x = make.graph.reshape(make.pick(), [B, D]);
  return make.apply("first-token", { x: make.apply("feature-tokens", { x, ...parameters }, { widths }) });
}

function project(make: Maker, times: number): Tensor {
  return make.apply("linear", { x: make.pick(), w: make.parameter([times * make.D, make.D]) });
}

function divisor({ D, below }: Maker): number {
  const all = Array.from({ length: D }, (_, i) => i + 1).filter((h) => D % h === 0);
  return all[below(all.length)];
}
