// Dropout with Philox4x32-10: 16 bits an element, 64 elements a turn.

import { philox8 } from "./philox";
import { scratch } from "./scratch";

/** Eight elements against their eight 16-bit numbers. */
// @ts-ignore: decorator
@inline
function drop8(y: usize, x: usize, words: usize, limit: v128, scale: v128): void {
  const keep = i16x8.ge_u(v128.load(words), limit);
  const y0 = v128.and(f32x4.mul(v128.load(x), scale), i32x4.extend_low_i16x8_s(keep));
  const y1 = v128.and(f32x4.mul(v128.load(x, 16), scale), i32x4.extend_high_i16x8_s(keep));
  v128.store(y, y0);
  v128.store(y, y1, 16);
}

/**
 * y[n] = x[n]·keepScale where element i's 16-bit number is ≥ threshold (0 … 65536), else +0; y may be x.
 * rng u32[4] = {key0, key1, step, 0}. The number is half i mod 8 (low half of word 0 first) of
 * counter (⌊i/8⌋, stream, step, 0). Its own backward: call it on the gradient with the same rng.
 */
export function dropout(
  y: usize, x: usize, n: i32, rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
  const key0 = load<u32>(rng), key1 = load<u32>(rng, 4), step = load<u32>(rng, 8);
  const end = (<usize>n) << 2;
  if (threshold > 0xffff) {
    memory.fill(y, 0, end);
    return;
  }
  const words = scratch;
  const limit = i16x8.splat(<i16>threshold), scale = f32x4.splat(keepScale);
  let counter: u32 = 0;
  let i: usize = 0;
  for (; i + 256 <= end; i += 256) {
    philox8(words, counter, stream, step, 0, key0, key1);
    for (let j: usize = 0; j < 128; j += 16) drop8(y + i + 2 * j, x + i + 2 * j, words + j, limit, scale);
    counter += 8;
  }
  if (i == end) return;
  philox8(words, counter, stream, step, 0, key0, key1);
  for (let half = words; i < end; i += 4, half += 2) {
    store<f32>(y + i, <u32>load<u16>(half) >= threshold ? load<f32>(x + i) * keepScale : 0);
  }
}
