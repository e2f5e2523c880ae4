// How many of N vectors y lie strictly nearer to p_i than its own vector o_i does, decided as a
// brute-force float64 search decides (squared distances summed over the coordinates in order).
//
// Approximate squared distances, less ‖p‖² which is the same for all y, come from float32 inner
// products: s_ij = ‖y_j‖² − 2 p_i·y_j, with both centred first (a shift moves no distance, and short
// vectors lose less). With u = 2⁻²⁴, P = ‖p_i‖, Y = ‖y_j‖ of the centred vectors, s_ij differs from
// the exact value by no more than
//   centring, |fl(p − c) − (p − c)| ≤ u|p − c|:  2u(P + Y)²
//   the inner product of d terms, any order:     2du·PY
//   rounding ‖y‖² and s to float32:              2u·Y² + 2u·PY
// in sum u((2d + 6)PY + 4Y² + 2P²), and d·2⁻¹⁴⁸ where products underflow. Comparisons inside that are
// decided again in float64. The factor SLACK covers second-order terms and the bound's own rounding.

import { scratch } from "./scratch";

const U: f64 = 5.960464477539063e-8;
const SLACK: f64 = 1.001;
/** Squared lengths above this might overflow in float32: everything is decided in float64. */
const LONG: f64 = 1e37;
const TINY: f64 = 2.802596928649634e-45;

/**
 * centred[N×d] = x[N×d] − centre[d]; lengths[N] and squares[N] (f32) of the centred rows. A row too
 * long for float32 gets length Infinity.
 */
export function nearestPrepare(
  centred: usize, lengths: usize, squares: usize, x: usize, centre: usize, N: i32, d: i32,
): void {
  const row = (<usize>d) << 2;
  for (let r = 0; r < N; r++) {
    let sum: f64 = 0;
    for (let i: usize = 0; i < row; i += 4) {
      const value = load<f32>(x + i) - load<f32>(centre + i);
      store<f32>(centred + i, value);
      sum += <f64>value * <f64>value;
    }
    store<f32>(squares, <f32>sum);
    store<f32>(lengths, sum < LONG ? <f32>(sqrt(sum)) : Infinity);
    centred += row;
    x += row;
    lengths += 4;
    squares += 4;
  }
}

/** out[N] (f64) = ‖a_r − b_r‖² of a[N×d] and b[N×d], in float64, coordinates in order. */
export function squaredDistances(out: usize, a: usize, b: usize, N: i32, d: i32): void {
  const row = (<usize>d) << 2;
  for (let r = 0; r < N; r++) {
    store<f64>(out, distanceBelow(a, b, row, Infinity));
    out += 8;
    a += row;
    b += row;
  }
}

/** ‖a − b‖² of two rows; may stop early with any value ≥ limit once it is known to be one. */
function distanceBelow(a: usize, b: usize, row: usize, limit: f64): f64 {
  let sum: f64 = 0;
  const body = row & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) {
    const d0 = <f64>load<f32>(a + i) - <f64>load<f32>(b + i);
    const d1 = <f64>load<f32>(a + i, 4) - <f64>load<f32>(b + i, 4);
    const d2 = <f64>load<f32>(a + i, 8) - <f64>load<f32>(b + i, 8);
    const d3 = <f64>load<f32>(a + i, 12) - <f64>load<f32>(b + i, 12);
    sum += d0 * d0;
    sum += d1 * d1;
    sum += d2 * d2;
    sum += d3 * d3;
    if (sum >= limit) return sum;
  }
  for (; i < row; i += 4) {
    const difference = <f64>load<f32>(a + i) - <f64>load<f32>(b + i);
    sum += difference * difference;
  }
  return sum;
}

/**
 * ranks[M] (i32) += for each i the number of y_j nearer to p_i than `own[i]`.
 * dots[M×N] = centred p · centred y (leading dimension ld); p[M×d], y[N×d] as given, not centred;
 * own[M] (f64) the exact squared distance to beat; ownY[M×d] the vector it belongs to; pLengths,
 * pSquares, yLengths, ySquares from nearestPrepare. N ≤ SCRATCH_BYTES.
 */
