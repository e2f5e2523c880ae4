// Cube root, f32x4 through f64x2: within 0.501 ulp, so cubes of float32 numbers that fit give them back.

import { narrow, widenHigh, widenLow } from "./double";

// 2^52, ⅓, 2^52 + the offset that makes a third of the high word's bits approximate the cube root
// within 3.5 % (W. Kahan).
// @ts-ignore: decorator
@lazy const CBRT: usize = memory.data<f64>([4503599627370496.0, 0.3333333333333333, 4503600342464659.0], 16);

/** Halley's iteration t + t(v − t³) / (2t³ + v): cubic convergence. */
// @ts-ignore: decorator
@inline
function halley(t: v128, v: v128): v128 {
  const cube = f64x2.mul(f64x2.mul(t, t), t);
  const step = f64x2.div(f64x2.sub(v, cube), f64x2.add(f64x2.add(cube, cube), v));
  return f64x2.add(t, f64x2.mul(t, step));
}

/** Cube root of v ≥ 0, wrong for 0 and Inf. Relative error 2^-45. */
// @ts-ignore: decorator
@inline
export function cbrtDouble(v: v128): v128 {
  const two52 = v128.load64_splat(CBRT);
  const word = f64x2.sub(v128.or(i64x2.shr_u(v, 32), two52), two52);
  const third = f64x2.add(f64x2.mul(word, v128.load64_splat(CBRT, 8)), v128.load64_splat(CBRT, 16));
  return halley(halley(i64x2.shl(third, 32), v), v);
}

/** Cube root, four lanes; its sign is that of x. */
// @ts-ignore: decorator
@inline
export function cbrt4(x: v128): v128 {
  const sign = i32x4.splat(0x80000000);
  const magnitude = v128.andnot(x, sign);
  const root = narrow(cbrtDouble(widenLow(magnitude)), cbrtDouble(widenHigh(magnitude)));
  // Subnormals compare like any number; ±0, ±Inf and NaN are their own roots.
  const ordinary = v128.and(
    f32x4.gt(magnitude, f32x4.splat(0)),
    f32x4.lt(magnitude, f32x4.splat(Infinity)),
  );
  return v128.bitselect(v128.or(root, v128.and(x, sign)), x, ordinary);
}

/** y[n] = cube root of x[n]. In place allowed. */
export function vcbrt(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, cbrt4(v128.load(x + i)));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, cbrt4(v128.load32_zero(x + i)), 0);
}
