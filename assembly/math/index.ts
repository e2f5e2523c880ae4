// Transcendental functions. Only array kernels and float64 scalars are part of the module's interface;
// lane functions are imported from their own files.

export { vcbrt } from "./cbrt";
export { verf } from "./erf";
export { vexp } from "./exp";
export { vexpm1 } from "./expm1";
export { vlog, vlog1p } from "./log";
export { vpow } from "./pow";
export {
  cbrt64, cos64, exp64, expm1_64, log1p64, log64, pow64, sin64, sqrt64, tanh64,
} from "./scalar";
export { vtanh } from "./tanh";
export { vcos, vsin } from "./trig";
