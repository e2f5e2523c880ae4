// f32x4 tanh within 1.7 ulp, no branches: x + x³ P(x²) for |x| < 0.625, beyond it
// 1 − 2 / (2^(2|x| / ln 2) + 1) with the sign of x.

import { madd } from "../simd";
import { exp2Normal } from "./exp2";

// Where tanh has long been 1, the bound of the two forms, 2 / ln 2, P's coefficients (relative
// error 4e-9), highest first, and 1 and 2.
// @ts-ignore: decorator
@lazy const TANH: usize = memory.data<f32>([
  10.0, 0.625, 2.885390043258667,
  -0.005714063532650471, 0.020648062229156494, -0.053742773830890656, 0.1333148330450058,
  -0.3333328366279602, 1.0, 2.0,
], 16);

/** tanh x, four lanes. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const v = v128.xor(x, sign);
  const z = f32x4.mul(x, x);
  let p = madd(v128.load32_splat(TANH, 12), z, v128.load32_splat(TANH, 16));
  p = madd(p, z, v128.load32_splat(TANH, 20));
  p = madd(p, z, v128.load32_splat(TANH, 24));
  p = madd(p, z, v128.load32_splat(TANH, 28));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, z), x));
  const one = v128.load32_splat(TANH, 32);
  const t = f32x4.mul(f32x4.pmin(v, v128.load32_splat(TANH)), v128.load32_splat(TANH, 8));
  const e = exp2Normal(t);
  const far = f32x4.sub(one, f32x4.div(v128.load32_splat(TANH, 36), f32x4.add(e, one)));
  // NaN fails the comparison and comes through the near form.
  return v128.bitselect(v128.or(far, sign), near, f32x4.ge(v, v128.load32_splat(TANH, 4)));
}

/** y[n] = tanh x[n]. In place allowed. */
export function vtanh(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let i: usize = 0;
  for (; i < body; i += 32) {
    const y0 = tanh4(v128.load(x + i));
    const y1 = tanh4(v128.load(x + i, 16));
    v128.store(y + i, y0);
    v128.store(y + i, y1, 16);
  }
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, tanh4(v128.load32_zero(x + i)), 0);
}
