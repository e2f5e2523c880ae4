// Densities of Parzen estimators, in float64: log densities of many kernels at one place, and their sum.

/**
 * terms f64[N] += peaks[n] − ((place − centers[n]) / width)² / 2, N normal distributions of one width; nothing where
 * a center is NaN.
 */
export function addNormalLogs(terms: usize, peaks: usize, centers: usize, place: f64, width: f64, N: i32): void {
  const p = f64x2.splat(place);
  const w = f64x2.splat(width);
  const half = f64x2.splat(0.5);
  const end = (<usize>N) << 3;
  const body = end & ~15;
  let i: usize = 0;
  for (; i < body; i += 16) {
    const z = f64x2.div(f64x2.sub(p, v128.load(centers + i)), w);
    const log = f64x2.sub(v128.load(peaks + i), f64x2.mul(f64x2.mul(z, z), half));
    v128.store(terms + i, f64x2.add(v128.load(terms + i), v128.and(log, f64x2.eq(z, z))));
  }
  if (i < end) {
    const z = (place - load<f64>(centers + i)) / width;
    if (z == z) store<f64>(terms + i, load<f64>(terms + i) + (load<f64>(peaks + i) - z * z * 0.5));
  }
}

/** terms f64[N] += column f64[which i32[n]]; nothing where that is negative. */
export function addColumn(terms: usize, column: usize, which: usize, N: i32): void {
  for (let n = 0; n < N; n++, terms += 8, which += 4) {
    const at = load<i32>(which);
    if (at >= 0) store<f64>(terms, load<f64>(terms) + load<f64>(column + ((<usize>at) << 3)));
  }
}

/** What is this far below the largest, in logarithms, is lost in a sum of doubles. */
const NEGLIGIBLE: f64 = -40;

/**
 * out f64[1] = log Σ exp terms f64[n], in order, N at least 1, none of them NaN. Terms of 40 and more below the largest
 * are left out: together less than N·4.3e-18.
 */
export function logSumExp(out: usize, terms: usize, N: i32): void {
  const end = terms + ((<usize>N) << 3);
  let largest = load<f64>(terms);
  for (let at = terms + 8; at < end; at += 8) {
    const term = load<f64>(at);
    if (term > largest) largest = term;
  }
  let sum: f64 = 0;
  for (let at = terms; at < end; at += 8) {
    const below = load<f64>(at) - largest;
    if (below > NEGLIGIBLE) sum += NativeMath.exp(below);
  }
  store<f64>(out, largest + NativeMath.log(sum));
}
