// 2^t for the far forms of tanh and erf: −126 ≤ t ≤ 127, no NaN; cheaper than exp4.

import { madd } from "../simd";

// Rounder 1.5·2^23, then q of 2^r = 1 + r q(r), |r| ≤ ½ (relative error 1.4e-8), highest first, and 1.
// @ts-ignore: decorator
@lazy export const EXP2: usize = memory.data<f32>([
  12582912.0,
  0.00013337498239707202, 0.001338763046078384, 0.00962542463093996, 0.055503662675619125,
  0.24022594094276428, 0.6931471824645996, 1.0,
], 16);

/** 2^t, four lanes. */
// @ts-ignore: decorator
@inline
export function exp2Normal(t: v128): v128 {
  const rounder = v128.load32_splat(EXP2);
  const bits = f32x4.add(t, rounder);
  const r = f32x4.sub(t, f32x4.sub(bits, rounder));
  let q = madd(v128.load32_splat(EXP2, 4), r, v128.load32_splat(EXP2, 8));
  q = madd(q, r, v128.load32_splat(EXP2, 12));
  q = madd(q, r, v128.load32_splat(EXP2, 16));
  q = madd(q, r, v128.load32_splat(EXP2, 20));
  q = madd(q, r, v128.load32_splat(EXP2, 24));
  const p = madd(q, r, v128.load32_splat(EXP2, 28));
  return i32x4.add(p, i32x4.shl(bits, 23));
}
