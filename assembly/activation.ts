// Activations. Forward saves the derivative, so that backward is one multiplication.
//
// Both GELUs are x·Φ(x) for their own Φ with Φ(−x) = 1 − Φ(x). With t = |x|, Q = Φ(−t) and
// h = Q − t·Q'(−t) they are, without cancellation on either side,
//   value = max(x, 0) − t·Q,    derivative = x > 0 ? 1 − h : h.
// Measured over [−16, 16]: derivative within 1.5e-7, value within 1.5e-7·max(1, |x|); relative error
// of the value's lower tail below 9e-6 down to 1e-36. Beyond t = T the exponential underflows to 0
// and both meet their limits exactly, at ±Inf too.

import { scratch } from "./scratch";
import { madd } from "./simd";

/**
 * Constants shared by both forms: T of erf, T of tanh, rounder 1.5·2²³ + 127 (leaves the biased
 * exponent of 2^round(z) in the low bits of its sum), and c5 … c1 of 2^f − 1 on [−½, ½], minimax
 * (relative error 1.1e-7), 1.
 */
// @ts-ignore: decorator
@lazy const EXP2: usize = memory.data<f32>([
  13.27, 10.03, 12583039.0,
  0.0013264729641377926, 0.009671512991189957, 0.05550733581185341, 0.24022242426872253,
  0.6931470036506653, 1.0,
], 16);

/** All bits but the sign. */
// @ts-ignore: decorator
@lazy const MAGNITUDE: usize = memory.data<i32>([0x7fffffff], 4);

/**
 * erf form: −log2(e)/2, 1/√(2π), then Q·e^{t²/2} as a ratio p3 … p0 over q3 … q0 (leading q4 = 1),
 * minimax of relative error·/(1 + t²/2): below 1.1e-7 for t < 2, 5e-6 at T.
 */
// @ts-ignore: decorator
@lazy const ERF: usize = memory.data<f32>([
  -0.7213475204444817, 0.3989422804014327,
  0.3988076150417328, 3.0013504028320312, 9.496199607849121, 13.899672508239746,
  7.512185096740723, 24.955307006835938, 41.172969818115234, 27.799345016479492,
], 16);

/** tanh form: −log2(e)·2√(2/π)·{1, 0.044715}, then 2√(2/π)·{1, 3·0.044715}. */
// @ts-ignore: decorator
@lazy const TANH: usize = memory.data<f32>([
  -2.302208198144325, -0.10294323958, 1.5957691216057308, 0.2140644488
], 16);

/** 2^z for z in [−127.5, 0], 0 below −126.5. In Estrin's form: Horner's waits for itself. */
// @ts-ignore: decorator
@inline
function power2(
  z: v128, rounder: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, one: v128,
): v128 {
  const bits = f32x4.add(z, rounder);
  const f = f32x4.sub(z, f32x4.sub(bits, rounder));
  const ff = f32x4.mul(f, f);
  const p = madd(madd(madd(c5, f, c4), ff, madd(c3, f, c2)), ff, madd(c1, f, one));
  return f32x4.mul(p, i32x4.shl(bits, 23));
}

/** Φ(−t)·e^{t²/2} of the normal distribution; tt = t². */
// @ts-ignore: decorator
@inline
function mills(
  t: v128, tt: v128, p3: v128, p2: v128, p1: v128, p0: v128, q3: v128, q2: v128, q1: v128, q0: v128,
): v128 {
  const p = madd(madd(p3, t, p2), tt, madd(p1, t, p0));
  const q = madd(f32x4.add(madd(q3, t, q2), tt), tt, madd(q1, t, q0));
  return f32x4.div(p, q);
}

/**
 * y[n] = x·½(1 + erf(x/√2)); where derivative ≠ 0, derivative[n] = its slope. derivative may be x;
 * y may be x when derivative = 0.
 */
