// Losses. Each is one float64, summed in float64 in a fixed order; NaN in gives NaN out, so a
// training that diverges is seen.

import { EXP, exp4With } from "./math/exp";
import { loadTail, storeTail, tailMask } from "./tail";

/** loss f64[1] = mean over n of (x − y)², differences in float32. */
export function mseForward(loss: usize, x: usize, y: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i: usize = 0;
  for (; i < body; i += 32) {
    const d0 = f32x4.sub(v128.load(x + i), v128.load(y + i));
    const d1 = f32x4.sub(v128.load(x + i, 16), v128.load(y + i, 16));
    const a = f64x2.promote_low_f32x4(d0), b = f64x2.promote_low_f32x4(upper(d0));
    const c = f64x2.promote_low_f32x4(d1), d = f64x2.promote_low_f32x4(upper(d1));
    s0 = f64x2.add(s0, f64x2.mul(a, a));
    s1 = f64x2.add(s1, f64x2.mul(b, b));
    s2 = f64x2.add(s2, f64x2.mul(c, c));
    s3 = f64x2.add(s3, f64x2.mul(d, d));
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; i < end; i += 4) {
    const d = <f64>(load<f32>(x + i) - load<f32>(y + i));
    sum += d * d;
  }
  store<f64>(loss, sum / <f64>n);
}

/** dx[n] (+)= dloss f32[1] · 2(x − y)/n. */
export function mseBackward(dx: usize, dloss: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const factor = <f32>(2.0 * <f64>load<f32>(dloss) / <f64>n);
  const f = f32x4.splat(factor);
  let i: usize = 0;
  for (; i < body; i += 32) {
    let d0 = f32x4.mul(f32x4.sub(v128.load(x + i), v128.load(y + i)), f);
    let d1 = f32x4.mul(f32x4.sub(v128.load(x + i, 16), v128.load(y + i, 16)), f);
    if (accumulate) {
      d0 = f32x4.add(d0, v128.load(dx + i));
      d1 = f32x4.add(d1, v128.load(dx + i, 16));
    }
    v128.store(dx + i, d0);
    v128.store(dx + i, d1, 16);
  }
  for (; i < end; i += 4) {
    let d = (load<f32>(x + i) - load<f32>(y + i)) * factor;
    if (accumulate) d += load<f32>(dx + i);
    store<f32>(dx + i, d);
  }
}

/**
 * loss f64[1] = mean over rows with label ≠ ignore of log Σ e^x − x[label]; 0 where there is none.
 * probs[N×K] = softmax of every row of x[N×K], labels i32[N]. A label outside 0 … K−1 makes it NaN.
 * Logits are shifted by their row's maximum: none overflows. Measured error of probs 8e-8.
 */
