import type { attention } from "../../../graph/ops/attention.js";
import type { linearAttention } from "../../../graph/ops/linear-attention.js";
import { lastExtent } from "../../../graph/tensor.js";
import type { OnnxBuilder } from "../builder.js";
import type { EmitterOf } from "../emitter.js";
import { normalized } from "./normalize.js";

/** [B, T, D] → [B, H, T, E], or [B, H, E, T] for keys. A 0 in a shape keeps the extent. */
function heads(to: OnnxBuilder, value: string, H: number, E: number, keys = false): string {
  const split = to.node("Reshape", [value, to.ints(0, 0, H, E)]);
  return to.node("Transpose", [split], { perm: { ints: keys ? [0, 2, 3, 1] : [0, 2, 1, 3] } });
}

/** [B, H, T, E] → [B, T, D]. */
function joined(to: OnnxBuilder, value: string, D: number): string {
  const turned = to.node("Transpose", [value], { perm: { ints: [0, 2, 1, 3] } });
  return to.node("Reshape", [turned, to.ints(0, 0, D)]);
}

function parts(to: OnnxBuilder, value: string, D: number, count: number): string[] {
  const sizes = to.ints(...Array<number>(count).fill(D));
  return to.node2("Split", [value, sizes], count, { axis: { int: -1 } });
}

/** [T, S]: −∞ where a key comes after the query, else 0. */
function causalMask(to: OnnxBuilder, T: number, q: string): string {
  if (!to.dynamicLength) {
    const data = Float32Array.from({ length: T * T }, (_, i) =>
      i % T > Math.floor(i / T) ? Number.NEGATIVE_INFINITY : 0,
    );
    return to.constant(`causal ${T}`, { dtype: "F32", shape: [T, T], data });
  }
  const length = to.extent(q, 1);
  const square = to.node("Concat", [length, length], { axis: { int: 0 } });
  const hidden = to.node("ConstantOfShape", [square], {
    value: { tensor: { dtype: "F32", shape: [1], data: Float32Array.of(Number.NEGATIVE_INFINITY) } },
  });
  const next = to.constant("int 1", { dtype: "I64", shape: [], data: BigInt64Array.of(1n) });
  return to.node("Trilu", [hidden, next], { upper: { int: 1 } });
}

export const onnxAttention: EmitterOf<typeof attention> = (
  to,
  { q, kv, keyMask },
  { heads: H, causal, normalizer = "softmax" },
) => {
  const D = kv ? lastExtent(q.shape) : lastExtent(q.shape) / 3;
  const E = D / H;
  const [queries, keys, values] = kv
    ? [to.value(q), ...parts(to, to.value(kv), D, 2)]
    : parts(to, to.value(q), D, 3);
  const product = to.node("MatMul", [heads(to, queries, H, E), heads(to, keys, H, E, true)]);
  let scores = to.node("Mul", [product, to.scalar(1 / Math.sqrt(E))]);
  if (causal) scores = to.node("Add", [scores, causalMask(to, q.shape[1], queries)]);
  let weights: string;
  if (keyMask) {
    const mask = to.node("Unsqueeze", [to.value(keyMask), to.ints(1, 2)]);
    const found = normalized[normalizer](to, to.node("Add", [scores, mask]), 4);
    // Of keys that are all hidden nothing is seen: our weights are 0, the formulas give NaN.
    const most = to.node("ReduceMax", [mask], { axes: { ints: [-1] } });
    const hidden = to.node("Equal", [most, to.scalar(Number.NEGATIVE_INFINITY)]);
    weights = to.node("Where", [hidden, to.scalar(0), found]);
  } else {
    weights = normalized[normalizer](to, scores, 4);
  }
  return joined(to, to.node("MatMul", [weights, heads(to, values, H, E)]), D);
};

export const onnxLinearAttention: EmitterOf<typeof linearAttention> = (to, { qkv }, { heads: H }) => {
  const D = lastExtent(qkv.shape) / 3;
  const [queries, keys, values] = parts(to, to.value(qkv), D, 3);
  const E = D / H;
  const sums = to.node("MatMul", [heads(to, keys, H, E, true), heads(to, values, H, E)]);
  return joined(to, to.node("MatMul", [heads(to, queries, H, E), sums]), D);
};