export function geluForward(y: usize, derivative: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const limit = v128.load32_splat(EXP2), rounder = v128.load32_splat(EXP2, 8);
  const c5 = v128.load32_splat(EXP2, 12), c4 = v128.load32_splat(EXP2, 16);
  const c3 = v128.load32_splat(EXP2, 20), c2 = v128.load32_splat(EXP2, 24);
  const c1 = v128.load32_splat(EXP2, 28);
  const half = v128.load32_splat(ERF), density = v128.load32_splat(ERF, 4);
  const p3 = v128.load32_splat(ERF, 8), p2 = v128.load32_splat(ERF, 12);
  const p1 = v128.load32_splat(ERF, 16), p0 = v128.load32_splat(ERF, 20);
  const q3 = v128.load32_splat(ERF, 24), q2 = v128.load32_splat(ERF, 28);
  const q1 = v128.load32_splat(ERF, 32), q0 = v128.load32_splat(ERF, 36);
  const one = v128.load32_splat(EXP2, 32), zero = f32x4.splat(0);
  const magnitude = v128.load32_splat(MAGNITUDE);
  for (let i: usize = 0; i < body; i += 32) {
    const x0 = v128.load(x + i), x1 = v128.load(x + i, 16);
    const t0 = f32x4.pmin(v128.and(x0, magnitude), limit), t1 = f32x4.pmin(v128.and(x1, magnitude), limit);
    const u0 = f32x4.mul(t0, t0), u1 = f32x4.mul(t1, t1);
    const z0 = f32x4.mul(u0, half), z1 = f32x4.mul(u1, half);
    const e0 = power2(z0, rounder, c5, c4, c3, c2, c1, one);
    const e1 = power2(z1, rounder, c5, c4, c3, c2, c1, one);
    const Q0 = f32x4.mul(mills(t0, u0, p3, p2, p1, p0, q3, q2, q1, q0), e0);
    const Q1 = f32x4.mul(mills(t1, u1, p3, p2, p1, p0, q3, q2, q1, q0), e1);
    v128.store(y + i, f32x4.sub(f32x4.pmax(x0, zero), f32x4.mul(t0, Q0)));
    v128.store(y + i, f32x4.sub(f32x4.pmax(x1, zero), f32x4.mul(t1, Q1)), 16);
    if (derivative) {
      const h0 = f32x4.sub(Q0, f32x4.mul(f32x4.mul(t0, density), e0));
      const h1 = f32x4.sub(Q1, f32x4.mul(f32x4.mul(t1, density), e1));
      v128.store(derivative + i, v128.bitselect(f32x4.sub(one, h0), h0, f32x4.gt(x0, zero)));
      v128.store(derivative + i, v128.bitselect(f32x4.sub(one, h1), h1, f32x4.gt(x1, zero)), 16);
    }
  }
  if (body < end) {
    padTail(x + body, end - body);
    geluForward(scratch, derivative ? scratch + 32 : 0, scratch + 64, 8);
    unpadTail(y + body, derivative ? derivative + body : 0, end - body);
  }
}

/** y[n] = x·½(1 + tanh(√(2/π)(x + 0.044715x³))); otherwise as geluForward. */
export function geluTanhForward(y: usize, derivative: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const limit = v128.load32_splat(EXP2, 4), rounder = v128.load32_splat(EXP2, 8);
  const c5 = v128.load32_splat(EXP2, 12), c4 = v128.load32_splat(EXP2, 16);
  const c3 = v128.load32_splat(EXP2, 20), c2 = v128.load32_splat(EXP2, 24);
  const c1 = v128.load32_splat(EXP2, 28);
  const a1 = v128.load32_splat(TANH), a3 = v128.load32_splat(TANH, 4);
  const b0 = v128.load32_splat(TANH, 8), b2 = v128.load32_splat(TANH, 12);
  const one = v128.load32_splat(EXP2, 32), zero = f32x4.splat(0);
  const magnitude = v128.load32_splat(MAGNITUDE);
  for (let i: usize = 0; i < body; i += 32) {
    const x0 = v128.load(x + i), x1 = v128.load(x + i, 16);
    const t0 = f32x4.pmin(v128.and(x0, magnitude), limit), t1 = f32x4.pmin(v128.and(x1, magnitude), limit);
    const u0 = f32x4.mul(t0, t0), u1 = f32x4.mul(t1, t1);
    const z0 = f32x4.mul(madd(u0, a3, a1), t0);
    const z1 = f32x4.mul(madd(u1, a3, a1), t1);
    const e0 = power2(z0, rounder, c5, c4, c3, c2, c1, one);
    const e1 = power2(z1, rounder, c5, c4, c3, c2, c1, one);
    // Φ(t) = 1 / (1 + e) and Φ(−t) = e / (1 + e).
    const P0 = f32x4.div(one, f32x4.add(one, e0)), P1 = f32x4.div(one, f32x4.add(one, e1));
    const Q0 = f32x4.mul(e0, P0), Q1 = f32x4.mul(e1, P1);
    v128.store(y + i, f32x4.sub(f32x4.pmax(x0, zero), f32x4.mul(t0, Q0)));
    v128.store(y + i, f32x4.sub(f32x4.pmax(x1, zero), f32x4.mul(t1, Q1)), 16);
    if (derivative) {
      const w0 = f32x4.mul(madd(u0, b2, b0), f32x4.mul(t0, P0));
      const w1 = f32x4.mul(madd(u1, b2, b0), f32x4.mul(t1, P1));
      const h0 = f32x4.mul(Q0, f32x4.sub(one, w0)), h1 = f32x4.mul(Q1, f32x4.sub(one, w1));
      v128.store(derivative + i, v128.bitselect(f32x4.sub(one, h0), h0, f32x4.gt(x0, zero)));
      v128.store(derivative + i, v128.bitselect(f32x4.sub(one, h1), h1, f32x4.gt(x1, zero)), 16);
    }
  }
  if (body < end) {
    padTail(x + body, end - body);
    geluTanhForward(scratch, derivative ? scratch + 32 : 0, scratch + 64, 8);
    unpadTail(y + body, derivative ? derivative + body : 0, end - body);
  }
}

