// Position tables and the moves along the sequence that go with them.

import { add, addInto, copyFloats, fillFloats } from "./elementwise";
import { columnSum } from "./reduce";

/**
 * p[T×D], the table of the PyTorch tutorial: p[t, 2i] = sin(t·w), p[t, 2i+1] = cos(t·w) with
 * w = 10000^(−2i/D). An odd D ends with a sine. float64 inside, each entry rounded once.
 */
export function sinusoidal(p: usize, T: i32, D: i32): void {
  const rate = -NativeMath.log(10000.0) / <f64>D;
  for (let j = 0; j < D; j += 2) {
    const w = NativeMath.exp(<f64>j * rate);
    for (let t = 0; t < T; t++) {
      const at = p + (<usize>(t * D + j) << 2);
      const angle = <f64>t * w;
      store<f32>(at, <f32>NativeMath.sin(angle));
      if (j + 1 < D) store<f32>(at, <f32>NativeMath.cos(angle), 4);
    }
  }
}

/** y[B×n] = x[B×n] + p[n], p the same for every b (n = T·D). In place allowed. */
export function addPositions(y: usize, x: usize, p: usize, B: i32, n: i32): void {
  const step = (<usize>n) << 2;
  for (let b = 0; b < B; b++, y += step, x += step) add(y, x, p, n);
}

/** dp[n] += Σ over b of dy[B×n]. */
export function sumBatch(dp: usize, dy: usize, B: i32, n: i32): void {
  columnSum(dp, dy, B, n, n);
}

/** y[B×T×D]: y[b, 0] = start[D], y[b, t] = x[b, t−1]. The last of x is dropped. */
export function shiftRight(y: usize, start: usize, x: usize, B: i32, T: i32, D: i32): void {
  const row = (<usize>D) << 2;
  const sequence = row * T;
  for (let b = 0; b < B; b++, y += sequence, x += sequence) {
    copyFloats(y, start, D);
    copyFloats(y + row, x, (T - 1) * D);
  }
}

/**
 * dstart[D] += Σ over b of dy[b, 0]; where dx ≠ 0, dx[b, t] (+)= dy[b, t+1] and dx[b, T−1] (+)= 0.
 * Shapes as in shiftRight. dx may not be dy.
 */
export function shiftRightBackward(
  dstart: usize, dx: usize, dy: usize, B: i32, T: i32, D: i32, accumulate: i32,
): void {
  columnSum(dstart, dy, B, D, T * D);
  if (!dx) return;
  const row = (<usize>D) << 2;
  const sequence = row * T;
  const kept = (T - 1) * D;
  for (let b = 0; b < B; b++, dx += sequence, dy += sequence) {
    if (accumulate) {
      addInto(dx, dy + row, kept);
    } else {
      copyFloats(dx, dy + row, kept);
      fillFloats(dx + row * (T - 1), 0, D);
    }
  }
}
