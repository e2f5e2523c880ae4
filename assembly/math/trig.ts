// sin x and cos x, f32x4 through f64x2: within 0.501 ulp for every finite float32, however large.

import { narrow, widenHigh, widenLow } from "./double";

// 2/π, rounder 1.5·2^52, π/2 to 25 bits and the rest of it,
// sin r = r + r³ S(r²) (relative error 2^-37), cos r = 1 + r² C(r²) (2^-43), |r| ≤ π/4, highest first.
// @ts-ignore: decorator
@lazy const TRIG: usize = memory.data<f64>([
  0.6366197723675814, 6755399441055744.0, 1.5707963109016418, 1.5893254773528196e-08,
  2.7183042306984733e-06, -0.00019839334083243245, 0.008333329383582985, -0.16666666641607,
  -2.718003025850358e-07, 2.4799040090640183e-05, -0.001388888107437943, 0.041666666562000534,
  -0.49999999999544675,
], 16);

/** Bits of 2/π behind the binary point. */
// @ts-ignore: decorator
@lazy const TWO_OVER_PI: usize = memory.data<u64>([
  0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
], 16);

/** From here on π/2 in two parts is not enough; at least 2^25, so that `turns` drops whole turns only. */
const LARGE: f32 = 134217728;

/** 64 bits of 2/π from bit `position`. */
// @ts-ignore: decorator
@inline
function window(position: u32): u64 {
  const word = TWO_OVER_PI + ((position >> 6) << 3);
  const shift = <u64>(position & 63);
  return (load<u64>(word) << shift) | ((load<u64>(word, 8) >> 1) >> (63 - shift));
}

/**
 * Quarter turns of x ≥ LARGE modulo 4, in units of 2^-62 (Payne and Hanek). With x = M 2^e the bits
 * of 2/π before e − 2 only add whole turns; 96 from there leave an error under 2^-61 units of 1.
 */
function turns(x: f32): u64 {
  const bits = reinterpret<u32>(x);
  const position = (bits >> 23) - 152;
  const mantissa = <u64>((bits & 0x7fffff) | 0x800000);
  const low = window(position + 64) >> 32;
  return mantissa * window(position) + ((mantissa * low) >> 32);
}

/** Distance from the nearest quarter turn, in radians. */
// @ts-ignore: decorator
@inline
function turnsToRadians(t: u64): f64 {
  const rest = <i64>(t - ((t + (1 << 61)) & 0xc000000000000000));
  return <f64>rest * 3.4061215800865545e-19;
}

/** Nearest quarter turn, in the lowest bits. */
// @ts-ignore: decorator
@inline
function turnsToQuadrant(t: u64): i64 {
  return <i64>((t + (1 << 61)) >> 62);
}

/** sin (quadrant 0), cos (1), −sin (2), −cos (3) of |r| ≤ π/4; only the low bits of `quadrant` count. */
// @ts-ignore: decorator
@inline
function quadrantSine(r: v128, quadrant: v128): v128 {
  const z = f64x2.mul(r, r);
  let s = f64x2.add(f64x2.mul(v128.load64_splat(TRIG, 32), z), v128.load64_splat(TRIG, 40));
  s = f64x2.add(f64x2.mul(s, z), v128.load64_splat(TRIG, 48));
  s = f64x2.add(f64x2.mul(s, z), v128.load64_splat(TRIG, 56));
  s = f64x2.add(r, f64x2.mul(f64x2.mul(r, z), s));
  let c = f64x2.add(f64x2.mul(v128.load64_splat(TRIG, 64), z), v128.load64_splat(TRIG, 72));
  c = f64x2.add(f64x2.mul(c, z), v128.load64_splat(TRIG, 80));
  c = f64x2.add(f64x2.mul(c, z), v128.load64_splat(TRIG, 88));
  c = f64x2.add(f64x2.mul(c, z), v128.load64_splat(TRIG, 96));
  c = f64x2.add(f64x2.splat(1), f64x2.mul(z, c));
  const odd = i64x2.sub(i64x2.splat(0), v128.and(quadrant, i64x2.splat(1)));
  const sign = i64x2.shl(v128.and(quadrant, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

/** sin(v + shift·π/2) of 0 ≤ v < LARGE. */
// @ts-ignore: decorator
@inline
function sineModerate(v: v128, shift: i64): v128 {
  const rounder = v128.load64_splat(TRIG, 8);
  const bits = f64x2.add(f64x2.mul(v, v128.load64_splat(TRIG)), rounder);
  const n = f64x2.sub(bits, rounder);
  const high = f64x2.sub(v, f64x2.mul(n, v128.load64_splat(TRIG, 16)));
  const r = f64x2.sub(high, f64x2.mul(n, v128.load64_splat(TRIG, 24)));
  return quadrantSine(r, i64x2.add(bits, i64x2.splat(shift)));
}

/** sin(x + shift·π/2) of one x ≥ LARGE. */
function sineLarge(x: f32, shift: i64): f32 {
  const t = turns(x);
  const y = quadrantSine(f64x2.splat(turnsToRadians(t)), i64x2.splat(turnsToQuadrant(t) + shift));
  return <f32>f64x2.extract_lane(y, 0);
}

/** sin(v + shift·π/2), v ≥ 0, four lanes, where some lane is not below LARGE. */
function sineMixed(v: v128, small: v128, shift: i64): v128 {
  const v0 = f32x4.extract_lane(v, 0), v1 = f32x4.extract_lane(v, 1);
  const v2 = f32x4.extract_lane(v, 2), v3 = f32x4.extract_lane(v, 3);
  let y = small;
  if (v0 >= LARGE && v0 < Infinity) y = f32x4.replace_lane(y, 0, sineLarge(v0, shift));
  if (v1 >= LARGE && v1 < Infinity) y = f32x4.replace_lane(y, 1, sineLarge(v1, shift));
  if (v2 >= LARGE && v2 < Infinity) y = f32x4.replace_lane(y, 2, sineLarge(v2, shift));
  if (v3 >= LARGE && v3 < Infinity) y = f32x4.replace_lane(y, 3, sineLarge(v3, shift));
  return y;
}

/** sin(v + shift·π/2), v ≥ 0, four lanes. */
// @ts-ignore: decorator
@inline
function sine(v: v128, shift: i64): v128 {
  let y = narrow(sineModerate(widenLow(v), shift), sineModerate(widenHigh(v), shift));
  if (v128.any_true(f32x4.ge(v, f32x4.splat(LARGE)))) y = sineMixed(v, y, shift);
  // Inf has no sine: all bits set is a NaN.
  return v128.or(y, f32x4.eq(v, f32x4.splat(Infinity)));
}

/** sin x, four lanes, x in radians. */
// @ts-ignore: decorator
@inline
export function sin4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  return v128.xor(sine(v128.xor(x, sign), 0), sign);
}

/** cos x, four lanes, x in radians. */
// @ts-ignore: decorator
@inline
export function cos4(x: v128): v128 {
  return sine(f32x4.abs(x), 1);
}

/** y[n] = sin x[n]. In place allowed. */
export function vsin(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, sin4(v128.load(x + i)));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, sin4(v128.load32_zero(x + i)), 0);
}

/** y[n] = cos x[n]. In place allowed. */
export function vcos(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) v128.store(y + i, cos4(v128.load(x + i)));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, cos4(v128.load32_zero(x + i)), 0);
}
