// Random numbers, all from Philox4x32-10 under (key0, key1): element i depends on its own index and
// nothing else, so any part of a sequence can be drawn alone.

import { log4 } from "./math/log";
import { cos4, sin4 } from "./math/trig";
import { philox8 } from "./philox";
import { scratch } from "./scratch";

const BLOCK: u64 = 32;

/**
 * Words of a sequence into out u32[32], from word `position` (a multiple of 4) on. The counter is
 * (position / 4, stream, carry, 0). Returns how many words are valid: a block ends where the carry changes.
 */
function drawBlock(out: usize, position: u64, stream: u32, key0: u32, key1: u32): u64 {
  const counter = position >> 2;
  philox8(out, <u32>counter, stream, <u32>(counter >> 32), 0, key0, key1);
  return min(BLOCK, (0x100000000 - (counter & 0xffffffff)) << 2);
}

/** 24 random bits as a float32 in [0, 1). */
// @ts-ignore: decorator
@inline
function unit4(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(words, 8)), f32x4.splat(5.960464477539063e-8));
}

/** out u32[n]: words of the counters (start, c1, c2, c3), (start + 1, …), …: four each. */
export function philoxFill(
  out: usize, n: i32, key0: u32, key1: u32, c1: u32, c2: u32, c3: u32, start: u32,
): void {
  let left = n;
  for (; left >= 32; left -= 32, out += 128, start += 8) philox8(out, start, c1, c2, c3, key0, key1);
  if (left == 0) return;
  philox8(scratch, start, c1, c2, c3, key0, key1);
  memory.copy(out, scratch, (<usize>left) << 2);
}

/** out[n]: elements `position` … of the uniform sequence. */
function uniformFrom(
  out: usize, n: u64, position: u64, low: f32, high: f32, key0: u32, key1: u32, stream: u32,
): void {
  const words = scratch;
  const base = f32x4.splat(low), width = f32x4.splat(high - low);
  let skip = position & 3;
  position -= skip;
  while (n > 0) {
    const drawn = drawBlock(words, position, stream, key0, key1);
    for (let j: usize = 0; j < 128; j += 16) {
      v128.store(words + j, f32x4.add(base, f32x4.mul(width, unit4(v128.load(words + j)))));
    }
    const count = min(n, drawn - skip);
    memory.copy(out, words + (<usize>skip << 2), <usize>count << 2);
    out += <usize>count << 2;
    n -= count;
    position += drawn;
    skip = 0;
  }
}

/**
 * out[n] = low + (high − low)·u with u a multiple of 2^-24 in [0, 1): element i from word i mod 4 of
 * counter (start + ⌊i/4⌋, stream, 0, 0). Rounding may give `high` itself where |low| > high − low.
 */
export function randomUniform(
  out: usize, n: i32, low: f32, high: f32, key0: u32, key1: u32, stream: u32, start: u32,
): void {
  uniformFrom(out, n, <u64>start << 2, low, high, key0, key1, stream);
}

/**
 * out[n]: normal, by Box and Muller from words as in `randomUniform`: elements 2j and 2j + 1 are
 * std·√(−2 log u)·(cos 2πv, sin 2πv) + mean with u in (0, 1] from
 * word 2j and v in [0, 1) from word 2j + 1, 24 bits each.
 * |z| ≤ 5.77: 24 bits hold no rarer event.
 */
export function randomNormal(
  out: usize, n: i32, mean: f32, std: f32, key0: u32, key1: u32, stream: u32, start: u32,
): void {
  const words = scratch;
  let left = <u64>n;
  let position = <u64>start << 2;
  while (left > 0) {
    const drawn = drawBlock(words, position, stream, key0, key1);
    for (let j: usize = 0; j < 128; j += 32) normal8(words + j, mean, std);
    const count = min(left, drawn);
    memory.copy(out, words, <usize>count << 2);
    out += <usize>count << 2;
    left -= count;
    position += drawn;
  }
}

/** Eight words at `words` become eight normal numbers. */
function normal8(words: usize, mean: f32, std: f32): void {
  const a = v128.load(words), b = v128.load(words, 16);
  const u = f32x4.add(unit4(v128.shuffle<i32>(a, b, 0, 2, 4, 6)), f32x4.splat(5.960464477539063e-8));
  const angle = f32x4.mul(unit4(v128.shuffle<i32>(a, b, 1, 3, 5, 7)), f32x4.splat(6.2831854820251465));
  const squared = f32x4.mul(log4(u), f32x4.splat(-2));
  // log 1 = 0 would make −0 here: its root is −0, harmless.
  const radius = f32x4.mul(f32x4.sqrt(squared), f32x4.splat(std));
  const x = f32x4.add(f32x4.mul(radius, cos4(angle)), f32x4.splat(mean));
  const y = f32x4.add(f32x4.mul(radius, sin4(angle)), f32x4.splat(mean));
  v128.store(words, v128.shuffle<i32>(x, y, 0, 4, 1, 5));
  v128.store(words, v128.shuffle<i32>(x, y, 2, 6, 3, 7), 16);
}

/**
 * out u32[n]: 0 … n − 1 in random order (Fisher and Yates; each swap's index by Lemire's
 * multiplication with rejection, so every order is equally likely), from words of counters
 * (0 …, stream, 0, 0).
 */
export function randomPermutation(out: usize, n: i32, key0: u32, key1: u32, stream: u32): void {
  const words = scratch;
  let next: u64 = 0, end: u64 = 0, base: u64 = 0;
  for (let i: u32 = 0; i < <u32>n; i++) store<u32>(out + (<usize>i << 2), i);
  for (let i = <u32>n; i > 1; i--) {
    const rejected: u32 = (<u32>0 - i) % i;
    let product: u64;
    do {
      if (next == end) {
        base = end;
        end += drawBlock(words, base, stream, key0, key1);
      }
      product = <u64>load<u32>(words + (<usize>(next - base) << 2)) * i;
      next++;
    } while (<u32>product < rejected);
    const a = out + (<usize>(i - 1) << 2), b = out + (<usize>(product >> 32) << 2);
    const last = load<u32>(a);
    store<u32>(a, load<u32>(b));
    store<u32>(b, last);
  }
}

/**
 * u[B×d]: row b is row r = rows ? rows[b] : start + b of an endless table whose element (r, i) is
 * element r·d + i of `randomUniform`'s sequence with start 0 (64-bit: the counter's carry is its third word).
 * rows i32[B] or 0.
 */
export function sampleRows(
  u: usize, rows: usize, start: i32, B: i32, d: i32, key0: u32, key1: u32, stream: u32, low: f32, high: f32,
): void {
  if (!rows) {
    uniformFrom(u, <u64>B * <u64>d, <u64>start * <u64>d, low, high, key0, key1, stream);
    return;
  }
  for (let b = 0; b < B; b++) {
    const row = <u64>load<u32>(rows + (<usize>b << 2));
    uniformFrom(u + (<usize>(b * d) << 2), d, row * <u64>d, low, high, key0, key1, stream);
  }
}