export function nearestCount(
  ranks: usize, dots: usize, p: usize, y: usize, own: usize, ownY: usize,
  pLengths: usize, pSquares: usize, yLengths: usize, ySquares: usize, M: i32, N: i32, d: i32, ld: i32,
): void {
  const row = (<usize>d) << 2;
  const end = (<usize>N) << 2;
  const body = end & ~31;
  const slope = (2 * <f64>d + 6) * U * SLACK;
  const curve = f32x4.splat(<f32>(4 * U * SLACK));
  for (let i = 0; i < M; i++) {
    const index = (<usize>i) << 2;
    const limit = load<f64>(own + (index << 1));
    const pSquare = <f64>load<f32>(pSquares + index);
    const pLength = load<f32>(pLengths + index);
    const border = limit - pSquare;
    // ‖p‖² is itself rounded, as are the ends of the interval.
    const reach = (4 * U * pSquare + 2 * U * abs(border)) * SLACK + <f64>d * TINY;
    const low = f32x4.splat(<f32>(border - reach));
    const high = f32x4.splat(<f32>(border + reach));
    const steep = f32x4.splat(<f32>(slope * <f64>pLength));
    let counts = i32x4.splat(0);
    let exact = 0;
    // Undecided groups of eight, kept for after the loop: a call inside would cost it its registers.
    let queue = scratch;
    let j: usize = 0;
    for (; j < body; j += 32) {
      const dot0 = v128.load(dots + j);
      const dot1 = v128.load(dots + j, 16);
      const square0 = v128.load(ySquares + j);
      const square1 = v128.load(ySquares + j, 16);
      const s0 = f32x4.sub(square0, f32x4.add(dot0, dot0));
      const s1 = f32x4.sub(square1, f32x4.add(dot1, dot1));
      const margin0 = f32x4.add(f32x4.mul(steep, v128.load(yLengths + j)), f32x4.mul(curve, square0));
      const margin1 = f32x4.add(f32x4.mul(steep, v128.load(yLengths + j, 16)), f32x4.mul(curve, square1));
      const farther0 = f32x4.gt(f32x4.sub(s0, margin0), high);
      const farther1 = f32x4.gt(f32x4.sub(s1, margin1), high);
      const nearer0 = f32x4.lt(f32x4.add(s0, margin0), low);
      const nearer1 = f32x4.lt(f32x4.add(s1, margin1), low);
      counts = i32x4.sub(i32x4.sub(counts, nearer0), nearer1);
      const decided = i32x4.bitmask(v128.or(nearer0, farther0)) |
        (i32x4.bitmask(v128.or(nearer1, farther1)) << 4);
      if (decided != 255) {
        store<u32>(queue, <u32>(j >> 2));
        store<u32>(queue, decided, 4);
        queue += 8;
      }
    }
    while (queue > scratch) {
      queue -= 8;
      const first = load<i32>(queue);
      const decided = load<i32>(queue, 4);
      for (let lane = 0; lane < 8; lane++) {
        if (!(decided & (1 << lane))) exact += nearerExactly(p, y, first + lane, ownY, row, limit);
      }
    }
    // The tail has at most seven; float64 decides them all.
    for (; j < end; j += 4) exact += nearerExactly(p, y, <i32>(j >> 2), ownY, row, limit);
    const sum = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
    store<i32>(ranks + index, load<i32>(ranks + index) + sum + exact);
    dots += (<usize>ld) << 2;
    p += row;
    ownY += row;
  }
}

/** 1 if y_j is nearer to p than `limit`, which is the distance to `own`; else 0. */
function nearerExactly(p: usize, y: usize, j: i32, own: usize, row: usize, limit: f64): i32 {
  const at = y + <usize>j * row;
  // Copies of the own vector are common, and as far away as it is.
  if (memory.compare(at, own, row) == 0) return 0;
  return distanceBelow(p, at, row, limit) < limit ? 1 : 0;
}
