// Float64 scalars from AssemblyScript's NativeMath, which is compiled into the module: the same bits
// on every engine, unlike those of the engine's own Math.

export function exp64(x: f64): f64 { return NativeMath.exp(x); }
export function expm1_64(x: f64): f64 { return NativeMath.expm1(x); }
export function log64(x: f64): f64 { return NativeMath.log(x); }
export function log1p64(x: f64): f64 { return NativeMath.log1p(x); }
export function pow64(x: f64, y: f64): f64 { return NativeMath.pow(x, y); }
export function sin64(x: f64): f64 { return NativeMath.sin(x); }
export function cos64(x: f64): f64 { return NativeMath.cos(x); }
export function tanh64(x: f64): f64 { return NativeMath.tanh(x); }
export function sqrt64(x: f64): f64 { return NativeMath.sqrt(x); }
export function cbrt64(x: f64): f64 { return NativeMath.cbrt(x); }
