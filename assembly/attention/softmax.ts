// Softmax of rows of scores [S][LANES], in place, and its gradient.

import { CELL } from "./blocks";
import { clear } from "./normalize";

/** Partial sums are as long as this at most: long rows lose little to rounding. */
const RUN: usize = 64;

/**
 * Weights are 2^t with t = (score − max)·factor·log2 e ≤ 0: n = round(t), and 2^(t−n) by a minimax
 * polynomial of degree 5, within 1.9e-7 on [−½, ½] and exact at 0. The rounding of t costs an absolute
 * error of 2e-8 at most, where t ≈ −1.44. Weights below 2^−125 are 0.
 * One float each: log2 e, lowest t, rounder 1.5·2²³ (leaves n in the low bits of a sum), c5 … c1, 1, ½.
 */
// @ts-ignore: decorator
@lazy export const EXP2: usize = memory.data<f32>([
  1.4426950408889634, -125.0, 12582912.0, 0.001326472731307149, 0.009671512991189957, 0.05550733581185341,
  0.24022242426872253, 0.6931470036506653, 1.0, 0.5,
], 16);

/** 2^t for t ≤ 0; 0 at and below `lowest`; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp2(
  t: v128, lowest: v128, rounder: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, one: v128,
): v128 {
  const gone = f32x4.le(t, lowest);
  const bits = f32x4.add(f32x4.pmax(t, lowest), rounder);
  const f = f32x4.sub(f32x4.pmax(t, lowest), f32x4.sub(bits, rounder));
  let p = f32x4.add(f32x4.mul(c5, f), c4);
  p = f32x4.add(f32x4.mul(p, f), c3);
  p = f32x4.add(f32x4.mul(p, f), c2);
  p = f32x4.add(f32x4.mul(p, f), c1);
  p = f32x4.add(f32x4.mul(p, f), one);
  return v128.andnot(i32x4.add(p, i32x4.shl(bits, 23)), gone);
}

/** `rows` rows of S scores; the first sees `seen` of them, each next row one more, up to S. */
export function softmaxRows(row: usize, rows: i32, S: i32, seen: i32, factor: f32): void {
  const lowest = v128.load32_splat(EXP2, 4), rounder = v128.load32_splat(EXP2, 8);
  const c5 = v128.load32_splat(EXP2, 12), c4 = v128.load32_splat(EXP2, 16);
  const c3 = v128.load32_splat(EXP2, 20), c2 = v128.load32_splat(EXP2, 24);
  const c1 = v128.load32_splat(EXP2, 28), one = v128.load32_splat(EXP2, 32);
  const half = v128.load32_splat(EXP2, 36);
  const scale = f32x4.splat(factor * load<f32>(EXP2));
  const none = f32x4.splat(-Infinity), zero = f32x4.splat(0);
  for (; rows > 0; rows--, seen = min(S, seen + 1)) {
    const end = row + <usize>seen * CELL, next = row + <usize>S * CELL;
    let top = none, toph = none;
    for (let p = row; p < end; p += CELL) {
      top = f32x4.pmax(top, v128.load(p));
      toph = f32x4.pmax(toph, v128.load(p, 16));
    }
    // Where every key is masked: subtract 0 instead of −Inf, and every weight becomes 0.
    top = v128.and(top, f32x4.ne(top, none));
    toph = v128.and(toph, f32x4.ne(toph, none));

    let sum = zero, sumh = zero;
    for (let p = row; p < end; ) {
      const stop = min(end, p + RUN * CELL);
      let part = zero, parth = zero;
      for (; p < stop; p += CELL) {
        const t = f32x4.mul(f32x4.sub(v128.load(p), top), scale);
        const th = f32x4.mul(f32x4.sub(v128.load(p, 16), toph), scale);
        const y = exp2(t, lowest, rounder, c5, c4, c3, c2, c1, one);
        const yh = exp2(th, lowest, rounder, c5, c4, c3, c2, c1, one);
        v128.store(p, y);
        v128.store(p, yh, 16);
        part = f32x4.add(part, y);
        parth = f32x4.add(parth, yh);
      }
      sum = f32x4.add(sum, part);
      sumh = f32x4.add(sumh, parth);
    }

    // The sum is at least 1, or NaN, or 0 where every key is masked.
    const share = f32x4.div(one, f32x4.pmax(sum, half));
    const shareh = f32x4.div(one, f32x4.pmax(sumh, half));
    for (let p = row; p < end; p += CELL) {
      const w = f32x4.mul(v128.load(p), share), wh = f32x4.mul(v128.load(p, 16), shareh);
      v128.store(p, w);
      v128.store(p, wh, 16);
    }
    clear(end, next);
    row = next;
  }
}

/** d = factor·w·(d − Σ w·d), w = |weights|, `rows` rows of the first `seen` of S keys. */
export function softmaxRowsBackward(
  d: usize, weights: usize, rows: i32, S: i32, seen: i32, factor: f32,
): void {
  const rowBytes = <usize>S * CELL, zero = f32x4.splat(0), scale = f32x4.splat(factor);
  for (; rows > 0; rows--, d += rowBytes, weights += rowBytes) {
    const end = d + <usize>seen * CELL;
    let sum = zero, sumh = zero;
    let w = weights;
    for (let p = d; p < end; ) {
      const stop = min(end, p + RUN * CELL);
      let part = zero, parth = zero;
      for (; p < stop; p += CELL, w += CELL) {
        part = f32x4.add(part, f32x4.mul(v128.load(p), f32x4.abs(v128.load(w))));
        parth = f32x4.add(parth, f32x4.mul(v128.load(p, 16), f32x4.abs(v128.load(w, 16))));
      }
      sum = f32x4.add(sum, part);
      sumh = f32x4.add(sumh, parth);
    }
    w = weights;
    for (let p = d; p < end; p += CELL, w += CELL) {
      const slope = f32x4.mul(scale, f32x4.abs(v128.load(w)));
      const slopeh = f32x4.mul(scale, f32x4.abs(v128.load(w, 16)));
      const ds = f32x4.mul(slope, f32x4.sub(v128.load(p), sum));
      const dsh = f32x4.mul(slopeh, f32x4.sub(v128.load(p, 16), sumh));
      v128.store(p, ds);
      v128.store(p, dsh, 16);
    }
  }
}
