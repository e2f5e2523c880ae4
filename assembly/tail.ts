// The last one to three floats of a row, as a vector. Nothing here is exported from the module.

/** left (1 … 3) floats from x in the low lanes, +0 in the others. Reads nothing behind them. */
// @ts-ignore: decorator
@inline
export function loadTail(x: usize, left: i32): v128 {
  if (left == 1) return v128.load32_zero(x);
  const two = v128.load64_zero(x);
  return left == 2 ? two : v128.load_lane<f32>(x, two, 2, 8);
}

/** Stores the left (1 … 3) low lanes. */
// @ts-ignore: decorator
@inline
export function storeTail(y: usize, v: v128, left: i32): void {
  if (left == 1) {
    v128.store_lane<f32>(y, v, 0);
  } else {
    v128.store_lane<i64>(y, v, 0);
    if (left == 3) v128.store_lane<f32>(y, v, 2, 8);
  }
}

/** All ones in the left low lanes, zeros in the others. */
// @ts-ignore: decorator
@inline
export function tailMask(left: i32): v128 {
  return i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
}
