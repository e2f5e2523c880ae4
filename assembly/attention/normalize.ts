// One row of scores [S][LANES] -> weights, in place, and back. Lanes are independent rows.

import { exp4With, EXP } from "../math/exp";
import { CELL } from "./blocks";

export const SOFTMAX = 0;
export const HARDMAX = 1;
export const SPARSEMAX = 2;

/** Partial sums are as long as this at most: long rows lose little to rounding. */
const RUN: usize = 64;

/**
 * weights[s] = normaliser of score[s]·factor + mask[s] over the first `n` of `S` keys, 0 behind them.
 * A row whose every score is −Inf gets weights 0. mask: strip [S][LANES] or 0.
 */
export function normalizeRow(row: usize, mask: usize, n: i32, S: i32, factor: f32, normalizer: i32): void {
  const end = row + <usize>n * CELL;
  const scale = f32x4.splat(factor);
  const none = f32x4.splat(-Infinity);
  let top = none, toph = none;
  if (mask) {
    for (let p = row; p < end; p += CELL, mask += CELL) {
      const x = f32x4.add(f32x4.mul(v128.load(p), scale), v128.load(mask));
      const xh = f32x4.add(f32x4.mul(v128.load(p, 16), scale), v128.load(mask, 16));
      v128.store(p, x);
      v128.store(p, xh, 16);
      top = f32x4.pmax(top, x);
      toph = f32x4.pmax(toph, xh);
    }
    factor = 1;
  } else {
    for (let p = row; p < end; p += CELL) {
      top = f32x4.pmax(top, v128.load(p));
      toph = f32x4.pmax(toph, v128.load(p, 16));
    }
  }
  // Where every key is masked: subtract 0 instead of −Inf, and every weight becomes 0.
  top = v128.and(top, f32x4.ne(top, none));
  toph = v128.and(toph, f32x4.ne(toph, none));
  if (normalizer == SOFTMAX) softmax(row, end, top, toph, factor);
  else if (normalizer == HARDMAX) hardmax(row, end, top, toph);
  else sparsemax(row, end, top, toph, factor);
  memory.fill(end, 0, <usize>(S - n) * CELL);
}

function softmax(row: usize, end: usize, top: v128, toph: v128, factor: f32): void {
  const lowest = v128.load32_splat(EXP), highest = v128.load32_splat(EXP, 4);
  const log2e = v128.load32_splat(EXP, 8), rounder = v128.load32_splat(EXP, 12);
  const ln2High = v128.load32_splat(EXP, 16), ln2Low = v128.load32_splat(EXP, 20);
  const q4 = v128.load32_splat(EXP, 24), q3 = v128.load32_splat(EXP, 28);
  const q2 = v128.load32_splat(EXP, 32), q1 = v128.load32_splat(EXP, 36);
  const q0 = v128.load32_splat(EXP, 40), one = v128.load32_splat(EXP, 44);
  const scale = f32x4.splat(factor);
  let sum = f32x4.splat(0), sumh = f32x4.splat(0);
  for (let p = row; p < end; ) {
    const stop = min(end, p + RUN * CELL);
    let part = f32x4.splat(0), parth = f32x4.splat(0);
    for (; p < stop; p += CELL) {
      const x = f32x4.mul(f32x4.sub(v128.load(p), top), scale);
      const xh = f32x4.mul(f32x4.sub(v128.load(p, 16), toph), scale);
      const y = exp4With(x, lowest, highest, log2e, rounder, ln2High, ln2Low, q4, q3, q2, q1, q0, one);
      const yh = exp4With(xh, lowest, highest, log2e, rounder, ln2High, ln2Low, q4, q3, q2, q1, q0, one);
      v128.store(p, y);
      v128.store(p, yh, 16);
      part = f32x4.add(part, y);
      parth = f32x4.add(parth, yh);
    }
    sum = f32x4.add(sum, part);
    sumh = f32x4.add(sumh, parth);
  }
  // 1 where the sum is 0 (every key masked); else the sum is at least 1, or NaN.
  const zero = f32x4.splat(0);
  const share = f32x4.div(one, v128.bitselect(one, sum, f32x4.eq(sum, zero)));
  const shareh = f32x4.div(one, v128.bitselect(one, sumh, f32x4.eq(sumh, zero)));
  for (let p = row; p < end; p += CELL) {
    v128.store(p, f32x4.mul(v128.load(p), share));
    v128.store(p, f32x4.mul(v128.load(p, 16), shareh), 16);
  }
}

/** 1 at the first largest score. `top` is 0 where all are −Inf: then nothing equals it. */
function hardmax(row: usize, end: usize, top: v128, toph: v128): void {
  const one = f32x4.splat(1);
  let taken = i32x4.splat(0), takenh = i32x4.splat(0);
  for (let p = row; p < end; p += CELL) {
    const hit = v128.andnot(f32x4.eq(v128.load(p), top), taken);
    const hith = v128.andnot(f32x4.eq(v128.load(p, 16), toph), takenh);
    taken = v128.or(taken, hit);
    takenh = v128.or(takenh, hith);
    v128.store(p, v128.and(hit, one));
    v128.store(p, v128.and(hith, one), 16);
  }
}

/**
 * Euclidean projection onto the simplex (Martins and Astudillo 2016): max(z − τ, 0), τ by Michelot's
 * iteration from the keys above max − 1, which only ever loses keys and ends when it loses none.
 */
