// Sparsemax of rows of scores [S][LANES], in place, and its gradient.

import { CELL } from "./blocks";
import { clear } from "./normalize";

/** `rows` rows of S scores; the first sees `seen` of them, each next row one more, up to S. */
export function sparsemaxRows(row: usize, rows: i32, S: i32, seen: i32, factor: f32): void {
  for (; rows > 0; rows--, seen = min(S, seen + 1)) {
    const end = row + <usize>seen * CELL, next = row + <usize>S * CELL;
    sparsemaxRow(row, end, factor);
    clear(end, next);
    row = next;
  }
}

/**
 * Euclidean projection onto the simplex (Martins and Astudillo 2016): max(z − τ, 0), τ by Michelot's
 * iteration from the keys above max − 1, which only ever loses keys and ends when it loses none.
 */
// @ts-ignore: decorator
@inline
function sparsemaxRow(row: usize, end: usize, factor: f32): void {
  const scale = f32x4.splat(factor), one = f32x4.splat(1), zero = f32x4.splat(0);
  const none = f32x4.splat(-Infinity);
  let top = none, toph = none;
  for (let p = row; p < end; p += CELL) {
    top = f32x4.pmax(top, v128.load(p));
    toph = f32x4.pmax(toph, v128.load(p, 16));
  }
  // Where every key is masked: subtract 0 instead of −Inf, and every weight becomes 0.
  top = v128.and(top, f32x4.ne(top, none));
  toph = v128.and(toph, f32x4.ne(toph, none));
  for (let p = row; p < end; p += CELL) {
    const z = f32x4.mul(f32x4.sub(v128.load(p), top), scale);
    const zh = f32x4.mul(f32x4.sub(v128.load(p, 16), toph), scale);
    v128.store(p, z);
    v128.store(p, zh, 16);
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
    // No key inside (all masked, or NaN): τ stays −1.
    const next = f32x4.div(f32x4.sub(sum, one), f32x4.max(number, one));
    const nexth = f32x4.div(f32x4.sub(sumh, one), f32x4.max(numberh, one));
    tau = f32x4.pmax(tau, next);
    tauh = f32x4.pmax(tauh, nexth);
  }
  for (let p = row; p < end; p += CELL) {
    const w = f32x4.max(f32x4.sub(v128.load(p), tau), zero);
    const wh = f32x4.max(f32x4.sub(v128.load(p, 16), tauh), zero);
    v128.store(p, w);
    v128.store(p, wh, 16);
  }
}

/** Gradient of `rows` rows of the first `seen` of S keys. */
export function sparsemaxRowsBackward(
  d: usize, weights: usize, rows: i32, S: i32, seen: i32, factor: f32,
): void {
  const rowBytes = <usize>S * CELL;
  for (; rows > 0; rows--, d += rowBytes, weights += rowBytes) {
    sparsemaxRowBackward(d, d + <usize>seen * CELL, weights, factor);
  }
}

/** ds = factor·(d − mean of d over the keys with |weight| > 0) on those keys, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function sparsemaxRowBackward(d: usize, end: usize, weights: usize, factor: f32): void {
  const one = f32x4.splat(1), zero = f32x4.splat(0), scale = f32x4.splat(factor);
  let sum = zero, sumh = zero, number = zero, numberh = zero;
  let w = weights;
  for (let p = d; p < end; p += CELL, w += CELL) {
    const inside = f32x4.gt(f32x4.abs(v128.load(w)), zero);
    const insideh = f32x4.gt(f32x4.abs(v128.load(w, 16)), zero);
    sum = f32x4.add(sum, v128.and(v128.load(p), inside));
    sumh = f32x4.add(sumh, v128.and(v128.load(p, 16), insideh));
    number = f32x4.add(number, v128.and(one, inside));
    numberh = f32x4.add(numberh, v128.and(one, insideh));
  }
  const mean = f32x4.div(sum, f32x4.max(number, one));
  const meanh = f32x4.div(sumh, f32x4.max(numberh, one));
  for (let p = d; p < end; p += CELL, weights += CELL) {
    const inside = f32x4.gt(f32x4.abs(v128.load(weights)), zero);
    const insideh = f32x4.gt(f32x4.abs(v128.load(weights, 16)), zero);
    const ds = v128.and(f32x4.mul(scale, f32x4.sub(v128.load(p), mean)), inside);
    const dsh = v128.and(f32x4.mul(scale, f32x4.sub(v128.load(p, 16), meanh)), insideh);
    v128.store(p, ds);
    v128.store(p, dsh, 16);
  }
}
