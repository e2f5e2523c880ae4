// f32x4 e^x within 0.9 ulp of the exact value for every float32, subnormal results included;
// overflows to Inf, underflows to 0, NaN stays NaN. No branches.
//
// n = round(x / ln 2), r = x - n ln 2 (ln 2 in two parts, the first product is exact),
// e^r = 1 + r + r² q(r) with a minimax q of degree 4 (relative error 3.2e-9), times 2^n in two
// factors so that results below 2^-126 are rounded only once more.

import { madd } from "../simd";

/**
 * Constants of `exp4With`, one float each: lowest and highest argument, 1 / ln 2, rounder, ln 2 high
 * and low, q4 … q0, 1. The rounder 1.5·2²³ + 254 leaves n + 254 in the low bits of its sum.
 */
// @ts-ignore: decorator
@lazy export const EXP: usize = memory.data<f32>([
  -104.0, 89.0, 1.4426950216293335, 12583166.0, 0.693145751953125, 1.428606765330187e-06,
  0.0013836714206263423, 0.008369140326976776, 0.041668105870485306, 0.16666516661643982,
  0.4999999403953552, 1.0,
], 16);

/**
 * e^x with its constants in locals, for hot loops: load them once before the loop, in the order of
 * `EXP`, with `v128.load32_splat(EXP, 4 * i)`.
 */
// @ts-ignore: decorator
@inline
export function exp4With(
  x: v128, lowest: v128, highest: v128, log2e: v128, rounder: v128, ln2High: v128, ln2Low: v128,
  q4: v128, q3: v128, q2: v128, q1: v128, q0: v128, one: v128,
): v128 {
  // Written so that NaN passes both (pmin(a, b) is b < a ? b : a).
  x = f32x4.pmax(f32x4.pmin(x, highest), lowest);
  const bits = f32x4.add(f32x4.mul(x, log2e), rounder);
  const n = f32x4.sub(bits, rounder);
  const high = f32x4.sub(x, f32x4.mul(n, ln2High));
  const low = f32x4.mul(n, ln2Low);
  const r = f32x4.sub(high, low);
  let q = madd(q4, r, q3);
  q = madd(q, r, q2);
  q = madd(q, r, q1);
  q = madd(q, r, q0);
  const p = f32x4.add(one, f32x4.add(high, f32x4.sub(f32x4.mul(f32x4.mul(r, r), q), low)));
  // Biased exponents of 2^floor(n/2) and of the rest; the rounder's own bits are shifted out.
  const half = i32x4.shr_u(bits, 1);
  const first = i32x4.shl(half, 23);
  const second = i32x4.shl(i32x4.sub(bits, half), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** e^x, four lanes. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  return exp4With(
    x, v128.load32_splat(EXP), v128.load32_splat(EXP, 4), v128.load32_splat(EXP, 8),
    v128.load32_splat(EXP, 12), v128.load32_splat(EXP, 16), v128.load32_splat(EXP, 20),
    v128.load32_splat(EXP, 24), v128.load32_splat(EXP, 28), v128.load32_splat(EXP, 32),
    v128.load32_splat(EXP, 36), v128.load32_splat(EXP, 40), v128.load32_splat(EXP, 44),
  );
}

/** y[n] = e^x[n]. In place allowed. */
export function vexp(y: usize, x: usize, n: i32): void {
  const lowest = v128.load32_splat(EXP), highest = v128.load32_splat(EXP, 4);
  const log2e = v128.load32_splat(EXP, 8), rounder = v128.load32_splat(EXP, 12);
  const ln2High = v128.load32_splat(EXP, 16), ln2Low = v128.load32_splat(EXP, 20);
  const q4 = v128.load32_splat(EXP, 24), q3 = v128.load32_splat(EXP, 28);
  const q2 = v128.load32_splat(EXP, 32), q1 = v128.load32_splat(EXP, 36);
  const q0 = v128.load32_splat(EXP, 40), one = v128.load32_splat(EXP, 44);
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let i: usize = 0;
  for (; i < body; i += 32) {
    const x0 = v128.load(x + i), x1 = v128.load(x + i, 16);
    const y0 = exp4With(
      x0, lowest, highest, log2e, rounder, ln2High, ln2Low, q4, q3, q2, q1, q0, one,
    );
    const y1 = exp4With(
      x1, lowest, highest, log2e, rounder, ln2High, ln2Low, q4, q3, q2, q1, q0, one,
    );
    v128.store(y + i, y0);
    v128.store(y + i, y1, 16);
  }
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, exp4(v128.load32_zero(x + i)), 0);
}
