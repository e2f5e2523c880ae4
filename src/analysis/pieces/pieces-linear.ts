import { SuffixFits, type Sums } from "./linear-fits.js";
import type { Pieces } from "./pieces-constant.js";

/** a·φ² + b·φ + c, three numbers after one another: the least cost so far as a function of the last knot's value φ. */
type Quadratics = number[];

/**
 * The least K for which the best continuous piecewise-linear approximation of y with K pieces has a sum
 * of squared errors of at most `squaredError`; `null` where more than `limit` pieces are needed. Sample i
 * lies at i + ½. Knots are free among `knots` (of which the first and the last are the ends); their values
 * are free. Exact under that constraint, but for rounding: errors below 1e−12 of the squared deviation of
 * y from its mean count as none.
 *
 * Functional dynamic programming over the value at the last knot, as in CPOP (Fearnhead, Maidstone,
 * Letchford 2019), with the number of pieces as a state instead of a penalty. What prunes (ours): a
 * partial solution is dropped as soon as its least cost, plus that of the best *discontinuous*
 * piecewise-linear rest with the pieces that are left, is above the threshold; likewise with the best
 * continuous rest that has a piece between all knots.
 *
 * 2,048 samples and 128 parts between knots take some ms; of 720 fits to nine signals at errors from 0.3 to
 * 0.00003, none took longer than 0.4 s (`node dist/bench/pieces.js`).
 *
 * @param knots ascending borders of samples, 0 … y.length, at least two samples apart
 */
export function leastLinearPieces(
  y: Float64Array,
  squaredError: number,
  knots: ArrayLike<number>,
  limit: number = knots.length - 1,
): Pieces | null {
  const n = knots.length - 1;
  const fits = new SuffixFits(y, knots);
  const threshold = squaredError * (1 + 1e-12) + fits.rounding;
  const rests = everyKnot(fits, n);
  if (!(least(rests[0]) <= threshold)) return null;
  for (let K = 1; K <= Math.min(limit, n); K++) {
    // Without continuity no error is larger: a K that fails there needs no second look.
    if (fits.least(K, 0) > threshold) continue;
    const found = withPieces(fits, rests, K, threshold);
    if (found !== null) return { pieces: K, squaredError: found };
  }
  return null;
}

/** The least cost of exactly K continuous pieces, or null where it is above the threshold. */
function withPieces(fits: SuffixFits, rests: Quadratics[], K: number, threshold: number): number | null {
  const n = rests.length - 1;
  // layer[s]: partial solutions that end in knot s; at the start, the value is free and costs nothing.
  let layer: Quadratics[] = Array.from({ length: n + 1 }, (_, s) => (s === 0 ? [0, 0, 0] : []));
  for (let k = 1; k <= K; k++) {
    const next: Quadratics[] = Array.from({ length: n + 1 }, () => []);
    const lowest = layer.map(least);
    const from = k === K ? n : k;
    for (let t = from; t <= n - (K - k); t++) {
      const room = threshold - fits.least(K - k, t);
      if (!(room >= 0)) continue;
      const reaching: Quadratics = [];
      for (let s = k - 1; s < t; s++) {
        if (lowest[s] + fits.error(s, t) <= room)
          extend(layer[s], fits.sums(s, t), room, rests[t], threshold, reaching);
      }
      next[t] = lowerEnvelope(reaching);
    }
    layer = next;
  }
  const cost = least(layer[n]);
  return cost <= threshold ? Math.max(0, cost) : null;
}

/** From each knot to the end, the cost of a piece between all neighbouring knots: no rest costs less. */
function everyKnot(fits: SuffixFits, n: number): Quadratics[] {
  const rests: Quadratics[] = Array.from({ length: n + 1 }, () => [0, 0, 0]);
  for (let s = n - 1; s >= 0; s--) {
    rests[s] = [];
    extend(rests[s + 1], mirrored(fits.sums(s, s + 1)), Infinity, [0, 0, 0], Infinity, rests[s]);
  }
  return rests;
}

/** The same samples seen from the right. */
function mirrored({ length, sum, moment, squares }: Sums): Sums {
  return { length, sum, moment: length * sum - moment, squares };
}

