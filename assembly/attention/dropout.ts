// Dropout of attention weights, drawn again by the backward pass instead of being saved.
//
// rng → {key0, key1, step, 0}. Key s of row r = (group·T + t) of lane l draws a 16-bit half of word
// s mod 4 of Philox4x32-10(counter = (4·(r·⌈S/4⌉ + ⌊s/4⌋) + l mod 4, stream, step, 0), key): the low half
// if l < 4, else the high one. Kept (times keepScale) iff half ≥ threshold, else +0. So four counters
// computed side by side serve four keys of all eight lanes. Counters wrap at 2³².

import { philox4 } from "../philox";
import { CELL } from "./blocks";

/**
 * dropped[r][s][LANES] = weights·m, and gradient·m in place unless gradient is 0, m = 0 or keepScale;
 * `rows` rows of the first `seen` of S keys. row: number of the first row. words: 64 bytes to work in.
 */
export function dropRows(
  dropped: usize, weights: usize, gradient: usize, words: usize, row: u32, rows: i32, S: i32, seen: i32,
  rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
  const scale = f32x4.splat(keepScale), least = i32x4.splat(threshold), half = i32x4.splat(0xffff);
  const perRow = <u32>((S + 3) >> 2) << 2;
  const rowBytes = <usize>S * CELL;
  for (let r: i32 = 0; r < rows; r++, row++) {
    let at = <usize>r * rowBytes, counter = row * perRow;
    for (let s: i32 = 0; s < seen; counter += 4) {
      philox4(words, counter, stream, rng);
      const stop = min(seen, s + 4);
      for (let word = words; s < stop; s++, word += 16, at += CELL) {
        const bits = v128.load(word);
        const keep = v128.and(i32x4.ge_u(v128.and(bits, half), least), scale);
        const keeph = v128.and(i32x4.ge_u(i32x4.shr_u(bits, 16), least), scale);
        const x = f32x4.mul(v128.load(weights + at), keep), xh = f32x4.mul(v128.load(weights + at, 16), keeph);
        v128.store(dropped + at, x);
        v128.store(dropped + at, xh, 16);
        if (gradient) {
          const d = f32x4.mul(v128.load(gradient + at), keep);
          const dh = f32x4.mul(v128.load(gradient + at, 16), keeph);
          v128.store(gradient + at, d);
          v128.store(gradient + at, dh, 16);
        }
      }
    }
  }
}
