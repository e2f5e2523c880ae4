// Row-wise normalisers of [N×D]: softmax, log-softmax, hardmax, sparsemax. y may be x, dx may be dy.
// Rows are taken four floats at a time; what is left over is padded with −Inf (or 0 where summed).
// Measured against float64 relative to the largest magnitude of the output: forward below 3e-7,
// backward below 4e-7 at D up to 1000.

import { exp4 } from "./math/exp";
import { sumLanes } from "./simd";

/** Sum of at most this many vectors before it is added to the row's total. */
const RUN: usize = 64;

/** y[N×D] = e^(x − max) / Σ e^(x − max). A row of nothing but −Inf gives zeros. */
export function softmaxForward(y: usize, x: usize, N: i32, D: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, x += bytes, y += bytes) {
    let top = largest(x, bytes);
    if (top == -Infinity) top = 0;
    const sum = powers(y, x, bytes, f32x4.splat(top));
    const share = f32x4.splat(sum == 0 ? 1 : 1 / sum);
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(y + i, f32x4.mul(v128.load(y + i), share));
    if (i < bytes) storePart(y + i, f32x4.mul(loadPart(y + i, bytes - i, 0), share), bytes - i);
  }
}

/**
 * dx[N×D] (+)= y·(dy − Σ y·dy), y as softmaxForward gave it. dy is taken relative to its value where y is
 * largest, which changes nothing (Σ y = 1) but the cancellation where one y is nearly 1.
 */
export function softmaxBackward(dx: usize, dy: usize, y: usize, N: i32, D: i32, accumulate: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, dx += bytes, dy += bytes, y += bytes) {
    const shift = f32x4.splat(atLargest(dy, y, bytes));
    let total = f32x4.splat(0);
    let i: usize = 0;
    while (i + 16 <= bytes) {
      const stop = min(bytes, i + 16 * RUN);
      let sum = f32x4.splat(0);
      for (; i + 16 <= stop; i += 16) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(y + i), f32x4.sub(v128.load(dy + i), shift)));
      }
      total = f32x4.add(total, sum);
    }
    if (i < bytes) {
      const rest = f32x4.sub(loadPart(dy + i, bytes - i, 0), shift);
      total = f32x4.add(total, f32x4.mul(loadPart(y + i, bytes - i, 0), rest));
    }
    const dot = f32x4.splat(sumLanes(total));
    for (i = 0; i + 16 <= bytes; i += 16) {
      const d = f32x4.sub(f32x4.sub(v128.load(dy + i), shift), dot);
      put(dx + i, f32x4.mul(v128.load(y + i), d), accumulate);
    }
    if (i < bytes) {
      const rest = bytes - i;
      const d = f32x4.sub(f32x4.sub(loadPart(dy + i, rest, 0), shift), dot);
      putPart(dx + i, f32x4.mul(loadPart(y + i, rest, 0), d), rest, accumulate);
    }
  }
}

/** dy at the largest y of a row. */
// @ts-ignore: decorator
@inline
function atLargest(dy: usize, y: usize, bytes: usize): f32 {
  let top = f32x4.splat(-1), at = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const v = v128.load(y + i);
    const larger = f32x4.gt(v, top);
    top = f32x4.pmax(top, v);
    at = v128.bitselect(v128.load(dy + i), at, larger);
  }
  if (i < bytes) {
    const v = loadPart(y + i, bytes - i, -1);
    const larger = f32x4.gt(v, top);
    top = f32x4.pmax(top, v);
    at = v128.bitselect(loadPart(dy + i, bytes - i, 0), at, larger);
  }
  // The better half of the lanes, then the better of two.
  const otherTop = i32x4.shuffle(top, top, 2, 3, 0, 1), otherAt = i32x4.shuffle(at, at, 2, 3, 0, 1);
  at = v128.bitselect(otherAt, at, f32x4.gt(otherTop, top));
  top = f32x4.pmax(top, otherTop);
  return f32x4.extract_lane(top, 1) > f32x4.extract_lane(top, 0) ? f32x4.extract_lane(at, 1) : f32x4.extract_lane(at, 0);
}

