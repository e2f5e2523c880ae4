import type { Tensor } from "../../graph/tensor.js";
import type { AttentionShape } from "./bound-attention.js";
import { boundSum } from "./bound-rules.js";
import { columns, reshaped } from "./bounded.js";
import type { Bounds } from "./op-bounds.js";
import {
  activationError,
  attentionError,
  type Errors,
  errors,
  layerNormError,
  linearError,
  memoryError,
  noErrors,
  productError,
  type Rounded,
  sumError,
} from "./rounding.js";

type RoundingRule = (
  graph: Bounds,
  inputs: Record<string, Tensor>,
  // biome-ignore lint/suspicious/noExplicitAny: attributes are those of the op of that name
  attributes: any,
) => Errors | undefined;

/** Errors of float32 behind each op, where they are known for its inputs. */
export const opRounding: Readonly<Record<string, RoundingRule>> = {
  linear(graph, { x, w, b }) {
    const z = graph.rounded(x);
    return z && linearError(z, graph.matrix(w), b && graph.numbers(b));
  },
  layernorm(graph, { x, g, b, residual }, { eps = 1e-5 }: { eps?: number }) {
    const [z, r] = [graph.rounded(x), residual && graph.rounded(residual)];
    if (!z || (residual && !r)) return undefined;
    const sum = r ? { z: boundSum(z.z, r.z), error: sumError(z, r) } : z;
    return layerNormError(sum, graph.numbers(g), graph.numbers(b), eps);
  },
  attention(graph, inputs, { heads, causal = false, normalizer = "softmax" }: Partial<AttentionShape>) {
    const q = graph.rounded(inputs.q);
    const kv = inputs.kv ? graph.rounded(inputs.kv) : q;
    if (!q || !kv || normalizer !== "softmax") return undefined;
    const D = inputs.kv ? q.z.width : q.z.width / 3;
    const from = inputs.kv ? 0 : D;
    const part = ({ z, error }: Rounded, first: number): Rounded => ({
      z: columns(z, first, first + D),
      error: errors(
        error.element.filter((_, i) => i % z.width >= first && i % z.width < first + D),
        z.tokens,
        error.token,
      ),
    });
    return attentionError(part(q, 0), part(kv, from), part(kv, from + D), { heads: heads!, causal });
  },
  add(graph, { a, b }) {
    const [x, y] = [graph.rounded(a), graph.rounded(b)];
    return x && y && sumError(x, y);
  },
  "add-positions"(graph, { x, p }) {
    const z = graph.rounded(x);
    if (!z) return undefined;
    const positions = reshaped(graph.bounds(p), z.z.tokens, z.z.width);
    return sumError(z, { z: positions, error: noErrors(positions) });
  },
  "shift-right"(graph, { start, x }) {
    const [first, z] = [graph.rounded(start), graph.rounded(x)];
    if (!first || !z) return undefined;
    const { width, tokens } = z.z;
    const shifted = z.error.element.map((_, i) =>
      i < width ? first.error.element[i] : z.error.element[i - width],
    );
    const token = z.error.token.map((_, t) => (t === 0 ? first.error.token[0] : z.error.token[t - 1]));
    return errors(shifted, tokens, token);
  },
  multiply(graph, { a, b }) {
    const [x, y] = [graph.rounded(a), graph.rounded(b)];
    return x && y && productError(x, y);
  },
  "memory-attention"(graph, { q, k, v }) {
    const z = graph.rounded(q);
    return z && memoryError(z, graph.matrix(k), graph.matrix(v));
  },
  ...Object.fromEntries(
    (["relu", "gelu-erf", "gelu-tanh"] as const).map((name): [string, RoundingRule] => [
      name,
      (graph, { x }) => {
        const z = graph.rounded(x);
        return z && activationError(z, name);
      },
    ]),
  ),
};
