// Transcendental functions of float64 with the same bits on every engine, for targets to be written in.
import { sharedEngine } from "../runtime/engine.js";

export const exp = (x: number): number => sharedEngine().kernels.exp64(x);
export const expm1 = (x: number): number => sharedEngine().kernels.expm1_64(x);
export const log = (x: number): number => sharedEngine().kernels.log64(x);
export const log1p = (x: number): number => sharedEngine().kernels.log1p64(x);
export const pow = (x: number, e: number): number => sharedEngine().kernels.pow64(x, e);
export const sin = (x: number): number => sharedEngine().kernels.sin64(x);
export const cos = (x: number): number => sharedEngine().kernels.cos64(x);
export const tanh = (x: number): number => sharedEngine().kernels.tanh64(x);
export const cbrt = (x: number): number => sharedEngine().kernels.cbrt64(x);
