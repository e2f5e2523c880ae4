import { specs as activation } from "./activation.js";
import { specs as attention } from "./attention.js";
import { specs as elementwise } from "./elementwise.js";
import { specs as gemm } from "./gemm.js";
import { specs as layernorm } from "./layernorm.js";
import { specs as linearAttention } from "./linear-attention.js";
import { specs as loss } from "./loss.js";
import { specs as math } from "./math.js";
import { specs as nearest } from "./nearest.js";
import { specs as optimizer } from "./optimizer.js";
import { specs as parzen } from "./parzen.js";
import { specs as piecewise } from "./piecewise.js";
import { specs as positions } from "./positions.js";
import { specs as quantize } from "./quantize.js";
import { specs as random } from "./random.js";
import { specs as reduce } from "./reduce.js";
import { specs as softmax } from "./softmax.js";
import type { KernelSpec } from "./spec.js";
import { specs as targets } from "./targets.js";

/** Every kernel with its plain reference: one line a file. */
export const registry: readonly KernelSpec[] = [
  ...activation,
  ...attention,
  ...elementwise,
  ...gemm,
  ...layernorm,
  ...linearAttention,
  ...loss,
  ...math,
  ...nearest,
  ...optimizer,
  ...parzen,
  ...piecewise,
  ...positions,
  ...quantize,
  ...random,
  ...reduce,
  ...softmax,
  ...targets,
];
