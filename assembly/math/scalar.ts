// Float64 scalars from AssemblyScript's NativeMath, which is compiled into the module: the same bits
// on every engine, unlike those of the engine's own Math.

// NativeMath.sin and cos (AssemblyScript 0.28) read one word before their table of 1/π where
// 2^20·π/2 <= |x| < 2^22, and then are a quadrant or more off. There x/4, which is exact, goes the way of
// smaller numbers, and the double-angle formulas lead back, within 1.2e-15.
// @ts-ignore: decorator
@inline
function misread(x: f64): bool {
  const magnitude = NativeMath.abs(x);
  return magnitude > 1647000.0 && magnitude < 4194304.0;
}

/** sin 4t of sin t and cos t. */
// @ts-ignore: decorator
@inline
function quadruple(sin: f64, cos: f64): f64 {
  const half = 2.0 * sin * cos;
  return 2.0 * half * (1.0 - 2.0 * sin * sin);
}

export function exp64(x: f64): f64 { return NativeMath.exp(x); }
export function expm1_64(x: f64): f64 { return NativeMath.expm1(x); }
export function log64(x: f64): f64 { return NativeMath.log(x); }
export function log1p64(x: f64): f64 { return NativeMath.log1p(x); }
export function pow64(x: f64, y: f64): f64 { return NativeMath.pow(x, y); }
export function sin64(x: f64): f64 {
  return misread(x) ? quadruple(NativeMath.sin(0.25 * x), NativeMath.cos(0.25 * x)) : NativeMath.sin(x);
}
export function cos64(x: f64): f64 {
  if (!misread(x)) return NativeMath.cos(x);
  const half = 2.0 * NativeMath.sin(0.25 * x) * NativeMath.cos(0.25 * x);
  return 1.0 - 2.0 * half * half;
}
export function tanh64(x: f64): f64 { return NativeMath.tanh(x); }
export function sqrt64(x: f64): f64 { return NativeMath.sqrt(x); }
export function cbrt64(x: f64): f64 { return NativeMath.cbrt(x); }
