import type { Emitter } from "./emitter.js";
import { onnxAttention, onnxLinearAttention } from "./ops/attention.js";
import { onnxAdd, onnxGelu, onnxGeluTanh, onnxMultiply, onnxPiecewise, onnxRelu } from "./ops/elementwise.js";
import { onnxLayerNorm, onnxLinear, onnxMemoryAttention } from "./ops/linear.js";
import { onnxHardmax, onnxLogSoftmax, onnxSoftmax, onnxSparsemax } from "./ops/normalize.js";
import { onnxAddPositions, onnxFeatureTokens, onnxFirstToken, onnxShiftRight } from "./ops/tokens.js";

/** What writes each op as ONNX, by the op's name: one line each. */
export const emitters: Readonly<Record<string, Emitter>> = {
  add: onnxAdd,
  "add-positions": onnxAddPositions,
  attention: onnxAttention,
  "feature-tokens": onnxFeatureTokens,
  "first-token": onnxFirstToken,
  "gelu-erf": onnxGelu,
  "gelu-tanh": onnxGeluTanh,
  hardmax: onnxHardmax,
  layernorm: onnxLayerNorm,
  linear: onnxLinear,
  "linear-attention": onnxLinearAttention,
  "log-softmax": onnxLogSoftmax,
  "memory-attention": onnxMemoryAttention,
  multiply: onnxMultiply,
  piecewise: onnxPiecewise,
  relu: onnxRelu,
  "shift-right": onnxShiftRight,
  softmax: onnxSoftmax,
  sparsemax: onnxSparsemax,
};