/**
 * Appends each quadratic continued by one straight piece over the samples of `sums`, if its least is
 * within `room`, and within `total` with that of the rest added.
 */
function extend(
  quadratics: Quadratics,
  { length, sum, moment, squares }: Sums,
  room: number,
  rest: Quadratics,
  total: number,
  into: Quadratics,
): void {
  // The piece from value ψ to value φ costs Aψ² + 2Bψφ + Aφ² − 2Dψ − 2Eφ + G; ψ is eliminated.
  const A = length / 3 - 1 / (12 * length);
  const B = length / 2 - A;
  const E = moment / length;
  const D = sum - E;
  for (let i = 0; i < quadratics.length; i += 3) {
    const curvature = quadratics[i] + A;
    const slope = quadratics[i + 1] - 2 * D;
    const a = A - (B * B) / curvature;
    const b = -2 * E - (B * slope) / curvature;
    const c = squares + quadratics[i + 2] - (slope * slope) / (4 * curvature);
    if (c - (b * b) / (4 * a) > room) continue;
    const slopes = b + rest[1];
    if (c + rest[2] - (slopes * slopes) / (4 * (a + rest[0])) > total) continue;
    into.push(a, b, c);
  }
}

/** The least value of any, infinity where there is none. */
function least(quadratics: Quadratics): number {
  let found = Number.POSITIVE_INFINITY;
  for (let i = 0; i < quadratics.length; i += 3) {
    const [a, b, c] = [quadratics[i], quadratics[i + 1], quadratics[i + 2]];
    // Only "nothing yet" has no curvature.
    found = Math.min(found, a > 0 ? c - (b * b) / (4 * a) : c);
  }
  return found;
}

/** Those that are the lowest somewhere, found by walking along φ from −∞ to the next crossing. */
function lowerEnvelope(all: Quadratics): Quadratics {
  if (all.length <= 3) return all;
  let now = 0;
  for (let i = 3; i < all.length; i += 3) if (lowerAtStart(all, i, now)) now = i;
  const kept = new Set([now]);
  for (let x = Number.NEGATIVE_INFINITY; ; ) {
    let crossing = Number.POSITIVE_INFINITY;
    let then = -1;
    for (let i = 0; i < all.length; i += 3) {
      if (i === now) continue;
      const at = dipsBelow(all[i] - all[now], all[i + 1] - all[now + 1], all[i + 2] - all[now + 2], x);
      // Where several cross at once, the one that falls fastest there, then the flattest, leads on.
      if (at < crossing || (at === crossing && then >= 0 && fallsFaster(all, i, then, at))) {
        crossing = at;
        then = i;
      }
    }
    if (then < 0) break;
    kept.add(then);
    now = then;
    x = crossing;
  }
  const envelope: Quadratics = [];
  for (const i of kept) envelope.push(all[i], all[i + 1], all[i + 2]);
  return envelope;
}

/** Whether i is below j as φ → −∞. */
function lowerAtStart(all: Quadratics, i: number, j: number): boolean {
  if (all[i] !== all[j]) return all[i] < all[j];
  if (all[i + 1] !== all[j + 1]) return all[i + 1] > all[j + 1];
  return all[i + 2] < all[j + 2];
}

function fallsFaster(all: Quadratics, i: number, j: number, x: number): boolean {
  const difference = 2 * (all[i] - all[j]) * x + all[i + 1] - all[j + 1];
  return difference !== 0 ? difference < 0 : all[i] < all[j];
}

/** Where after x the difference aφ² + bφ + c turns from positive to negative; infinity where it does not. */
function dipsBelow(a: number, b: number, c: number, x: number): number {
  if (a === 0) {
    const root = -c / b;
    return b < 0 && root > x ? root : Number.POSITIVE_INFINITY;
  }
  const discriminant = b * b - 4 * a * c;
  if (!(discriminant > 0)) return Number.POSITIVE_INFINITY;
  // Whatever the sign of a, the difference falls through (−b − √discriminant) / 2a; stable where b < 0, too.
  const root = Math.sqrt(discriminant);
  const falling = b > 0 ? (-b - root) / (2 * a) : (2 * c) / (root - b);
  return falling > x ? falling : Number.POSITIVE_INFINITY;
}
