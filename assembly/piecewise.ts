// Functions of three linear pieces, which may jump: the activations of Yun et al. (arXiv 1912.10077).

import { loadTail, storeTail } from "./tail";

/**
 * y[n] = s0·x + c0 where x < b1, s1·x + c1 where b1 ≤ x < b2, s2·x + c2 from b2 on; b1 ≤ b2. One product and
 * one sum, each rounded: a piece of slope 0 is exact. In place allowed.
 */
export function piecewiseForward(
  y: usize, x: usize, n: i32,
  b1: f32, b2: f32, s0: f32, c0: f32, s1: f32, c1: f32, s2: f32, c2: f32,
): void {
  const left = f32x4.splat(b1), right = f32x4.splat(b2);
  const u0 = f32x4.splat(s0), u1 = f32x4.splat(s1), u2 = f32x4.splat(s2);
  const v0 = f32x4.splat(c0), v1 = f32x4.splat(c1), v2 = f32x4.splat(c2);
  const end = x + (<usize>(n & ~3) << 2);
  for (; x < end; x += 16, y += 16) {
    v128.store(y, value(v128.load(x), left, right, u0, v0, u1, v1, u2, v2));
  }
  if (n & 3) storeTail(y, value(loadTail(x, n & 3), left, right, u0, v0, u1, v1, u2, v2), n & 3);
}

/** dx[n] = (or += with `accumulate`) dy[n] times the slope of the piece that x lies on. */
export function piecewiseBackward(
  dx: usize, dy: usize, x: usize, n: i32,
  b1: f32, b2: f32, s0: f32, s1: f32, s2: f32, accumulate: i32,
): void {
  const end = x + (<usize>n << 2);
  for (; x < end; x += 4, dy += 4, dx += 4) {
    const at = load<f32>(x);
    const slope = at < b1 ? s0 : at < b2 ? s1 : s2;
    const share = load<f32>(dy) * slope;
    store<f32>(dx, accumulate ? load<f32>(dx) + share : share);
  }
}

// @ts-ignore: decorator
@inline
function value(
  x: v128, left: v128, right: v128,
  s0: v128, c0: v128, s1: v128, c1: v128, s2: v128, c2: v128,
): v128 {
  const first = f32x4.lt(x, left), second = f32x4.lt(x, right);
  const slope = v128.bitselect(s0, v128.bitselect(s1, s2, second), first);
  const shift = v128.bitselect(c0, v128.bitselect(c1, c2, second), first);
  return f32x4.add(f32x4.mul(slope, x), shift);
}
