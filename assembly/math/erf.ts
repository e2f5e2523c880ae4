// f32x4 error function within 1.5 ulp, no branches: x + x P(x²) for |x| < 0.93, beyond it
// 1 − 2^G(|x|) with the sign of x, where G approximates log2 erfc.

import { madd } from "../simd";
import { exp2Normal } from "./exp2";

// Where erf has long been 1, the bound of the two forms, P's coefficients (relative error 1.7e-8) and
// G's (error of 2^G: 1.6e-9), highest first, and 1.
// @ts-ignore: decorator
@lazy const ERF: usize = memory.data<f32>([
  3.95, 0.93,
  -0.0005980214336887002, 0.00499176187440753, -0.026766231283545494, 0.11281827092170715,
  -0.3761249780654907, 0.12837915122509003,
  0.00027960879378952086, -0.004360522143542767, 0.03194814920425415, -0.14969731867313385,
  -0.9195360541343689, -1.626729130744934, -0.0003214190946891904, 1.0,
], 16);

/** erf x, four lanes. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const v = v128.xor(x, sign);
  const z = f32x4.mul(x, x);
  let p = madd(v128.load32_splat(ERF, 8), z, v128.load32_splat(ERF, 12));
  p = madd(p, z, v128.load32_splat(ERF, 16));
  p = madd(p, z, v128.load32_splat(ERF, 20));
  p = madd(p, z, v128.load32_splat(ERF, 24));
  p = madd(p, z, v128.load32_splat(ERF, 28));
  const near = f32x4.add(x, f32x4.mul(p, x));
  const w = f32x4.pmin(v, v128.load32_splat(ERF));
  let g = madd(v128.load32_splat(ERF, 32), w, v128.load32_splat(ERF, 36));
  g = madd(g, w, v128.load32_splat(ERF, 40));
  g = madd(g, w, v128.load32_splat(ERF, 44));
  g = madd(g, w, v128.load32_splat(ERF, 48));
  g = madd(g, w, v128.load32_splat(ERF, 52));
  g = madd(g, w, v128.load32_splat(ERF, 56));
  const far = f32x4.sub(v128.load32_splat(ERF, 60), exp2Normal(g));
  // NaN fails the comparison and comes through the near form.
  return v128.bitselect(v128.or(far, sign), near, f32x4.ge(v, v128.load32_splat(ERF, 4)));
}

/** y[n] = erf x[n]. In place allowed. */
export function verf(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let i: usize = 0;
  for (; i < body; i += 32) {
    const y0 = erf4(v128.load(x + i));
    const y1 = erf4(v128.load(x + i, 16));
    v128.store(y + i, y0);
    v128.store(y + i, y1, 16);
  }
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, erf4(v128.load32_zero(x + i)), 0);
}
