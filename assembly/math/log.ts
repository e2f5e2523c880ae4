// log x and log(1 + x), f32x4 through f64x2: within 0.501 ulp.

import { logPositive, logSpecials, narrow, widenHigh, widenLow } from "./double";

// @ts-ignore: decorator
@inline
function logDouble(x: v128): v128 {
  return logSpecials(logPositive(x), x);
}

// @ts-ignore: decorator
@inline
function log1pDouble(x: v128): v128 {
  const u = f64x2.add(x, f64x2.splat(1));
  // What the sum lost: not 0 only where |x| < 2^-29, and there log(1 + x) = log u + lost.
  const lost = f64x2.sub(x, f64x2.sub(u, f64x2.splat(1)));
  return logSpecials(f64x2.add(logPositive(u), lost), u);
}

/** log x, four lanes. ±0 gives −Inf, negative numbers NaN. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  return narrow(logDouble(widenLow(x)), logDouble(widenHigh(x)));
}

/** log(1 + x), four lanes. −1 gives −Inf, less NaN. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const y = narrow(log1pDouble(widenLow(x)), log1pDouble(widenHigh(x)));
  // The sign is always that of x: restores −0.
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

/** y[n] = log x[n]. In place allowed. */
export function vlog(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, log4(v128.load(x + i)));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, log4(v128.load32_zero(x + i)), 0);
}

/** y[n] = log(1 + x[n]). In place allowed. */
export function vlog1p(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, log1p4(v128.load(x + i)));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, log1p4(v128.load32_zero(x + i)), 0);
}
