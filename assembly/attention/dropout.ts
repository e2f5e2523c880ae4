// Dropout of attention weights. Weights are not negative: saved, the sign bit of those that were dropped is set,
// so that the backward pass need not draw them again. The numbers are
// those that the kernel `dropout` gives the saved layout [group][t][s][LANES]: cell number c of it takes
// the eight halves of the words of Philox4x32-10(counter = (c, stream, step, 0)), one a lane.

import { philox8 } from "../philox";
import { CELL } from "./blocks";

/**
 * dropped = weights·m of `cells` cells from number `first` on, m = keepScale where the 16-bit number is
 * ≥ threshold (0 … 65536), else 0; sets the sign of weights where m = 0.
 * rng u32[4] = {key0, key1, step, 0}; words: 128 bytes to work in.
 */
export function dropCells(
  dropped: usize, weights: usize, words: usize, first: u32, cells: i32,
  rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
  const key0 = load<u32>(rng), key1 = load<u32>(rng, 4), step = load<u32>(rng, 8);
  const limit = i16x8.splat(<i16>threshold), none = i16x8.splat(threshold > 0xffff ? -1 : 0);
  const scale = f32x4.splat(keepScale), sign = i32x4.splat(0x80000000);
  const end = <usize>cells * CELL;
  for (let at: usize = 0; at < end; first += 8) {
    philox8(words, first, stream, step, 0, key0, key1);
    const stop = min(end, at + 8 * CELL);
    for (let word = words; at < stop; at += CELL, word += 16) {
      const keep = v128.andnot(i16x8.ge_u(v128.load(word), limit), none);
      const keep0 = i32x4.extend_low_i16x8_s(keep), keep1 = i32x4.extend_high_i16x8_s(keep);
      const w = v128.load(weights + at), wh = v128.load(weights + at, 16);
      v128.store(dropped + at, f32x4.mul(w, v128.and(keep0, scale)));
      v128.store(dropped + at, f32x4.mul(wh, v128.and(keep1, scale)), 16);
      v128.store(weights + at, v128.or(w, v128.andnot(sign, keep0)));
      v128.store(weights + at, v128.or(wh, v128.andnot(sign, keep1)), 16);
    }
  }
}

/** dropped = |weights|·m and gradient = gradient·m of `cells` cells, m = 0 where the weight's sign is set. */
export function dropCellsBackward(
  dropped: usize, weights: usize, gradient: usize, cells: i32, keepScale: f32,
): void {
  const scale = f32x4.splat(keepScale);
  const end = <usize>cells * CELL;
  for (let at: usize = 0; at < end; at += CELL) {
    const w = v128.load(weights + at), wh = v128.load(weights + at, 16);
    const m = v128.andnot(scale, i32x4.shr_s(w, 31)), mh = v128.andnot(scale, i32x4.shr_s(wh, 31));
    const d = f32x4.mul(v128.load(gradient + at), m), dh = f32x4.mul(v128.load(gradient + at, 16), mh);
    v128.store(dropped + at, f32x4.mul(f32x4.abs(w), m));
    v128.store(dropped + at, f32x4.mul(f32x4.abs(wh), mh), 16);
    v128.store(gradient + at, d);
    v128.store(gradient + at, dh, 16);
  }
}