/** y[N×D] = x − max − ln Σ e^(x − max); the logarithm in float64. A row of nothing but −Inf gives NaN. */
export function logSoftmaxForward(y: usize, x: usize, N: i32, D: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, x += bytes, y += bytes) {
    const top = largest(x, bytes);
    const shift = f32x4.splat(top);
    const log = f32x4.splat(<f32>Math.log(<f64>powers(0, x, bytes, shift)));
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) {
      v128.store(y + i, f32x4.sub(f32x4.sub(v128.load(x + i), shift), log));
    }
    if (i < bytes) {
      const rest = f32x4.sub(f32x4.sub(loadPart(x + i, bytes - i, 0), shift), log);
      storePart(y + i, rest, bytes - i);
    }
  }
}

/** dx[N×D] (+)= dy − e^y·Σ dy, y as logSoftmaxForward gave it. */
export function logSoftmaxBackward(dx: usize, dy: usize, y: usize, N: i32, D: i32, accumulate: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, dx += bytes, dy += bytes, y += bytes) {
    let total = f32x4.splat(0);
    let i: usize = 0;
    while (i + 16 <= bytes) {
      const stop = min(bytes, i + 16 * RUN);
      let sum = f32x4.splat(0);
      for (; i + 16 <= stop; i += 16) sum = f32x4.add(sum, v128.load(dy + i));
      total = f32x4.add(total, sum);
    }
    if (i < bytes) total = f32x4.add(total, loadPart(dy + i, bytes - i, 0));
    const sum = f32x4.splat(sumLanes(total));
    for (i = 0; i + 16 <= bytes; i += 16) {
      put(dx + i, f32x4.sub(v128.load(dy + i), f32x4.mul(exp4(v128.load(y + i)), sum)), accumulate);
    }
    if (i < bytes) {
      const rest = bytes - i;
      const d = f32x4.sub(loadPart(dy + i, rest, 0), f32x4.mul(exp4(loadPart(y + i, rest, 0)), sum));
      putPart(dx + i, d, rest, accumulate);
    }
  }
}

/** y[N×D] = 1 at the first largest of the row, 0 elsewhere; all 0 in a row of nothing but −Inf or NaN. */
export function hardmaxForward(y: usize, x: usize, N: i32, D: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, x += bytes, y += bytes) {
    const top = largest(x, bytes);
    let found = top == -Infinity;
    for (let i: usize = 0; i < bytes; i += 4) {
      const hit = !found && load<f32>(x + i) == top;
      found = found || hit;
      store<f32>(y + i, hit ? 1 : 0);
    }
  }
}

/**
 * y[N×D] = Euclidean projection of each row onto the simplex, max(x − max − τ, 0) (Martins and Astudillo
 * 2016): τ by Michelot's iteration from the numbers above max − 1, which only ever loses numbers.
 * A row of nothing but −Inf gives zeros.
 */
export function sparsemaxForward(y: usize, x: usize, N: i32, D: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, x += bytes, y += bytes) {
    let top = largest(x, bytes);
    if (top == -Infinity) top = 0;
    const shift = f32x4.splat(top);
    let tau: f32 = -1, count: f32 = -1;
    while (true) {
      const above = f32x4.splat(tau);
      let sum = f32x4.splat(0), number = i32x4.splat(0);
      let i: usize = 0;
      for (; i + 16 <= bytes; i += 16) {
        const z = f32x4.sub(v128.load(x + i), shift);
        const inside = f32x4.gt(z, above);
        sum = f32x4.add(sum, v128.and(z, inside));
        number = i32x4.sub(number, inside);
      }
      if (i < bytes) {
        const z = f32x4.sub(loadPart(x + i, bytes - i, -Infinity), shift);
        const inside = f32x4.gt(z, above);
        sum = f32x4.add(sum, v128.and(z, inside));
        number = i32x4.sub(number, inside);
      }
      const next = sumLanes(f32x4.convert_i32x4_s(number));
      if (next == count) break;
      count = next;
      tau = max(tau, (sumLanes(sum) - 1) / max(next, 1));
    }
    const threshold = f32x4.splat(tau), zero = f32x4.splat(0);
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) {
      v128.store(y + i, f32x4.max(f32x4.sub(f32x4.sub(v128.load(x + i), shift), threshold), zero));
    }
    if (i < bytes) {
      const rest = f32x4.sub(f32x4.sub(loadPart(x + i, bytes - i, 0), shift), threshold);
      storePart(y + i, f32x4.max(rest, zero), bytes - i);
    }
  }
}

