// Dropout with Philox4x32-10: 16 bits an element, 64 elements a turn. What was kept is saved, a bit an
// element: drawing anew in the backward pass would double the cost.

import { philox8 } from "./philox";
import { scratch } from "./scratch";

/** Eight elements against their eight 16-bit numbers, and the byte that says which were kept. */
// @ts-ignore: decorator
@inline
function drop8(y: usize, kept: usize, x: usize, words: usize, limit: v128, scale: v128): void {
  const keep = i16x8.ge_u(v128.load(words), limit);
  const x0 = v128.load(x), x1 = v128.load(x, 16);
  store<u8>(kept, <u8>i16x8.bitmask(keep));
  v128.store(y, v128.and(f32x4.mul(x0, scale), i32x4.extend_low_i16x8_s(keep)));
  v128.store(y, v128.and(f32x4.mul(x1, scale), i32x4.extend_high_i16x8_s(keep)), 16);
}

/**
 * y[n] = x[n]·keepScale where element i's 16-bit number is ≥ threshold (0 … 65536), else +0; y may be x.
 * kept u8[⌈n/8⌉]: bit i mod 8 of byte ⌊i/8⌋ is 1 for an element that was kept.
 * rng u32[4] = {key0, key1, step, 0}. The number is half i mod 8 (low half of word 0 first) of
 * counter (⌊i/8⌋, stream, step, 0).
 */
export function dropoutForward(
  y: usize, kept: usize, x: usize, n: i32, rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
  const key0 = load<u32>(rng), key1 = load<u32>(rng, 4), step = load<u32>(rng, 8);
  const end = (<usize>n) << 2;
  if (threshold > 0xffff) {
    memory.fill(y, 0, end);
    memory.fill(kept, 0, (<usize>n + 7) >> 3);
    return;
  }
  const words = scratch;
  const limit = i16x8.splat(<i16>threshold), scale = f32x4.splat(keepScale);
  let counter: u32 = 0;
  let i: usize = 0;
  for (; i + 256 <= end; i += 256) {
    philox8(words, counter, stream, step, 0, key0, key1);
    for (let j: usize = 0; j < 128; j += 16) {
      drop8(y + i + 2 * j, kept, x + i + 2 * j, words + j, limit, scale);
      kept += 1;
    }
    counter += 8;
  }
  if (i == end) return;
  philox8(words, counter, stream, step, 0, key0, key1);
  let bits: u32 = 0, bit: u32 = 1;
  for (let half = words; i < end; i += 4, half += 2) {
    const keep = <u32>load<u16>(half) >= threshold;
    store<f32>(y + i, keep ? load<f32>(x + i) * keepScale : 0);
    if (keep) bits |= bit;
    bit <<= 1;
    if (bit == 0x100 || i + 4 == end) {
      store<u8>(kept, <u8>bits);
      kept += 1;
      bits = 0;
      bit = 1;
    }
  }
}

/** dx[n] (+)= dy[n]·keepScale where kept, else +0; kept as dropoutForward left it. dx may be dy (accumulate 0). */
export function dropoutBackward(
  dx: usize, dy: usize, kept: usize, n: i32, keepScale: f32, accumulate: i32,
): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const scale = f32x4.splat(keepScale);
  const low = i32x4(1, 2, 4, 8), high = i32x4(16, 32, 64, 128);
  let i: usize = 0;
  for (; i < body; i += 32, kept += 1) {
    const bits = i32x4.splat(<i32>load<u8>(kept));
    let v0 = v128.and(f32x4.mul(v128.load(dy + i), scale), i32x4.eq(v128.and(bits, low), low));
    let v1 = v128.and(f32x4.mul(v128.load(dy + i, 16), scale), i32x4.eq(v128.and(bits, high), high));
    if (accumulate) {
      v0 = f32x4.add(v0, v128.load(dx + i));
      v1 = f32x4.add(v1, v128.load(dx + i, 16));
    }
    v128.store(dx + i, v0);
    v128.store(dx + i, v1, 16);
  }
  for (let bit: u32 = 1; i < end; i += 4, bit <<= 1) {
    let v = load<u8>(kept) & bit ? load<f32>(dy + i) * keepScale : <f32>0;
    if (accumulate) v += load<f32>(dx + i);
    store<f32>(dx + i, v);
  }
}
