// Four vectors as a 4×4 matrix, from shuffles that are one machine instruction each. Nothing here is
// exported from the module.

/** Lane i (a constant) of v in all four lanes. */
// @ts-ignore: decorator
@inline
export function lane(v: v128, i: i32): v128 {
  if (i == 0) return v128.shuffle<f32>(v, v, 0, 0, 0, 0);
  if (i == 1) return v128.shuffle<f32>(v, v, 1, 1, 1, 1);
  return i == 2 ? v128.shuffle<f32>(v, v, 2, 2, 2, 2) : v128.shuffle<f32>(v, v, 3, 3, 3, 3);
}

/** Column i (a constant) of the matrix whose rows are a, b, c, d. */
// @ts-ignore: decorator
@inline
export function column(a: v128, b: v128, c: v128, d: v128, i: i32): v128 {
  if (i < 2) {
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    return i == 0 ? v128.shuffle<i64>(ab, cd, 0, 2) : v128.shuffle<i64>(ab, cd, 1, 3);
  }
  const ab = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  return i == 2 ? v128.shuffle<i64>(ab, cd, 0, 2) : v128.shuffle<i64>(ab, cd, 1, 3);
}

/** [Σ a, Σ b, Σ c, Σ d], each summed as sumLanes does. */
// @ts-ignore: decorator
@inline
export function sumLanesOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(
    f32x4.add(column(a, b, c, d, 0), column(a, b, c, d, 1)),
    f32x4.add(column(a, b, c, d, 2), column(a, b, c, d, 3)),
  );
}