/** Copies a tail of up to seven floats to scratch + 64, followed by zeros. */
function padTail(x: usize, bytes: usize): void {
  memory.fill(scratch + 64, 0, 32);
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(scratch + 64 + i, load<f32>(x + i));
}

/** Copies a tail's value and derivative back from scratch and scratch + 32. */
function unpadTail(y: usize, derivative: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    store<f32>(y + i, load<f32>(scratch + i));
    if (derivative) store<f32>(derivative + i, load<f32>(scratch + 32 + i));
  }
}

/** dx[n] (+)= dy[n]·derivative[n]. dx may be either of them. */
export function multiplyBackward(dx: usize, dy: usize, derivative: usize, n: i32, accumulate: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let i: usize = 0;
  for (; i < body; i += 32) {
    let v0 = f32x4.mul(v128.load(dy + i), v128.load(derivative + i));
    let v1 = f32x4.mul(v128.load(dy + i, 16), v128.load(derivative + i, 16));
    if (accumulate) {
      v0 = f32x4.add(v0, v128.load(dx + i));
      v1 = f32x4.add(v1, v128.load(dx + i, 16));
    }
    v128.store(dx + i, v0);
    v128.store(dx + i, v1, 16);
  }
  for (; i < end; i += 4) {
    let v = load<f32>(dy + i) * load<f32>(derivative + i);
    if (accumulate) v += load<f32>(dx + i);
    store<f32>(dx + i, v);
  }
}

/** y[n] = max(x[n], 0), NaN stays NaN. In place allowed. */
export function reluForward(y: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i < body; i += 32) {
    const v0 = f32x4.pmax(v128.load(x + i), zero);
    const v1 = f32x4.pmax(v128.load(x + i, 16), zero);
    v128.store(y + i, v0);
    v128.store(y + i, v1, 16);
  }
  for (; i < end; i += 4) {
    const v = load<f32>(x + i);
    store<f32>(y + i, v < 0 ? 0 : v);
  }
}

/** dx[n] (+)= y[n] ≤ 0 ? 0 : dy[n], y of reluForward (or its x). dx may be dy (accumulate 0). */
export function reluBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i < body; i += 32) {
    let v0 = v128.andnot(v128.load(dy + i), f32x4.le(v128.load(y + i), zero));
    let v1 = v128.andnot(v128.load(dy + i, 16), f32x4.le(v128.load(y + i, 16), zero));
    if (accumulate) {
      v0 = f32x4.add(v0, v128.load(dx + i));
      v1 = f32x4.add(v1, v128.load(dx + i, 16));
    }
    v128.store(dx + i, v0);
    v128.store(dx + i, v1, 16);
  }
  for (; i < end; i += 4) {
    let v = load<f32>(y + i) <= 0 ? <f32>0 : load<f32>(dy + i);
    if (accumulate) v += load<f32>(dx + i);
    store<f32>(dx + i, v);
  }
}
