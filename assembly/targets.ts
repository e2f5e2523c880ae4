// The study's two functions, coordinate by coordinate from X₁, two coordinates at a time. Inside,
// float64 with relative errors below 2^-33; each result is rounded to float32 once: within 0.501 ulp
// of the exact value of the function at the float32 X₁ (6e-8 relative).

import { cbrtDouble } from "./math/cbrt";
import { exp2Double, logPositive, logSpecials } from "./math/double";

const LOG2E: f64 = 1.4426950408889634;

/** Coordinates i and i + 1 of a row, or coordinate i alone where it is the last. */
// @ts-ignore: decorator
@inline
function loadPair(row: usize, pair: bool): v128 {
  return f64x2.promote_low_f32x4(pair ? v128.load_zero<u64>(row) : v128.load_zero<u32>(row));
}

// @ts-ignore: decorator
@inline
function storePair(row: usize, value: v128, pair: bool): void {
  const rounded = f32x4.demote_f64x2_zero(value);
  if (pair) v128.store_lane<u64>(row, rounded, 0);
  else v128.store_lane<u32>(row, rounded, 0);
}

/** Cube root with the sign of x. ±0, ±Inf and NaN are their own roots. */
// @ts-ignore: decorator
@inline
function signedRoot(x: v128): v128 {
  const sign = v128.and(x, f64x2.splat(-0.0));
  const magnitude = f64x2.abs(x);
  const root = v128.or(cbrtDouble(magnitude), sign);
  const ordinary = v128.and(f64x2.gt(magnitude, f64x2.splat(0)), f64x2.lt(magnitude, f64x2.splat(Infinity)));
  return v128.bitselect(root, x, ordinary);
}

/** Natural logarithm of any number. */
// @ts-ignore: decorator
@inline
function log(x: v128): v128 {
  return logSpecials(logPositive(x), x);
}

/** e^x; 0 and Inf where float32 would have them. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const t = f64x2.mul(x, f64x2.splat(LOG2E));
  return exp2Double(f64x2.pmax(f64x2.pmin(t, f64x2.splat(1023)), f64x2.splat(-1022)));
}

/** x[B×2×d], y[B×1×d] from u[B×d]: X₁ = u, X₂ = ∛X₁; Y₁ = X₁ + X₂. */
export function targetM2n1(x: usize, y: usize, u: usize, B: i32, d: i32): void {
  const row = (<usize>d) << 2;
  for (let b = 0; b < B; b++) {
    for (let i: usize = 0; i < row; i += 8) {
      const pair = i + 4 < row;
      const x1 = loadPair(u + i, pair);
      const x2 = signedRoot(x1);
      storePair(x + i, x1, pair);
      storePair(x + row + i, x2, pair);
      storePair(y + i, f64x2.add(x1, x2), pair);
    }
    u += row;
    x += 2 * row;
    y += row;
  }
}

/**
 * x[B×4×d], y[B×3×d] from u[B×d]: X₁ = u, X₂ = ∛X₁, X₃ = 2 ln(2 + X₁) + X₂/10,
 * X₄ = exp(X₂) + X₃; Y₁ = (X₁+X₂+X₃+X₄)/5, Y₂ = (X₁Y₁ + exp(X₂) + X₃ + ln X₄)/5,
 * Y₃ = (X₁ + Y₂ + Y₁ + X₂² + X₃X₄)/5.
 */
export function targetM4n3(x: usize, y: usize, u: usize, B: i32, d: i32): void {
  const row = (<usize>d) << 2;
  const two = f64x2.splat(2), ten = f64x2.splat(10), five = f64x2.splat(5);
  for (let b = 0; b < B; b++) {
    for (let i: usize = 0; i < row; i += 8) {
      const pair = i + 4 < row;
      const x1 = loadPair(u + i, pair);
      const x2 = signedRoot(x1);
      const x3 = f64x2.add(f64x2.mul(two, log(f64x2.add(two, x1))), f64x2.div(x2, ten));
      const e2 = exp(x2);
      const x4 = f64x2.add(e2, x3);
      const y1 = f64x2.div(f64x2.add(f64x2.add(x1, x2), f64x2.add(x3, x4)), five);
      const y2 = f64x2.div(f64x2.add(f64x2.add(f64x2.mul(x1, y1), e2), f64x2.add(x3, log(x4))), five);
      const products = f64x2.add(f64x2.mul(x2, x2), f64x2.mul(x3, x4));
      const y3 = f64x2.div(f64x2.add(f64x2.add(x1, y2), f64x2.add(y1, products)), five);
      storePair(x + i, x1, pair);
      storePair(x + row + i, x2, pair);
      storePair(x + 2 * row + i, x3, pair);
      storePair(x + 3 * row + i, x4, pair);
      storePair(y + i, y1, pair);
      storePair(y + row + i, y2, pair);
      storePair(y + 2 * row + i, y3, pair);
    }
    u += row;
    x += 4 * row;
    y += 3 * row;
  }
}
