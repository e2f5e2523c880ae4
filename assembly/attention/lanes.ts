// Rows of tensors <-> panels [row][column][LANES] of one group. Lane l of a group is the (batch, head)
// pair `first + l`; lanes behind the last pair repeat it when read and are not written.

import { TINY, kept, keptOne } from "../simd";
import { scratch } from "../scratch";
import { CELL, LANES } from "./blocks";

/**
 * The eight lanes' first bytes in row 0 of x, [B·length rows] of `ld` floats, into scratch: usize[8]. One
 * division a group; with few rows, eight cost as much as the packing.
 */
// @ts-ignore: decorator
@inline
function findLanes(x: usize, first: i32, pairs: i32, H: i32, E: i32, length: i32, ld: i32): void {
  const batch = first / H, nextHead = <usize>E << 2;
  const nextBatch = (<usize>length * ld - <usize>(H - 1) * E) << 2;
  let head = first - batch * H;
  let at = x + ((<usize>batch * length * ld + <usize>head * E) << 2);
  store<usize>(scratch, at);
  for (let lane: i32 = 1; lane < LANES; lane++) {
    if (first + lane < pairs) {
      head++;
      const wraps = head == H;
      at += wraps ? nextBatch : nextHead;
      head = wraps ? 0 : head;
    }
    store<usize>(scratch + lane * sizeof<usize>(), at);
  }
}

// @ts-ignore: decorator
@inline
function laneStart(lane: i32): usize {
  return load<usize>(scratch + lane * sizeof<usize>());
}

/** Panel[row][column][LANES] = x at (batch, firstRow + row), column firstColumn + column of the head. */
export function packPanel(
  panel: usize, x: usize, first: i32, pairs: i32, H: i32, E: i32, length: i32, ld: i32,
  firstRow: i32, rows: i32, firstColumn: i32, columns: i32,
): void {
  findLanes(x + ((<usize>firstRow * ld + firstColumn) << 2), first, pairs, H, E, length, ld);
  for (let lane: i32 = 0; lane < LANES; lane += 4) {
    packFour(
      panel + (lane << 2), laneStart(lane), laneStart(lane + 1), laneStart(lane + 2), laneStart(lane + 3),
      rows, <usize>ld << 2, <usize>columns << 2,
    );
  }
}

/** Rows of four lanes, `bytes` of each. */
// @ts-ignore: decorator
@inline
export function packFour(
  panel: usize, a: usize, b: usize, c: usize, d: usize, rows: i32, rowBytes: usize, bytes: usize,
): void {
  const body = bytes & ~15;
  for (let row: i32 = 0; row < rows; row++) {
    let at: usize = 0;
    for (; at < body; at += 16, panel += 4 * CELL) {
      const va = v128.load(a + at), vb = v128.load(b + at), vc = v128.load(c + at), vd = v128.load(d + at);
      const ab = low(va, vb), cd = low(vc, vd), ab2 = high(va, vb), cd2 = high(vc, vd);
      v128.store(panel, lowPair(ab, cd));
      v128.store(panel, highPair(ab, cd), CELL);
      v128.store(panel, lowPair(ab2, cd2), 2 * CELL);
      v128.store(panel, highPair(ab2, cd2), 3 * CELL);
    }
    if (bytes & 8) {
      const ab = low(v128.load64_zero(a + at), v128.load64_zero(b + at));
      const cd = low(v128.load64_zero(c + at), v128.load64_zero(d + at));
      v128.store(panel, lowPair(ab, cd));
      v128.store(panel, highPair(ab, cd), CELL);
      at += 8;
      panel += 2 * CELL;
    }
    if (bytes & 4) {
      const ab = low(v128.load32_zero(a + at), v128.load32_zero(b + at));
      const cd = low(v128.load32_zero(c + at), v128.load32_zero(d + at));
      v128.store(panel, lowPair(ab, cd));
      panel += CELL;
    }
    a += rowBytes;
    b += rowBytes;
    c += rowBytes;
    d += rowBytes;
  }
}

