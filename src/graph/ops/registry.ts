import { geluErf, geluTanh, relu } from "./activation.js";
import { add } from "./add.js";
import { attention } from "./attention.js";
import { dropout } from "./dropout.js";
import { featureTokens } from "./feature-tokens.js";
import { firstToken } from "./first-token.js";
import { layernorm } from "./layernorm.js";
import { linear } from "./linear.js";
import { linearAttention } from "./linear-attention.js";
import { crossEntropy, mse } from "./loss.js";
import { memoryAttention } from "./memory-attention.js";
import { multiply } from "./multiply.js";
import { piecewise } from "./piecewise.js";
import { addPositions, shiftRight } from "./positions.js";
import { hardmax, logSoftmax, softmax, sparsemax } from "./softmax.js";

/** Every op by name: one line each. */
export const ops = {
  add,
  "add-positions": addPositions,
  attention,
  "cross-entropy": crossEntropy,
  dropout,
  "feature-tokens": featureTokens,
  "first-token": firstToken,
  "gelu-erf": geluErf,
  "gelu-tanh": geluTanh,
  hardmax,
  layernorm,
  linear,
  "linear-attention": linearAttention,
  "log-softmax": logSoftmax,
  "memory-attention": memoryAttention,
  mse,
  multiply,
  piecewise,
  relu,
  "shift-right": shiftRight,
  softmax,
  sparsemax,
};