export function crossEntropyForward(
  loss: usize, probs: usize, x: usize, labels: usize, N: i32, K: i32, ignore: i32,
): void {
  const width = (<usize>K) << 2;
  const body = width & ~15;
  const left = K & 3;
  const padding = v128.andnot(f32x4.splat(-Infinity), tailMask(left));
  const lowest = v128.load32_splat(EXP), highest = v128.load32_splat(EXP, 4);
  const log2e = v128.load32_splat(EXP, 8), rounder = v128.load32_splat(EXP, 12);
  const ln2High = v128.load32_splat(EXP, 16), ln2Low = v128.load32_splat(EXP, 20);
  const q4 = v128.load32_splat(EXP, 24), q3 = v128.load32_splat(EXP, 28);
  const q2 = v128.load32_splat(EXP, 32), q1 = v128.load32_splat(EXP, 36);
  const q0 = v128.load32_splat(EXP, 40), one = v128.load32_splat(EXP, 44);
  let total: f64 = 0;
  let product: f64 = 1;
  let count = 0;
  for (let n = 0; n < N; n++, x += width, probs += width) {
    let m = f32x4.splat(-Infinity);
    let i: usize = 0;
    for (; i < body; i += 16) m = f32x4.pmax(m, v128.load(x + i));
    let rest = m;
    if (left) {
      rest = v128.or(loadTail(x + body, left), padding);
      m = f32x4.pmax(m, rest);
    }
    m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 2, 3, 0, 1));
    m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 1, 0, 3, 2));

    let s0 = f64x2.splat(0), s1 = s0;
    for (i = 0; i < body; i += 16) {
      const e = exp4With(
        f32x4.sub(v128.load(x + i), m),
        lowest, highest, log2e, rounder, ln2High, ln2Low, q4, q3, q2, q1, q0, one,
      );
      v128.store(probs + i, e);
      s0 = f64x2.add(s0, f64x2.promote_low_f32x4(e));
      s1 = f64x2.add(s1, f64x2.promote_low_f32x4(upper(e)));
    }
    if (left) {
      rest = exp4With(
        f32x4.sub(rest, m),
        lowest, highest, log2e, rounder, ln2High, ln2Low, q4, q3, q2, q1, q0, one,
      );
      s0 = f64x2.add(s0, f64x2.promote_low_f32x4(rest));
      s1 = f64x2.add(s1, f64x2.promote_low_f32x4(upper(rest)));
    }
    s0 = f64x2.add(s0, s1);
    const sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    const f = f32x4.splat(<f32>(1.0 / sum));
    for (i = 0; i < body; i += 16) v128.store(probs + i, f32x4.mul(v128.load(probs + i), f));
    if (left) storeTail(probs + body, f32x4.mul(rest, f), left);

    const label = load<i32>(labels + ((<usize>n) << 2));
    if (label == ignore) continue;
    count++;
    // Out of range reads nothing: the loss itself says that something is wrong.
    const own = <u32>label < <u32>K ? <f64>load<f32>(x + ((<usize>label) << 2)) : NaN;
    total -= own - <f64>f32x4.extract_lane(m, 0);
    // One logarithm for many rows: each sum is between 1 and K. NaN ends up in the total at once.
    product *= sum;
    if (!(product < 1e290)) {
      total += NativeMath.log(product);
      product = 1;
    }
  }
  total += NativeMath.log(product);
  store<f64>(loss, count ? total / <f64>count : 0.0);
}

/**
 * dx[N×K] (+)= dloss f32[1] · (probs[N×K] − onehot(labels i32[N])) / count, count rows not ignored;
 * 0 for ignored rows. dx may be probs (accumulate 0).
 */
export function crossEntropyBackward(
  dx: usize, dloss: usize, probs: usize, labels: usize, N: i32, K: i32, ignore: i32, accumulate: i32,
): void {
  const width = (<usize>K) << 2;
  const body = width & ~15;
  let count = 0;
  for (let n = 0; n < N; n++) count += i32(load<i32>(labels + ((<usize>n) << 2)) != ignore);
  const every = count ? <f32>(<f64>load<f32>(dloss) / <f64>count) : 0;
  for (let n = 0; n < N; n++, dx += width, probs += width) {
    const label = load<i32>(labels + ((<usize>n) << 2));
    const skip = label == ignore;
    if (skip && accumulate) continue;
    const inside = <u32>label < <u32>K && !skip;
    const at = (<usize>label) << 2;
    const factor: f32 = skip ? 0 : every;
    // The label's own element is taken apart (p − 1 first, then scaled: nothing cancels twice), and
    // before the loop, which may overwrite it.
    let own: f32 = 0;
    if (inside) {
      own = (load<f32>(probs + at) - 1) * factor;
      if (accumulate) own += load<f32>(dx + at);
    }
    const f = f32x4.splat(factor);
    let i: usize = 0;
    for (; i < body; i += 16) {
      let d = f32x4.mul(v128.load(probs + i), f);
      if (accumulate) d = f32x4.add(d, v128.load(dx + i));
      v128.store(dx + i, d);
    }
    for (; i < width; i += 4) {
      let d = load<f32>(probs + i) * factor;
      if (accumulate) d += load<f32>(dx + i);
      store<f32>(dx + i, d);
    }
    if (inside) store<f32>(dx + at, own);
  }
}

/** The two upper lanes of v in the lower half. */
// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 1);
}
