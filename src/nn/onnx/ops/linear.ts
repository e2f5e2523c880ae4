import type { layernorm } from "../../../graph/ops/layernorm.js";
import type { linear } from "../../../graph/ops/linear.js";
import type { memoryAttention } from "../../../graph/ops/memory-attention.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { OnnxBuilder } from "../builder.js";
import type { EmitterOf } from "../emitter.js";

/** [A, B] → [B, A]. Weights stay as PyTorch stores them: runtimes transpose them once. */
function transposed(to: OnnxBuilder, matrix: Tensor): string {
  return to.node("Transpose", [to.value(matrix)], { perm: { ints: [1, 0] } });
}

export const onnxLinear: EmitterOf<typeof linear> = (to, { x, w, b }) => {
  const product = to.node("MatMul", [to.value(x), transposed(to, w)]);
  return b ? to.node("Add", [product, to.value(b)]) : product;
};

export const onnxLayerNorm: EmitterOf<typeof layernorm> = (to, { x, g, b, residual }, { eps = 1e-5 }) => {
  const value = residual ? to.node("Add", [to.value(x), to.value(residual)]) : to.value(x);
  return to.node("LayerNormalization", [value, to.value(g), to.value(b)], {
    axis: { int: -1 },
    epsilon: { float: eps },
  });
};

export const onnxMemoryAttention: EmitterOf<typeof memoryAttention> = (to, { q, k, v }) => {
  const scores = to.node("MatMul", [to.value(q), transposed(to, k)]);
  const weights = to.node("Softmax", [scores], { axis: { int: -1 } });
  return to.node("MatMul", [weights, to.value(v)]);
};