/** dx[N×D] (+)= dy − mean of dy over the row's y > 0 where y > 0, else 0. */
export function sparsemaxBackward(dx: usize, dy: usize, y: usize, N: i32, D: i32, accumulate: i32): void {
  const bytes = <usize>D << 2;
  for (let row: i32 = 0; row < N; row++, dx += bytes, dy += bytes, y += bytes) {
    let sum: f64 = 0, number: f64 = 0;
    for (let i: usize = 0; i < bytes; i += 4) {
      if (load<f32>(y + i) > 0) {
        sum += <f64>load<f32>(dy + i);
        number += 1;
      }
    }
    const mean = <f32>(sum / max(number, 1));
    for (let i: usize = 0; i < bytes; i += 4) {
      const d: f32 = load<f32>(y + i) > 0 ? load<f32>(dy + i) - mean : 0;
      store<f32>(dx + i, accumulate ? load<f32>(dx + i) + d : d);
    }
  }
}

/** y = e^(x − shift) unless y is 0; their sum. */
// @ts-ignore: decorator
@inline
function powers(y: usize, x: usize, bytes: usize, shift: v128): f32 {
  let total = f32x4.splat(0);
  let i: usize = 0;
  while (i + 16 <= bytes) {
    const stop = min(bytes, i + 16 * RUN);
    let sum = f32x4.splat(0);
    for (; i + 16 <= stop; i += 16) {
      const power = exp4(f32x4.sub(v128.load(x + i), shift));
      if (y) v128.store(y + i, power);
      sum = f32x4.add(sum, power);
    }
    total = f32x4.add(total, sum);
  }
  if (i < bytes) {
    const power = exp4(f32x4.sub(loadPart(x + i, bytes - i, -Infinity), shift));
    if (y) storePart(y + i, power, bytes - i);
    total = f32x4.add(total, power);
  }
  return sumLanes(total);
}

/** Largest of a row, NaN passed over. */
// @ts-ignore: decorator
@inline
function largest(x: usize, bytes: usize): f32 {
  let top = f32x4.splat(-Infinity);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) top = f32x4.pmax(top, v128.load(x + i));
  if (i < bytes) top = f32x4.pmax(top, loadPart(x + i, bytes - i, -Infinity));
  return max(
    max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

/** The 4, 8 or 12 bytes at p, then `fill`. */
// @ts-ignore: decorator
@inline
function loadPart(p: usize, bytes: usize, fill: f32): v128 {
  let v = v128.load_lane<f32>(p, f32x4.splat(fill), 0);
  if (bytes > 4) v = v128.load_lane<f32>(p + 4, v, 1);
  if (bytes > 8) v = v128.load_lane<f32>(p + 8, v, 2);
  return v;
}

// @ts-ignore: decorator
@inline
function storePart(p: usize, v: v128, bytes: usize): void {
  v128.store_lane<f32>(p, v, 0);
  if (bytes > 4) v128.store_lane<f32>(p + 4, v, 1);
  if (bytes > 8) v128.store_lane<f32>(p + 8, v, 2);
}

// @ts-ignore: decorator
@inline
function put(p: usize, v: v128, accumulate: i32): void {
  v128.store(p, accumulate ? f32x4.add(v128.load(p), v) : v);
}

// @ts-ignore: decorator
@inline
function putPart(p: usize, v: v128, bytes: usize, accumulate: i32): void {
  storePart(p, accumulate ? f32x4.add(loadPart(p, bytes, 0), v) : v, bytes);
}
