// x^e, f32x4 through f64x2: within 0.52 ulp. Special cases are those of C (Annex F): x^±0 = 1 and
// 1^e = 1 even for NaN, (−1)^±Inf = 1; a negative x with a finite e that is no integer gives NaN.

import { exp2Double, logPositive, logSpecials, narrow, widenHigh, widenLow } from "./double";

// 1 / ln 2, then the range beyond which float32 results are 0 or Inf.
// @ts-ignore: decorator
@lazy const POW: usize = memory.data<f64>([1.4426950408889634, -160.0, 160.0], 16);

/** v^e for v ≥ 0. */
// @ts-ignore: decorator
@inline
function powDouble(v: v128, e: v128): v128 {
  const log2 = f64x2.mul(logSpecials(logPositive(v), v), v128.load64_splat(POW));
  let t = f64x2.mul(e, log2);
  t = f64x2.pmax(f64x2.pmin(t, v128.load64_splat(POW, 16)), v128.load64_splat(POW, 8));
  return exp2Double(t);
}

/** x^e, four lanes. */
// @ts-ignore: decorator
@inline
export function pow4(x: v128, e: v128): v128 {
  const one = f32x4.splat(1), infinity = f32x4.splat(Infinity);
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const magnitude = v128.xor(x, sign);
  let y = narrow(powDouble(widenLow(magnitude), widenLow(e)), powDouble(widenHigh(magnitude), widenHigh(e)));
  // Odd integers are those whose half is none. Inf is an even integer here.
  const whole = f32x4.eq(f32x4.trunc(e), e);
  const half = f32x4.mul(e, f32x4.splat(0.5));
  const odd = v128.andnot(whole, f32x4.eq(f32x4.trunc(half), half));
  y = v128.xor(y, v128.and(odd, sign));
  // Negative finite x, not −0: NaN unless e is an integer.
  const negative = v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.lt(magnitude, infinity));
  y = v128.or(y, v128.andnot(negative, whole));
  const unit = v128.and(f32x4.eq(magnitude, one), f32x4.eq(f32x4.abs(e), infinity));
  const always = v128.or(f32x4.eq(e, f32x4.splat(0)), f32x4.eq(x, one));
  return v128.bitselect(one, y, v128.or(unit, always));
}

/** y[n] = x[n]^e[n]. In place of x or e allowed. */
export function vpow(y: usize, x: usize, e: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, pow4(v128.load(x + i), v128.load(e + i)));
  for (; i < end; i += 4) {
    v128.store_lane<f32>(y + i, pow4(v128.load32_zero(x + i), v128.load32_zero(e + i)), 0);
  }
}
