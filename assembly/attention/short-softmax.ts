// softmax.ts where rows are so short that their cells stay in registers: the same operations in the same order.

import { Four, One, Three, Two } from "../counts";
import { CELL } from "./blocks";
import { EXP2, exp2 } from "./softmax";
import { clear } from "./normalize";

/** Softmax of `groups` times T rows of S scores, in place; causal: row t sees the keys s ≤ t. */
export function softmaxShort(row: usize, groups: i32, T: i32, S: i32, causal: i32, factor: f32): void {
  const rowBytes = <usize>S * CELL;
  if (causal) {
    for (let t: i32 = 0; t < T; t++, row += rowBytes) {
      softmaxOf(row, groups, <usize>T * rowBytes, S, min(S, t + 1), factor);
    }
  } else {
    softmaxOf(row, groups * T, rowBytes, S, S, factor);
  }
}

/** Of `rows` rows, `stride` bytes apart, that see `seen` of their S keys. */
// @ts-ignore: decorator
@inline
function softmaxOf(row: usize, rows: i32, stride: usize, S: i32, seen: i32, factor: f32): void {
  const scale = factor * load<f32>(EXP2);
  if (seen == 1) softmax<One>(row, rows, stride, scale);
  else if (seen == 2) softmax<Two>(row, rows, stride, scale);
  else if (seen == 3) softmax<Three>(row, rows, stride, scale);
  else softmax<Four>(row, rows, stride, scale);
  if (seen < S) {
    for (; rows > 0; rows--, row += stride) clear(row + <usize>seen * CELL, row + <usize>S * CELL);
  }
}

