import { attention, dropout, linearAttention, memoryAttention } from "./attention.js";
import * as plain from "./ops.js";

/** The float64 reference of every op: one line each. */
export const references = {
  add: plain.add,
  "add-positions": plain.addPositions,
  attention,
  "cross-entropy": plain.crossEntropy,
  dropout,
  "feature-tokens": plain.featureTokens,
  "first-token": plain.firstToken,
  "gelu-erf": plain.geluErf,
  "gelu-tanh": plain.geluTanh,
  hardmax: plain.hardmax,
  layernorm: plain.layernorm,
  linear: plain.linear,
  "linear-attention": linearAttention,
  "log-softmax": plain.logSoftmax,
  "memory-attention": memoryAttention,
  mse: plain.mse,
  multiply: plain.multiply,
  piecewise: plain.piecewise,
  relu: plain.relu,
  "shift-right": plain.shiftRight,
  softmax: plain.softmax,
  sparsemax: plain.sparsemax,
};
