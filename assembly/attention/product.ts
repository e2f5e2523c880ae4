// The matrix product of attention, eight pairs at once: every element is a cell of LANES floats.
//   c[m][n] (+)= Σ_k a[m][k]·b[n][k]
// Rows of a, b and c are `am`, `bn`, `cm` bytes apart, steps along k `ak`, `bk` bytes; the columns of c
// are neighbours. Every element is summed over k in order within runs of RUN, then runs in order: long
// sums lose less to rounding, and tiles change no bits.

import { tileRows } from "../gemm/multiply";
import { madd } from "../simd";
import { CELL } from "./blocks";

const RUN: i32 = 64;

export function product(
  c: usize, a: usize, b: usize, M: i32, N: i32, K: i32, am: usize, ak: usize, bn: usize, bk: usize,
  cm: usize, accumulate: bool,
): void {
  while (K > RUN) {
    run(c, a, b, M, N, RUN, am, ak, bn, bk, cm, accumulate);
    accumulate = true;
    K -= RUN;
    a += <usize>RUN * ak;
    b += <usize>RUN * bk;
  }
  run(c, a, b, M, N, K, am, ak, bn, bk, cm, accumulate);
}

function run(
  c: usize, a: usize, b: usize, M: i32, N: i32, K: i32, am: usize, ak: usize, bn: usize, bk: usize,
  cm: usize, accumulate: bool,
): void {
  for (; N >= 2; N -= 2, b += bn << 1, c += 2 * CELL) {
    let row = a, out = c, m = M;
    if (tileRows == 4) {
      for (; m >= 4; m -= 4, row += am << 2, out += cm << 2) {
        tile4x2(out, row, b, b + bn, K, am, ak, bk, cm, accumulate);
      }
    }
    for (; m >= 2; m -= 2, row += am << 1, out += cm << 1) {
      tile2x2(out, row, row + am, b, b + bn, K, ak, bk, cm, accumulate);
    }
    if (m) tile1x2(out, row, b, b + bn, K, ak, bk, accumulate);
  }
  if (N) {
    for (; M > 0; M--, a += am, c += cm) tile1x1(c, a, b, K, ak, bk, accumulate);
  }
}

/** For widened code: half as many registers then hold the sums, and 2×2 of them would wait for each other. */
// @ts-ignore: decorator
@inline
function tile4x2(
  c: usize, a0: usize, b0: usize, b1: usize, K: i32, am: usize, ak: usize, bk: usize, cm: usize,
  accumulate: bool,
): void {
  let a1 = a0 + am, a2 = a1 + am, a3 = a2 + am;
  let c00 = f32x4.splat(0), c00h = f32x4.splat(0), c01 = f32x4.splat(0), c01h = f32x4.splat(0);
  let c10 = f32x4.splat(0), c10h = f32x4.splat(0), c11 = f32x4.splat(0), c11h = f32x4.splat(0);
  let c20 = f32x4.splat(0), c20h = f32x4.splat(0), c21 = f32x4.splat(0), c21h = f32x4.splat(0);
  let c30 = f32x4.splat(0), c30h = f32x4.splat(0), c31 = f32x4.splat(0), c31h = f32x4.splat(0);
  for (let k: i32 = 0; k < K; k++) {
    const y0 = v128.load(b0), y0h = v128.load(b0, 16), y1 = v128.load(b1), y1h = v128.load(b1, 16);
    const x0 = v128.load(a0), x0h = v128.load(a0, 16);
    c00 = madd(x0, y0, c00);
    c00h = madd(x0h, y0h, c00h);
    c01 = madd(x0, y1, c01);
    c01h = madd(x0h, y1h, c01h);
    const x1 = v128.load(a1), x1h = v128.load(a1, 16);
    c10 = madd(x1, y0, c10);
    c10h = madd(x1h, y0h, c10h);
    c11 = madd(x1, y1, c11);
    c11h = madd(x1h, y1h, c11h);
    const x2 = v128.load(a2), x2h = v128.load(a2, 16);
    c20 = madd(x2, y0, c20);
    c20h = madd(x2h, y0h, c20h);
    c21 = madd(x2, y1, c21);
    c21h = madd(x2h, y1h, c21h);
    const x3 = v128.load(a3), x3h = v128.load(a3, 16);
    c30 = madd(x3, y0, c30);
    c30h = madd(x3h, y0h, c30h);
    c31 = madd(x3, y1, c31);
    c31h = madd(x3h, y1h, c31h);
    a0 += ak;
    a1 += ak;
    a2 += ak;
    a3 += ak;
    b0 += bk;
    b1 += bk;
  }
  put(c, c00, c00h, accumulate);
  put(c + CELL, c01, c01h, accumulate);
  put(c + cm, c10, c10h, accumulate);
  put(c + cm + CELL, c11, c11h, accumulate);
  put(c + 2 * cm, c20, c20h, accumulate);
  put(c + 2 * cm + CELL, c21, c21h, accumulate);
  put(c + 3 * cm, c30, c30h, accumulate);
  put(c + 3 * cm + CELL, c31, c31h, accumulate);
}

