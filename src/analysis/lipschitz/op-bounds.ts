import type { Pieces } from "../../graph/ops/piecewise.js";
import type { Tensor } from "../../graph/tensor.js";
import { type AttentionShape, boundAttention } from "./bound-attention.js";
import { boundMemoryAttention } from "./bound-memory.js";
import { boundPieces } from "./bound-pieces.js";
import { boundProduct } from "./bound-product.js";
import { boundActivation, boundLayerNorm, boundLinear, boundShift, boundSum } from "./bound-rules.js";
import { type Bounded, columns, type Matrix, reshaped } from "./bounded.js";
import type { Rounded } from "./rounding.js";

/** What is known of the tensors of a network while bounds are carried through its graph. */
export interface Bounds {
  bounds(tensor: Tensor): Bounded;
  /** A tensor with the errors that float32 has made in it; undefined where nothing is known of them. */
  rounded(tensor: Tensor): Rounded | undefined;
  /** A parameter's present values. */
  numbers(tensor: Tensor): Float32Array;
  matrix(tensor: Tensor): Matrix;
}

// biome-ignore lint/suspicious/noExplicitAny: attributes are those of the op of that name
type Rule = (graph: Bounds, inputs: Record<string, Tensor>, attributes: any) => Bounded;

/** How bounds pass through each op of a model, by its name. */
export const opBounds: Readonly<Record<string, Rule>> = {
  linear: (graph, { x, w, b }) => boundLinear(graph.bounds(x), graph.matrix(w), b && graph.numbers(b)),
  layernorm(graph, { x, g, b, residual }, { eps = 1e-5 }: { eps?: number }) {
    const z = residual ? boundSum(graph.bounds(x), graph.bounds(residual)) : graph.bounds(x);
    return boundLayerNorm(z, graph.numbers(g), graph.numbers(b), eps);
  },
  attention(graph, inputs, { heads, causal = false, normalizer = "softmax" }: Partial<AttentionShape>) {
    const q = graph.bounds(inputs.q);
    const kv = inputs.kv ? graph.bounds(inputs.kv) : q;
    const D = inputs.kv ? q.width : q.width / 3;
    const from = inputs.kv ? 0 : D;
    const values = columns(kv, from + D, from + 2 * D);
    return boundAttention(columns(q, 0, D), columns(kv, from, from + D), values, {
      heads: heads!,
      causal,
      normalizer,
    });
  },
  add: (graph, { a, b }) => boundSum(graph.bounds(a), graph.bounds(b)),
  "add-positions"(graph, { x, p }) {
    const z = graph.bounds(x);
    return boundSum(z, reshaped(graph.bounds(p), z.tokens, z.width));
  },
  "shift-right": (graph, { start, x }) => boundShift(graph.bounds(start), graph.bounds(x)),
  multiply: (graph, { a, b }) => boundProduct(graph.bounds(a), graph.bounds(b)),
  "memory-attention": (graph, { q, k, v }) =>
    boundMemoryAttention(graph.bounds(q), graph.matrix(k), graph.matrix(v)),
  piecewise: (graph, { x }, pieces: Pieces) => boundPieces(graph.bounds(x), pieces),
  relu: (graph, { x }) => boundActivation(graph.bounds(x), "relu"),
  "gelu-erf": (graph, { x }) => boundActivation(graph.bounds(x), "gelu-erf"),
  "gelu-tanh": (graph, { x }) => boundActivation(graph.bounds(x), "gelu-tanh"),
};
