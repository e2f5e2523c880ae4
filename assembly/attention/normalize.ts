// Rows of scores [S][LANES] -> weights, in place, and back. Lanes are independent rows. Everywhere both
// halves of a cell are loaded before either is stored: else V8 does not widen them to 256 bits.

import { CELL } from "./blocks";
import { softmaxRows, softmaxRowsBackward } from "./softmax";
import { sparsemaxRows, sparsemaxRowsBackward } from "./sparsemax";

export const SOFTMAX = 0;
export const HARDMAX = 1;
export const SPARSEMAX = 2;

/**
 * weights[r][s] = normaliser over s of score·factor + mask[s], for `rows` rows of S keys. causal: row r
 * sees the keys s ≤ t + r. Keys not seen get weight 0; where every score is −Inf, all do.
 * mask: strip [S][LANES] or 0.
 */
export function normalize(
  row: usize, rows: i32, S: i32, mask: usize, causal: i32, t: i32, factor: f32, normalizer: i32,
): void {
  if (mask) {
    addMask(row, rows, S, mask, factor);
    factor = 1;
  }
  // Cells that the first row sees, and how many more each next row does.
  const seen = causal ? min(S, t + 1) : S;
  if (normalizer == SOFTMAX) softmaxRows(row, rows, S, seen, factor);
  else if (normalizer == HARDMAX) hardmaxRows(row, rows, S, seen);
  else sparsemaxRows(row, rows, S, seen, factor);
}

/** Gradient of the scores before `factor` from the weights' gradient d, in place; `seen` of S keys. */
export function normalizeBackward(
  d: usize, weights: usize, rows: i32, S: i32, seen: i32, factor: f32, normalizer: i32,
): void {
  if (normalizer == SOFTMAX) softmaxRowsBackward(d, weights, rows, S, seen, factor);
  else if (normalizer == HARDMAX) memory.fill(d, 0, <usize>rows * S * CELL);
  else sparsemaxRowsBackward(d, weights, rows, S, seen, factor);
}

function addMask(row: usize, rows: i32, S: i32, mask: usize, factor: f32): void {
  const scale = f32x4.splat(factor);
  for (; rows > 0; rows--) {
    const end = row + <usize>S * CELL;
    for (let m = mask; row < end; row += CELL, m += CELL) {
      const x = f32x4.add(f32x4.mul(v128.load(row), scale), v128.load(m));
      const xh = f32x4.add(f32x4.mul(v128.load(row, 16), scale), v128.load(m, 16));
      v128.store(row, x);
      v128.store(row, xh, 16);
    }
  }
}

/** 1 at the first largest score, unless that is −Inf. */
function hardmaxRows(row: usize, rows: i32, S: i32, seen: i32): void {
  const one = f32x4.splat(1), none = f32x4.splat(-Infinity);
  for (; rows > 0; rows--, seen = min(S, seen + 1)) {
    const end = row + <usize>seen * CELL, next = row + <usize>S * CELL;
    let top = none, toph = none;
    for (let p = row; p < end; p += CELL) {
      top = f32x4.pmax(top, v128.load(p));
      toph = f32x4.pmax(toph, v128.load(p, 16));
    }
    let taken = f32x4.eq(top, none), takenh = f32x4.eq(toph, none);
    for (let p = row; p < end; p += CELL) {
      const hit = v128.andnot(f32x4.eq(v128.load(p), top), taken);
      const hith = v128.andnot(f32x4.eq(v128.load(p, 16), toph), takenh);
      taken = v128.or(taken, hit);
      takenh = v128.or(takenh, hith);
      v128.store(p, v128.and(hit, one));
      v128.store(p, v128.and(hith, one), 16);
    }
    clear(end, next);
    row = next;
  }
}

/** Zeros from p to end: short here, where memory.fill would cost a call out of WebAssembly. */
// @ts-ignore: decorator
@inline
export function clear(p: usize, end: usize): void {
  const zero = i32x4.splat(0);
  for (; p < end; p += CELL) {
    v128.store(p, zero);
    v128.store(p, zero, 16);
  }
}
