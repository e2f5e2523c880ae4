// Helpers shared by all kernels. Nothing here is exported from the module.

/** Sum of the four lanes, always as (x0 + x1) + (x2 + x3): the same order on every engine. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** a·b + c. Fused where the build has relaxed SIMD, two roundings in the strict build. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return f32x4.relaxed_madd(a, b, c);
  } else {
    return f32x4.add(f32x4.mul(a, b), c);
  }
}

/**
 * Magnitudes from these down are taken for 0: of gradients and outputs of attention, of weights, of moments of
 * gradients; 2^−80, 2^−64, 2^−120. Weight decay in Adam's gradient can pull whole layers to 1e-12, then 1e-30, and the
 * gradients behind them further: products are subnormal then, which processors take a hundred times as long for, and
 * a step took ten times as long as others (d = 32, protocol `study`). Beside numbers that training moves they
 * are nothing: Adam's ε, to begin with, is 1e-8.
 */
// @ts-ignore: decorator
@lazy export const TINY: usize = memory.data<f32>([
  8.271806125530277e-25, 5.421010862427522e-20, 7.52316384526264e-37,
], 4);

/** v, 0 where its magnitude is `tiny` or less; NaN stays. */
// @ts-ignore: decorator
@inline
export function kept(v: v128, tiny: v128): v128 {
  return v128.andnot(v, f32x4.le(f32x4.abs(v), tiny));
}

// @ts-ignore: decorator
@inline
export function keptOne(x: f32, tiny: f32): f32 {
  return abs(x) <= tiny ? 0 : x;
}