// @ts-ignore: decorator
@inline
function tile2x2(
  c: usize, a0: usize, a1: usize, b0: usize, b1: usize, K: i32, ak: usize, bk: usize, cm: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c00h = f32x4.splat(0), c01 = f32x4.splat(0), c01h = f32x4.splat(0);
  let c10 = f32x4.splat(0), c10h = f32x4.splat(0), c11 = f32x4.splat(0), c11h = f32x4.splat(0);
  for (let k: i32 = 0; k < K; k++) {
    const x0 = v128.load(a0), x0h = v128.load(a0, 16), x1 = v128.load(a1), x1h = v128.load(a1, 16);
    const y0 = v128.load(b0), y0h = v128.load(b0, 16), y1 = v128.load(b1), y1h = v128.load(b1, 16);
    c00 = madd(x0, y0, c00);
    c00h = madd(x0h, y0h, c00h);
    c01 = madd(x0, y1, c01);
    c01h = madd(x0h, y1h, c01h);
    c10 = madd(x1, y0, c10);
    c10h = madd(x1h, y0h, c10h);
    c11 = madd(x1, y1, c11);
    c11h = madd(x1h, y1h, c11h);
    a0 += ak;
    a1 += ak;
    b0 += bk;
    b1 += bk;
  }
  put(c, c00, c00h, accumulate);
  put(c + CELL, c01, c01h, accumulate);
  put(c + cm, c10, c10h, accumulate);
  put(c + cm + CELL, c11, c11h, accumulate);
}

// @ts-ignore: decorator
@inline
function tile1x2(
  c: usize, a: usize, b0: usize, b1: usize, K: i32, ak: usize, bk: usize, accumulate: bool,
): void {
  let c0 = f32x4.splat(0), c0h = f32x4.splat(0), c1 = f32x4.splat(0), c1h = f32x4.splat(0);
  for (let k: i32 = 0; k < K; k++) {
    const x = v128.load(a), xh = v128.load(a, 16);
    c0 = madd(x, v128.load(b0), c0);
    c0h = madd(xh, v128.load(b0, 16), c0h);
    c1 = madd(x, v128.load(b1), c1);
    c1h = madd(xh, v128.load(b1, 16), c1h);
    a += ak;
    b0 += bk;
    b1 += bk;
  }
  put(c, c0, c0h, accumulate);
  put(c + CELL, c1, c1h, accumulate);
}

// @ts-ignore: decorator
@inline
function tile1x1(c: usize, a: usize, b: usize, K: i32, ak: usize, bk: usize, accumulate: bool): void {
  let sum = f32x4.splat(0), sumh = f32x4.splat(0);
  for (let k: i32 = 0; k < K; k++) {
    sum = madd(v128.load(a), v128.load(b), sum);
    sumh = madd(v128.load(a, 16), v128.load(b, 16), sumh);
    a += ak;
    b += bk;
  }
  put(c, sum, sumh, accumulate);
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, valueh: v128, accumulate: bool): void {
  if (accumulate) {
    value = f32x4.add(v128.load(to), value);
    valueh = f32x4.add(v128.load(to, 16), valueh);
  }
  v128.store(to, value);
  v128.store(to, valueh, 16);
}