function sparsemax(row: usize, end: usize, top: v128, toph: v128, factor: f32): void {
  const scale = f32x4.splat(factor), one = f32x4.splat(1), zero = f32x4.splat(0);
  for (let p = row; p < end; p += CELL) {
    v128.store(p, f32x4.mul(f32x4.sub(v128.load(p), top), scale));
    v128.store(p, f32x4.mul(f32x4.sub(v128.load(p, 16), toph), scale), 16);
  }
  let tau = f32x4.splat(-1), tauh = f32x4.splat(-1);
  let count = f32x4.splat(-1), counth = f32x4.splat(-1);
  while (true) {
    let sum = zero, sumh = zero, number = zero, numberh = zero;
    for (let p = row; p < end; p += CELL) {
      const z = v128.load(p), zh = v128.load(p, 16);
      const inside = f32x4.gt(z, tau), insideh = f32x4.gt(zh, tauh);
      sum = f32x4.add(sum, v128.and(z, inside));
      sumh = f32x4.add(sumh, v128.and(zh, insideh));
      number = f32x4.add(number, v128.and(one, inside));
      numberh = f32x4.add(numberh, v128.and(one, insideh));
    }
    const same = v128.and(f32x4.eq(number, count), f32x4.eq(numberh, counth));
    if (i32x4.all_true(same)) break;
    count = number;
    counth = numberh;
    // No key inside (all masked, or NaN): τ stays −1 and the row is dealt with below.
    const next = f32x4.div(f32x4.sub(sum, one), f32x4.max(number, one));
    const nexth = f32x4.div(f32x4.sub(sumh, one), f32x4.max(numberh, one));
    tau = f32x4.pmax(tau, next);
    tauh = f32x4.pmax(tauh, nexth);
  }
  for (let p = row; p < end; p += CELL) {
    v128.store(p, f32x4.max(f32x4.sub(v128.load(p), tau), zero));
    v128.store(p, f32x4.max(f32x4.sub(v128.load(p, 16), tauh), zero), 16);
  }
}

/** Gradient of the scores before `factor` from the weights' gradient d [S][LANES], in place. */
export function normalizeRowBackward(d: usize, weights: usize, S: i32, factor: f32, normalizer: i32): void {
  const end = d + <usize>S * CELL;
  if (normalizer == SOFTMAX) softmaxBackward(d, end, weights, factor);
  else if (normalizer == HARDMAX) memory.fill(d, 0, end - d);
  else sparsemaxBackward(d, end, weights, factor);
}

/** ds = factor·w·(d − Σ w·d) */
function softmaxBackward(d: usize, end: usize, weights: usize, factor: f32): void {
  let sum = f32x4.splat(0), sumh = f32x4.splat(0);
  let w = weights;
  for (let p = d; p < end; ) {
    const stop = min(end, p + RUN * CELL);
    let part = f32x4.splat(0), parth = f32x4.splat(0);
    for (; p < stop; p += CELL, w += CELL) {
      part = f32x4.add(part, f32x4.mul(v128.load(p), v128.load(w)));
      parth = f32x4.add(parth, f32x4.mul(v128.load(p, 16), v128.load(w, 16)));
    }
    sum = f32x4.add(sum, part);
    sumh = f32x4.add(sumh, parth);
  }
  const scale = f32x4.splat(factor);
  for (let p = d; p < end; p += CELL, weights += CELL) {
    const slope = f32x4.mul(scale, v128.load(weights)), slopeh = f32x4.mul(scale, v128.load(weights, 16));
    v128.store(p, f32x4.mul(slope, f32x4.sub(v128.load(p), sum)));
    v128.store(p, f32x4.mul(slopeh, f32x4.sub(v128.load(p, 16), sumh)), 16);
  }
}

/** ds = factor·(d − mean of d over the keys with weight > 0) on those keys, 0 elsewhere. */
function sparsemaxBackward(d: usize, end: usize, weights: usize, factor: f32): void {
  const one = f32x4.splat(1), zero = f32x4.splat(0), scale = f32x4.splat(factor);
  let sum = zero, sumh = zero, number = zero, numberh = zero;
  let w = weights;
  for (let p = d; p < end; p += CELL, w += CELL) {
    const inside = f32x4.gt(v128.load(w), zero), insideh = f32x4.gt(v128.load(w, 16), zero);
    sum = f32x4.add(sum, v128.and(v128.load(p), inside));
    sumh = f32x4.add(sumh, v128.and(v128.load(p, 16), insideh));
    number = f32x4.add(number, v128.and(one, inside));
    numberh = f32x4.add(numberh, v128.and(one, insideh));
  }
  const mean = f32x4.div(sum, f32x4.max(number, one));
  const meanh = f32x4.div(sumh, f32x4.max(numberh, one));
  for (let p = d; p < end; p += CELL, weights += CELL) {
    const inside = f32x4.gt(v128.load(weights), zero), insideh = f32x4.gt(v128.load(weights, 16), zero);
    v128.store(p, v128.and(f32x4.mul(scale, f32x4.sub(v128.load(p), mean)), inside));
    v128.store(p, v128.and(f32x4.mul(scale, f32x4.sub(v128.load(p, 16), meanh)), insideh), 16);
  }
}
