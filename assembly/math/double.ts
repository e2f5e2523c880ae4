// f64x2 pieces under the accurate f32x4 functions: a float32 widened to float64 has no subnormals
// and 29 spare bits, so one rounding at the end leaves about half an ulp of float32 error.

/** Lanes 0 and 1 of an f32x4 as f64x2. */
// @ts-ignore: decorator
@inline
export function widenLow(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** Lanes 2 and 3 of an f32x4 as f64x2. */
// @ts-ignore: decorator
@inline
export function widenHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

/** Two f64x2 rounded to one f32x4. */
// @ts-ignore: decorator
@inline
export function narrow(low: v128, high: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// ln 2, 2^52 + 1023, then P of log(m) = 2s + s³ P(s²), s = (m − 1) / (m + 1), m in [√½, √2]
// (relative error 2^-44), highest power first.
// @ts-ignore: decorator
@lazy const LOG: usize = memory.data<f64>([
  0.6931471805599453, 4503599627371519.0,
  0.1958420319383337, 0.22176184777860086, 0.2857210926166158, 0.39999995620749756, 0.6666666667580456,
], 16);

// Bits of √½; of 1 less those of √½; the mantissa; the exponent of 2^52.
// @ts-ignore: decorator
@lazy const LOG_BITS: usize = memory.data<u64>([
  0x3fe6a09e667f3bcd, 0x00095f619980c433, 0x000fffffffffffff, 0x4330000000000000,
], 16);

/** log x for positive normal finite x. Relative error 2^-44. */
// @ts-ignore: decorator
@inline
export function logPositive(x: v128): v128 {
  // x = 2^k m: the exponent of x / √½ is k + 1023 once 1's exponent is put on top.
  const ratio = i64x2.add(i64x2.sub(x, v128.load64_splat(LOG_BITS)), i64x2.splat(0x3ff0000000000000));
  const biased = v128.or(i64x2.shr_u(ratio, 52), v128.load64_splat(LOG_BITS, 24));
  const k = f64x2.sub(biased, v128.load64_splat(LOG, 8));
  const m = i64x2.add(v128.and(ratio, v128.load64_splat(LOG_BITS, 16)), v128.load64_splat(LOG_BITS));
  const f = f64x2.sub(m, f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f, f64x2.splat(2)));
  const z = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(v128.load64_splat(LOG, 16), z), v128.load64_splat(LOG, 24));
  p = f64x2.add(f64x2.mul(p, z), v128.load64_splat(LOG, 32));
  p = f64x2.add(f64x2.mul(p, z), v128.load64_splat(LOG, 40));
  p = f64x2.add(f64x2.mul(p, z), v128.load64_splat(LOG, 48));
  p = f64x2.add(f64x2.add(s, s), f64x2.mul(f64x2.mul(s, z), p));
  return f64x2.add(f64x2.mul(k, v128.load64_splat(LOG)), p);
}

/** `result` = logPositive(x) put right where x is 0 (−Inf), negative or NaN (NaN), or Inf. */
// @ts-ignore: decorator
@inline
export function logSpecials(result: v128, x: v128): v128 {
  result = v128.bitselect(result, x, f64x2.lt(x, f64x2.splat(Infinity)));
  result = v128.bitselect(f64x2.splat(-Infinity), result, f64x2.eq(x, f64x2.splat(0)));
  return v128.or(result, f64x2.lt(x, f64x2.splat(0)));
}

// Rounder 1.5·2^52 + 1023, then q of 2^r = 1 + r q(r), |r| ≤ ½ (relative error 2^-34), highest first.
// @ts-ignore: decorator
@lazy const EXP2: usize = memory.data<f64>([
  6755399441056767.0,
  1.531495205574941e-05, 0.00015467112691400524, 0.0013333430765586369, 0.009618036904217009,
  0.055504109625955055, 0.2402265107589234, 0.693147180541649,
], 16);

/** 2^t for −1022 ≤ t ≤ 1023; NaN stays NaN. Relative error 2^-34. */
// @ts-ignore: decorator
@inline
export function exp2Double(t: v128): v128 {
  const rounder = v128.load64_splat(EXP2);
  const bits = f64x2.add(t, rounder);
  const r = f64x2.sub(t, f64x2.sub(bits, rounder));
  let q = f64x2.add(f64x2.mul(v128.load64_splat(EXP2, 8), r), v128.load64_splat(EXP2, 16));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXP2, 24));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXP2, 32));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXP2, 40));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXP2, 48));
  q = f64x2.add(f64x2.mul(q, r), v128.load64_splat(EXP2, 56));
  // The low bits of `bits` hold n + 1023: shifted, they are 2^n.
  return f64x2.mul(f64x2.add(f64x2.splat(1), f64x2.mul(q, r)), i64x2.shl(bits, 52));
}
