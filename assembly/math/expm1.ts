// e^x − 1, f32x4 through f64x2: within 0.501 ulp, −0 and tiny x included.

import { narrow, widenHigh, widenLow } from "./double";

// Lowest and highest argument, 1 / ln 2, ln 2, rounder 1.5·2^52 + 1023, then q of
// e^r = 1 + r + r² q(r), |r| ≤ ln 2 / 2 (error relative to e^r − 1: 2^-37), highest power first.
// @ts-ignore: decorator
@lazy const EXPM1: usize = memory.data<f64>([
  -50.0, 90.0, 1.4426950408889634, 0.6931471805599453, 6755399441056767.0,
  2.4882511547069285e-05, 0.00019904958995433638, 0.0013888809283752082, 0.008333288957379066,
  0.04166666695528072, 0.16666666754540332, 0.49999999999736,
], 16);

// @ts-ignore: decorator
@inline
function expm1Double(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, v128.load64_splat(EXPM1, 8)), v128.load64_splat(EXPM1));
  const rounder = v128.load64_splat(EXPM1, 32);
  const bits = f64x2.add(f64x2.mul(x, v128.load64_splat(EXPM1, 16)), rounder);
  const n = f64x2.sub(bits, rounder);
  const r = f64x2.sub(x, f64x2.mul(n, v128.load64_splat(EXPM1, 24)));
  let q = f64x2.add(f64x2.mul(v128.load64_splat(EXPM1, 40), r), v128.load64_splat(EXPM1, 48));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXPM1, 56));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXPM1, 64));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXPM1, 72));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXPM1, 80));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXPM1, 88));
  const p = f64x2.add(r, f64x2.mul(f64x2.mul(r, r), q));
  // 2^n p + (2^n − 1): nothing is lost where n = 0, and elsewhere at most one bit cancels.
  const power = i64x2.shl(bits, 52);
  return f64x2.add(f64x2.mul(power, p), f64x2.sub(power, f64x2.splat(1)));
}

/** e^x − 1, four lanes. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  const y = narrow(expm1Double(widenLow(x)), expm1Double(widenHigh(x)));
  // The sign is always that of x: restores −0.
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

/** y[n] = e^x[n] − 1. In place allowed. */
export function vexpm1(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, expm14(v128.load(x + i)));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, expm14(v128.load32_zero(x + i)), 0);
}
