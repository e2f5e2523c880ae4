// Classes by nearest centroid, and back. The K centroids are c_k = low + k·(high − low)/(K − 1),
// k = 0 … K−1, in float64 (K = 1: low); on the diagonal of R^d, or for each coordinate by itself.
//
// The class is the one that a brute-force float64 search finds (squared distances summed over the
// coordinates in order, ties to the lowest index). Only the mean decides how far a vector is from a
// border between two centroids, so it is enough to place the mean, and to search by brute force
// where it is nearer to a border than that search's own rounding. Vectors so long that float64
// distances cannot tell centroids apart (|y| ≫ 1e6·range) are decided by the mean.
// A vector that holds a NaN or an infinity has no nearest centroid: class −1.

const EPSILON: f64 = 2.220446049250313e-16;

// @ts-ignore: decorator
@inline
function centroid(low: f64, step: f64, k: i32): f64 {
  return low + <f64>k * step;
}

// @ts-ignore: decorator
@inline
function stepOf(low: f32, high: f32, K: i32): f64 {
  return K > 1 ? (<f64>high - <f64>low) / <f64>(K - 1) : 0;
}

/** Σ (y_i − c)² of y[d], in order. */
function squaredDistance(y: usize, d: i32, c: f64): f64 {
  let sum: f64 = 0;
  const end = y + ((<usize>d) << 2);
  for (; y < end; y += 4) {
    const difference = <f64>load<f32>(y) - c;
    sum += difference * difference;
  }
  return sum;
}

/** Class of the vector y[d] whose coordinates have sum `sum` and sum of squares `squares`. */
// @ts-ignore: decorator
@inline
function nearest(y: usize, d: i32, sum: f64, squares: f64, K: i32, low: f64, high: f64, step: f64): i32 {
  if (sum - sum != 0) return -1;
  if (K < 2) return 0;
  const n = <f64>d;
  const place = (sum / n - low) / step;
  // The cell between centroids k and k+1 whose border could matter.
  const k = <i32>min(max(floor(place), 0), <f64>(K - 2));
  const within = place - <f64>k - 0.5;
  const reach = max(abs(low), abs(high));
  // What rounding can move the two squared distances, as a share of the cell; see the header.
  const margin = min((n + 8) * EPSILON * (squares + n * reach * reach) * 2 / (n * step * step), 0.25);
  if (within > margin) return k + 1;
  if (within < -margin) return k;
  const below = squaredDistance(y, d, centroid(low, step, k));
  return squaredDistance(y, d, centroid(low, step, k + 1)) < below ? k + 1 : k;
}

/** labels[N] (i32) of y[N×d]: the nearest of K centroids (c, c, …, c). Needs low < high. */
export function classesDiagonal(labels: usize, y: usize, N: i32, d: i32, K: i32, low: f32, high: f32): void {
  const step = stepOf(low, high, K);
  const row = (<usize>d) << 2;
  const body = row & ~15;
  for (let r = 0; r < N; r++) {
    let sum2 = f64x2.splat(0);
    let squares2 = f64x2.splat(0);
    let i: usize = 0;
    for (; i < body; i += 16) {
      const a = f64x2.promote_low_f32x4(v128.load64_zero(y + i));
      const b = f64x2.promote_low_f32x4(v128.load64_zero(y + i, 8));
      sum2 = f64x2.add(sum2, f64x2.add(a, b));
      squares2 = f64x2.add(squares2, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
    }
    let sum = f64x2.extract_lane(sum2, 0) + f64x2.extract_lane(sum2, 1);
    let squares = f64x2.extract_lane(squares2, 0) + f64x2.extract_lane(squares2, 1);
    for (; i < row; i += 4) {
      const value = <f64>load<f32>(y + i);
      sum += value;
      squares += value * value;
    }
    store<i32>(labels, nearest(y, d, sum, squares, K, low, high, step));
    labels += 4;
    y += row;
  }
}

/** labels[n] (i32) of y[n]: each number's nearest of K centroids. Needs low < high. */
export function classesPerCoordinate(labels: usize, y: usize, n: i32, K: i32, low: f32, high: f32): void {
  const step = stepOf(low, high, K);
  const end = (<usize>n) << 2;
  const body: usize = K < 2 ? 0 : end & ~15;
  // Half a cell below low, so that borders lie at whole numbers and the class is the whole part.
  const origin = f64x2.splat(<f64>low - 0.5 * step);
  const inverse = f64x2.splat(1 / step);
  const reach = max(abs(<f64>low), abs(<f64>high)) / step;
  // What `nearest` allows at a border, with as much again for this way of placing a number.
  const margin = f64x2.splat(64 * EPSILON * (reach + 1) * (reach + 1));
  const last = f64x2.splat(<f64>(K - 1));
  const zero = f64x2.splat(0);
  let i: usize = 0;
  for (; i < body; i += 16) {
    const t0 = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(y + i)), origin), inverse);
    const t1 = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(y + i, 8)), origin), inverse);
    const far0 = f64x2.gt(f64x2.abs(f64x2.sub(t0, f64x2.nearest(t0))), margin);
    const far1 = f64x2.gt(f64x2.abs(f64x2.sub(t1, f64x2.nearest(t1))), margin);
    const k0 = i32x4.trunc_sat_f64x2_s_zero(f64x2.pmin(f64x2.pmax(t0, zero), last));
    const k1 = i32x4.trunc_sat_f64x2_s_zero(f64x2.pmin(f64x2.pmax(t1, zero), last));
    v128.store(labels + i, v128.shuffle<i32>(k0, k1, 0, 1, 4, 5));
    if (!i64x2.all_true(v128.and(far0, far1))) {
      for (let at = i; at < i + 16; at += 4) classify(labels + at, y + at, K, low, high, step);
    }
  }
  for (; i < end; i += 4) classify(labels + i, y + i, K, low, high, step);
}

function classify(label: usize, y: usize, K: i32, low: f32, high: f32, step: f64): void {
  const value = <f64>load<f32>(y);
  store<i32>(label, nearest(y, 1, value, value * value, K, low, high, step));
}