/** The reverse of `packPanel`; `accumulate` adds to x. What is tiny becomes 0. */
export function unpackPanel(
  x: usize, panel: usize, first: i32, pairs: i32, H: i32, E: i32, length: i32, ld: i32,
  firstRow: i32, rows: i32, firstColumn: i32, columns: i32, accumulate: bool,
): void {
  findLanes(x + ((<usize>firstRow * ld + firstColumn) << 2), first, pairs, H, E, length, ld);
  const rowBytes = <usize>ld << 2, bytes = <usize>columns << 2;
  for (let lane: i32 = 0; lane < LANES; lane += 4, panel += 16) {
    if (first + lane + 4 <= pairs) {
      unpackFour(
        panel, laneStart(lane), laneStart(lane + 1), laneStart(lane + 2), laneStart(lane + 3),
        rows, rowBytes, bytes, accumulate,
      );
    } else {
      for (let l = lane; first + l < pairs; l++) {
        unpackOne(panel + ((l - lane) << 2), laneStart(l), rows, rowBytes, bytes, accumulate);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
export function unpackFour(
  panel: usize, a: usize, b: usize, c: usize, d: usize, rows: i32, rowBytes: usize, bytes: usize,
  accumulate: bool,
): void {
  const body = bytes & ~15;
  const nothing = v128.load32_splat(TINY);
  for (let row: i32 = 0; row < rows; row++) {
    let at: usize = 0;
    for (; at < body; at += 16, panel += 4 * CELL) {
      const v0 = kept(v128.load(panel), nothing), v1 = kept(v128.load(panel, CELL), nothing);
      const v2 = kept(v128.load(panel, 2 * CELL), nothing), v3 = kept(v128.load(panel, 3 * CELL), nothing);
      const ab = low(v0, v1), ab2 = low(v2, v3), cd = high(v0, v1), cd2 = high(v2, v3);
      let va = lowPair(ab, ab2), vb = highPair(ab, ab2), vc = lowPair(cd, cd2), vd = highPair(cd, cd2);
      if (accumulate) {
        va = f32x4.add(va, v128.load(a + at));
        vb = f32x4.add(vb, v128.load(b + at));
        vc = f32x4.add(vc, v128.load(c + at));
        vd = f32x4.add(vd, v128.load(d + at));
      }
      v128.store(a + at, va);
      v128.store(b + at, vb);
      v128.store(c + at, vc);
      v128.store(d + at, vd);
    }
    if (bytes & 8) {
      let v0 = kept(v128.load(panel), nothing), v1 = kept(v128.load(panel, CELL), nothing);
      let ab = low(v0, v1), cd = high(v0, v1);
      if (accumulate) {
        ab = f32x4.add(ab, lowPair(v128.load64_zero(a + at), v128.load64_zero(b + at)));
        cd = f32x4.add(cd, lowPair(v128.load64_zero(c + at), v128.load64_zero(d + at)));
      }
      v128.store64_lane(a + at, ab, 0);
      v128.store64_lane(b + at, ab, 1);
      v128.store64_lane(c + at, cd, 0);
      v128.store64_lane(d + at, cd, 1);
      at += 8;
      panel += 2 * CELL;
    }
    if (bytes & 4) {
      put(a + at, load<f32>(panel), accumulate);
      put(b + at, load<f32>(panel, 4), accumulate);
      put(c + at, load<f32>(panel, 8), accumulate);
      put(d + at, load<f32>(panel, 12), accumulate);
      panel += CELL;
    }
    a += rowBytes;
    b += rowBytes;
    c += rowBytes;
    d += rowBytes;
  }
}

/** One row of `packFour` of two columns where b follows a, and d follows c. */
// @ts-ignore: decorator
@inline
export function packPairs(panel: usize, a: usize, c: usize): void {
  const ab = v128.load(a), cd = v128.load(c);
  v128.store(panel, v128.shuffle<f32>(ab, cd, 0, 2, 4, 6));
  v128.store(panel, v128.shuffle<f32>(ab, cd, 1, 3, 5, 7), CELL);
}

/** One row of `unpackFour` of two columns where b follows a, and d follows c. */
// @ts-ignore: decorator
@inline
export function unpackPairs(panel: usize, a: usize, c: usize, accumulate: bool): void {
  const nothing = v128.load32_splat(TINY);
  const v0 = kept(v128.load(panel), nothing), v1 = kept(v128.load(panel, CELL), nothing);
  let ab = low(v0, v1), cd = high(v0, v1);
  if (accumulate) {
    ab = f32x4.add(ab, v128.load(a));
    cd = f32x4.add(cd, v128.load(c));
  }
  v128.store(a, ab);
  v128.store(c, cd);
}

function unpackOne(panel: usize, a: usize, rows: i32, rowBytes: usize, bytes: usize, accumulate: bool): void {
  for (let row: i32 = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 4, panel += CELL) put(a + at, load<f32>(panel), accumulate);
    a += rowBytes;
  }
}

/** Strip of a mask [B, S]: mask[s][LANES], each lane that of its batch. */
export function packMask(strip: usize, mask: usize, first: i32, pairs: i32, H: i32, S: i32): void {
  packPanel(strip, mask, first, pairs, H, 0, 1, S, 0, 1, 0, S);
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: f32, accumulate: bool): void {
  value = keptOne(value, load<f32>(TINY));
  store<f32>(to, accumulate ? value + load<f32>(to) : value);
}

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
function lowPair(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function highPair(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}
