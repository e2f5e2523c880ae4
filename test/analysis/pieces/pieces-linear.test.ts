import test from "ava";
import fc from "fast-check";
import { leastLinearPieces } from "../../../src/analysis/pieces/pieces-linear.js";

/** Knots 0, m, 2m … N. */
const every = (m: number, N: number) => Array.from({ length: N / m + 1 }, (_, j) => j * m);

/** Squared error of the best continuous piecewise-linear function with just these knots: least squares over hats. */
function hatFit(y: Float64Array, knots: readonly number[]): number {
  const n = knots.length;
  const M = Array.from({ length: n }, () => Array<number>(n + 1).fill(0));
  const hats = (i: number) => {
    const right = knots.findIndex((knot) => knot > i);
    const u = (i + 0.5 - knots[right - 1]) / (knots[right] - knots[right - 1]);
    return [
      [right - 1, 1 - u],
      [right, u],
    ];
  };
  for (let i = 0; i < y.length; i++) {
    for (const [p, wp] of hats(i)) {
      for (const [q, wq] of hats(i)) M[p][q] += wp * wq;
      M[p][n] += wp * y[i];
    }
  }
  for (let p = 0; p < n; p++) {
    for (let r = 0; r < n; r++) {
      const factor = M[r][p] / M[p][p];
      if (r !== p) for (let q = p; q <= n; q++) M[r][q] -= factor * M[p][q];
    }
  }
  const values = M.map((row, p) => row[n] / row[p]);
  let error = 0;
  for (let i = 0; i < y.length; i++) {
    error += (y[i] - hats(i).reduce((sum, [p, w]) => sum + w * values[p], 0)) ** 2;
  }
  return error;
}

/** Least squared error of 1 … n pieces, over all choices of inner knots. */
function bruteForce(y: Float64Array, knots: readonly number[]): number[] {
  const n = knots.length - 1;
  const best = Array<number>(n).fill(Number.POSITIVE_INFINITY);
  for (let chosen = 0; chosen < 2 ** (n - 1); chosen++) {
    const some = knots.filter((_, j) => j === 0 || j === n || (chosen >> (j - 1)) & 1);
    best[some.length - 2] = Math.min(best[some.length - 2], hatFit(y, some));
  }
  return best;
}

test("the least count and its error are those of a search over all choices of knots", (t) => {
  const values = (length: number) =>
    fc.oneof(
      fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: length, maxLength: length }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: length, maxLength: length }),
    );
  const signals = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 2, max: 4 }))
    .chain(([n, m]) => fc.tuple(fc.constant(every(m, n * m)), values(n * m)));
  fc.assert(
    fc.property(signals, fc.double({ min: 0, max: 1, noNaN: true }), ([knots, list], share) => {
      const y = Float64Array.from(list);
      const errors = bruteForce(y, knots);
      const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
      const scale = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const threshold = scale * share * share;
      const rounding = 1e-11 * scale + 1e-25;
      const found = leastLinearPieces(y, threshold, knots);
      const surely = errors.findIndex((error) => error <= threshold - rounding) + 1;
      const perhaps = errors.findIndex((error) => error <= threshold + rounding) + 1;
      if (!found) return surely === 0;
      return (
        found.pieces >= perhaps &&
        (surely === 0 || found.pieces <= surely) &&
        Math.abs(found.squaredError - errors[found.pieces - 1]) <= rounding
      );
    }),
    { numRuns: 1500, seed: 1 },
  );
  t.pass();
});

test("knots at uneven distances are allowed", (t) => {
  const knots = [0, 2, 7, 9, 15, 20];
  const y = Float64Array.from({ length: 20 }, (_, i) => Math.abs(i + 0.5 - 9) + (i % 3) / 5);
  const errors = bruteForce(y, knots);
  for (let K = 1; K <= 5; K++) {
    const found = leastLinearPieces(y, errors[K - 1] * (1 + 1e-9), knots);
    t.is(found?.pieces, K);
    t.true(Math.abs((found?.squaredError ?? 0) - errors[K - 1]) < 1e-10);
  }
});

test("a zigzag is as many pieces as it has legs, without error", (t) => {
  const N = 800;
  const legs = 8;
  const y = Float64Array.from({ length: N }, (_, i) => Math.abs(((((i + 0.5) * legs) / N + 1) % 2) - 1));
  const found = leastLinearPieces(y, 0, every(8, N));
  // Legs of 100 samples end between knots 8 apart …
  t.true(found === null || found.pieces > legs);
  // … and on knots 10 apart.
  t.is(leastLinearPieces(y, 0, every(10, N))?.pieces, legs);
  t.is(leastLinearPieces(y, 0, every(10, N), legs - 1), null);
});

test("a line is one piece; K pieces of a parabola leave c·(length/K)²/√180", (t) => {
  const N = 1920;
  const line = Float64Array.from({ length: N }, (_, i) => 5 - 2 * i);
  t.is(leastLinearPieces(line, 0, every(16, N))?.pieces, 1);
  // The best line for c·x² on a length h has the error c·h²/√180, and best lines on equal lengths meet.
  const parabola = Float64Array.from({ length: N }, (_, i) => ((i + 0.5) / N) ** 2);
  for (const K of [1, 2, 3, 4, 8, 15]) {
    const error = 1 / K ** 2 / Math.sqrt(180);
    t.is(leastLinearPieces(parabola, N * (error * 1.0005) ** 2, every(16, N))?.pieces, K, `K = ${K}`);
    t.is(leastLinearPieces(parabola, N * (error * 0.999) ** 2, every(16, N))?.pieces, K + 1, `K = ${K}`);
  }
});