function softmax<Cells>(row: usize, rows: i32, stride: usize, factor: f32): void {
  const lowest = v128.load32_splat(EXP2, 4), rounder = v128.load32_splat(EXP2, 8);
  const c5 = v128.load32_splat(EXP2, 12), c4 = v128.load32_splat(EXP2, 16);
  const c3 = v128.load32_splat(EXP2, 20), c2 = v128.load32_splat(EXP2, 24);
  const c1 = v128.load32_splat(EXP2, 28), one = v128.load32_splat(EXP2, 32);
  const half = v128.load32_splat(EXP2, 36);
  const scale = f32x4.splat(factor), none = f32x4.splat(-Infinity), zero = f32x4.splat(0);
  for (; rows > 0; rows--, row += stride) {
    let y0 = v128.load(row), y0h = v128.load(row, 16), y1 = y0, y1h = y0h, y2 = y0, y2h = y0h, y3 = y0, y3h = y0h;
    let top = f32x4.pmax(none, y0), toph = f32x4.pmax(none, y0h);
    if (offsetof<Cells>() > 16) {
      y1 = v128.load(row, 32);
      y1h = v128.load(row, 48);
      top = f32x4.pmax(top, y1);
      toph = f32x4.pmax(toph, y1h);
    }
    if (offsetof<Cells>() > 32) {
      y2 = v128.load(row, 64);
      y2h = v128.load(row, 80);
      top = f32x4.pmax(top, y2);
      toph = f32x4.pmax(toph, y2h);
    }
    if (offsetof<Cells>() > 48) {
      y3 = v128.load(row, 96);
      y3h = v128.load(row, 112);
      top = f32x4.pmax(top, y3);
      toph = f32x4.pmax(toph, y3h);
    }
    top = v128.and(top, f32x4.ne(top, none));
    toph = v128.and(toph, f32x4.ne(toph, none));
    if (offsetof<Cells>() == 16) {
      // What remains of softmax: 1, but 0 where the key is masked, and NaN where the score is NaN or +Inf.
      const w = f32x4.pmax(f32x4.add(one, f32x4.sub(y0, top)), zero);
      const wh = f32x4.pmax(f32x4.add(one, f32x4.sub(y0h, toph)), zero);
      v128.store(row, w);
      v128.store(row, wh, 16);
      continue;
    }
    y0 = exp2(f32x4.mul(f32x4.sub(y0, top), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
    y0h = exp2(f32x4.mul(f32x4.sub(y0h, toph), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
    let sum = y0, sumh = y0h;
    if (offsetof<Cells>() > 16) {
      y1 = exp2(f32x4.mul(f32x4.sub(y1, top), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
      y1h = exp2(f32x4.mul(f32x4.sub(y1h, toph), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
      sum = f32x4.add(sum, y1);
      sumh = f32x4.add(sumh, y1h);
    }
    if (offsetof<Cells>() > 32) {
      y2 = exp2(f32x4.mul(f32x4.sub(y2, top), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
      y2h = exp2(f32x4.mul(f32x4.sub(y2h, toph), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
      sum = f32x4.add(sum, y2);
      sumh = f32x4.add(sumh, y2h);
    }
    if (offsetof<Cells>() > 48) {
      y3 = exp2(f32x4.mul(f32x4.sub(y3, top), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
      y3h = exp2(f32x4.mul(f32x4.sub(y3h, toph), scale), lowest, rounder, c5, c4, c3, c2, c1, one);
      sum = f32x4.add(sum, y3);
      sumh = f32x4.add(sumh, y3h);
    }
    const share = f32x4.div(one, f32x4.pmax(sum, half)), shareh = f32x4.div(one, f32x4.pmax(sumh, half));
    v128.store(row, f32x4.mul(y0, share));
    v128.store(row, f32x4.mul(y0h, shareh), 16);
    if (offsetof<Cells>() > 16) {
      v128.store(row, f32x4.mul(y1, share), 32);
      v128.store(row, f32x4.mul(y1h, shareh), 48);
    }
    if (offsetof<Cells>() > 32) {
      v128.store(row, f32x4.mul(y2, share), 64);
      v128.store(row, f32x4.mul(y2h, shareh), 80);
    }
    if (offsetof<Cells>() > 48) {
      v128.store(row, f32x4.mul(y3, share), 96);
      v128.store(row, f32x4.mul(y3h, shareh), 112);
    }
  }
}

/** As softmaxRowsBackward, of rows of S ≤ SHORT keys that are all seen. */
export function softmaxShortBackward(d: usize, weights: usize, rows: i32, S: i32, factor: f32): void {
  if (S == 1) backward<One>(d, weights, rows, factor);
  else if (S == 2) backward<Two>(d, weights, rows, factor);
  else if (S == 3) backward<Three>(d, weights, rows, factor);
  else backward<Four>(d, weights, rows, factor);
}

function backward<Cells>(d: usize, weights: usize, rows: i32, factor: f32): void {
  const zero = f32x4.splat(0), scale = f32x4.splat(factor), rowBytes = offsetof<Cells>() << 1;
  for (; rows > 0; rows--, d += rowBytes, weights += rowBytes) {
    const d0 = v128.load(d), d0h = v128.load(d, 16);
    const w0 = f32x4.abs(v128.load(weights)), w0h = f32x4.abs(v128.load(weights, 16));
    let d1 = d0, d1h = d0h, w1 = w0, w1h = w0h, d2 = d0, d2h = d0h, w2 = w0, w2h = w0h;
    let d3 = d0, d3h = d0h, w3 = w0, w3h = w0h;
    let sum = f32x4.add(zero, f32x4.mul(d0, w0)), sumh = f32x4.add(zero, f32x4.mul(d0h, w0h));
    if (offsetof<Cells>() > 16) {
      d1 = v128.load(d, 32);
      d1h = v128.load(d, 48);
      w1 = f32x4.abs(v128.load(weights, 32));
      w1h = f32x4.abs(v128.load(weights, 48));
      sum = f32x4.add(sum, f32x4.mul(d1, w1));
      sumh = f32x4.add(sumh, f32x4.mul(d1h, w1h));
    }
    if (offsetof<Cells>() > 32) {
      d2 = v128.load(d, 64);
      d2h = v128.load(d, 80);
      w2 = f32x4.abs(v128.load(weights, 64));
      w2h = f32x4.abs(v128.load(weights, 80));
      sum = f32x4.add(sum, f32x4.mul(d2, w2));
      sumh = f32x4.add(sumh, f32x4.mul(d2h, w2h));
    }
    if (offsetof<Cells>() > 48) {
      d3 = v128.load(d, 96);
      d3h = v128.load(d, 112);
      w3 = f32x4.abs(v128.load(weights, 96));
      w3h = f32x4.abs(v128.load(weights, 112));
      sum = f32x4.add(sum, f32x4.mul(d3, w3));
      sumh = f32x4.add(sumh, f32x4.mul(d3h, w3h));
    }
    v128.store(d, slope(d0, w0, sum, scale));
    v128.store(d, slope(d0h, w0h, sumh, scale), 16);
    if (offsetof<Cells>() > 16) {
      v128.store(d, slope(d1, w1, sum, scale), 32);
      v128.store(d, slope(d1h, w1h, sumh, scale), 48);
    }
    if (offsetof<Cells>() > 32) {
      v128.store(d, slope(d2, w2, sum, scale), 64);
      v128.store(d, slope(d2h, w2h, sumh, scale), 80);
    }
    if (offsetof<Cells>() > 48) {
      v128.store(d, slope(d3, w3, sum, scale), 96);
      v128.store(d, slope(d3h, w3h, sumh, scale), 112);
    }
  }
}

// @ts-ignore: decorator
@inline
function slope(d: v128, w: v128, sum: v128, scale: v128): v128 {
  return f32x4.mul(f32x4.mul(scale, w), f32x4.sub(d, sum));
}
