// Dropout of attention weights, drawn again by the backward pass instead of being saved. The numbers are
// those that the kernel `dropout` gives the saved layout [group][t][s][LANES]: cell number c of it takes
// the eight halves of the words of Philox4x32-10(counter = (c, stream, step, 0)), one a lane.

import { philox8 } from "../philox";
import { CELL } from "./blocks";

/**
 * dropped = weights·m, and gradient·m in place unless gradient is 0, of `cells` cells from number `first`
 * on; m = keepScale where the 16-bit number is ≥ threshold (0 … 65536), else 0.
 * rng u32[4] = {key0, key1, step, 0}; words: 128 bytes to work in.
 */
export function dropCells(
  dropped: usize, weights: usize, gradient: usize, words: usize, first: u32, cells: i32,
  rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
  const key0 = load<u32>(rng), key1 = load<u32>(rng, 4), step = load<u32>(rng, 8);
  const limit = i16x8.splat(<i16>threshold), scale = f32x4.splat(threshold > 0xffff ? 0 : keepScale);
  const end = <usize>cells * CELL;
  for (let at: usize = 0; at < end; first += 8) {
    philox8(words, first, stream, step, 0, key0, key1);
    const stop = min(end, at + 8 * CELL);
    for (let word = words; at < stop; at += CELL, word += 16) {
      const keep = i16x8.ge_u(v128.load(word), limit);
      const m = v128.and(i32x4.extend_low_i16x8_s(keep), scale);
      const mh = v128.and(i32x4.extend_high_i16x8_s(keep), scale);
      const w = f32x4.mul(v128.load(weights + at), m), wh = f32x4.mul(v128.load(weights + at, 16), mh);
      v128.store(dropped + at, w);
      v128.store(dropped + at, wh, 16);
      if (gradient) {
        const d = f32x4.mul(v128.load(gradient + at), m);
        const dh = f32x4.mul(v128.load(gradient + at, 16), mh);
        v128.store(gradient + at, d);
        v128.store(gradient + at, dh, 16);
      }
    }
  }
}
