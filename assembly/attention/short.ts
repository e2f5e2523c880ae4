// The products of attention where rows are so short that their cells stay in registers, longer ones in fours.
// Sums start from 0 and take their terms in order, as in product.ts.

import { Four, One, Three, Two } from "../counts";
import { madd } from "../simd";
import { CELL } from "./blocks";

/** to[group][m][n] = Σ_e x[group][m][e]·y[group][n][e]. */
export function scoreShort(to: usize, x: usize, y: usize, groups: i32, M: i32, N: i32, E: i32): void {
  const step = <usize>E * CELL;
  for (let n: i32 = 0; n < N; n += 4, to += 4 * CELL, y += step << 2) {
    const cells = N - n;
    if (cells == 1) scores<One>(to, x, y, groups, M, N, E);
    else if (cells == 2) scores<Two>(to, x, y, groups, M, N, E);
    else if (cells == 3) scores<Three>(to, x, y, groups, M, N, E);
    else scores<Four>(to, x, y, groups, M, N, E);
  }
}

/** to[group][m][e] = Σ_n w[group][m·wm + n·wn]·y[group][n][e], wm and wn in bytes. */
export function combineShort(
  to: usize, w: usize, y: usize, groups: i32, M: i32, N: i32, E: i32, wm: usize, wn: usize,
): void {
  const step = <usize>E * CELL;
  for (let n: i32 = 0; n < N; n += 4, w += wn << 2, y += step << 2) {
    if (n) combineCells<More>(to, w, y, groups, M, N, E, wm, wn, N - n);
    else combineCells<Fresh>(to, w, y, groups, M, N, E, wm, wn, N);
  }
}

/** Sums that start from 0, and such that go on from what is there. */
@unmanaged
class Fresh {
  x: v128;
}
@unmanaged
class More extends Fresh {
  y: v128;
}

// @ts-ignore: decorator
@inline
function combineCells<Start>(
  to: usize, w: usize, y: usize, groups: i32, M: i32, N: i32, E: i32, wm: usize, wn: usize, cells: i32,
): void {
  if (cells == 1) combine<One, Start>(to, w, y, groups, M, N, E, wm, wn);
  else if (cells == 2) combine<Two, Start>(to, w, y, groups, M, N, E, wm, wn);
  else if (cells == 3) combine<Three, Start>(to, w, y, groups, M, N, E, wm, wn);
  else combine<Four, Start>(to, w, y, groups, M, N, E, wm, wn);
}

function scores<Cells>(to: usize, x: usize, y: usize, groups: i32, M: i32, N: i32, E: i32): void {
  const step = <usize>E * CELL, step2 = step << 1, step3 = step + step2, zero = f32x4.splat(0);
  for (; groups > 0; groups--, y += <usize>N * step) {
    for (let m = M; m > 0; m--, to += <usize>N * CELL) {
      let s0 = zero, s0h = zero, s1 = zero, s1h = zero, s2 = zero, s2h = zero, s3 = zero, s3h = zero;
      let y0 = y;
      for (const end = x + step; x < end; x += CELL, y0 += CELL) {
        const a = v128.load(x), ah = v128.load(x, 16);
        s0 = madd(a, v128.load(y0), s0);
        s0h = madd(ah, v128.load(y0, 16), s0h);
        if (offsetof<Cells>() > 16) {
          const y1 = y0 + step;
          s1 = madd(a, v128.load(y1), s1);
          s1h = madd(ah, v128.load(y1, 16), s1h);
        }
        if (offsetof<Cells>() > 32) {
          const y2 = y0 + step2;
          s2 = madd(a, v128.load(y2), s2);
          s2h = madd(ah, v128.load(y2, 16), s2h);
        }
        if (offsetof<Cells>() > 48) {
          const y3 = y0 + step3;
          s3 = madd(a, v128.load(y3), s3);
          s3h = madd(ah, v128.load(y3, 16), s3h);
        }
      }
      v128.store(to, s0);
      v128.store(to, s0h, 16);
      if (offsetof<Cells>() > 16) {
        v128.store(to, s1, 32);
        v128.store(to, s1h, 48);
      }
      if (offsetof<Cells>() > 32) {
        v128.store(to, s2, 64);
        v128.store(to, s2h, 80);
      }
      if (offsetof<Cells>() > 48) {
        v128.store(to, s3, 96);
        v128.store(to, s3h, 112);
      }
    }
  }
}

function combine<Cells, Start>(
  to: usize, w: usize, y: usize, groups: i32, M: i32, N: i32, E: i32, wm: usize, wn: usize,
): void {
  const step = <usize>E * CELL, step2 = step << 1, step3 = step + step2, zero = f32x4.splat(0);
  const cells = <usize>(M * N) * CELL;
  for (; groups > 0; groups--, w += cells, y += <usize>N * step) {
    let row = w;
    for (let m = M; m > 0; m--, row += wm) {
      const w0 = v128.load(row), w0h = v128.load(row, 16);
      let w1 = zero, w1h = zero, w2 = zero, w2h = zero, w3 = zero, w3h = zero;
      if (offsetof<Cells>() > 16) {
        w1 = v128.load(row + wn);
        w1h = v128.load(row + wn, 16);
      }
      if (offsetof<Cells>() > 32) {
        w2 = v128.load(row + 2 * wn);
        w2h = v128.load(row + 2 * wn, 16);
      }
      if (offsetof<Cells>() > 48) {
        w3 = v128.load(row + 3 * wn);
        w3h = v128.load(row + 3 * wn, 16);
      }
      let y0 = y;
      for (const end = to + step; to < end; to += CELL, y0 += CELL) {
        let sum = zero, sumh = zero;
        if (offsetof<Start>() > 16) {
          sum = v128.load(to);
          sumh = v128.load(to, 16);
        }
        sum = madd(w0, v128.load(y0), sum);
        sumh = madd(w0h, v128.load(y0, 16), sumh);
        if (offsetof<Cells>() > 16) {
          const y1 = y0 + step;
          sum = madd(w1, v128.load(y1), sum);
          sumh = madd(w1h, v128.load(y1, 16), sumh);
        }
        if (offsetof<Cells>() > 32) {
          const y2 = y0 + step2;
          sum = madd(w2, v128.load(y2), sum);
          sumh = madd(w2h, v128.load(y2, 16), sumh);
        }
        if (offsetof<Cells>() > 48) {
          const y3 = y0 + step3;
          sum = madd(w3, v128.load(y3), sum);
          sumh = madd(w3h, v128.load(y3, 16), sumh);
        }
        v128.store(to, sum);
        v128.store(to, sumh, 16);
      }
    }
  }
}
