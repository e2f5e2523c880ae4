import test from "ava";
import fc from "fast-check";
import { constantPieceErrors, leastConstantPieces } from "../../../src/analysis/pieces/pieces-constant.js";
import { testSource } from "../../kernels/run.js";

/** SSE of 1 … K pieces, by dynamic programming over all places of the last cut: O(N²K). */
function bruteForce(y: Float64Array, K: number): number[] {
  const N = y.length;
  // table[s][t]: sum of squared errors of one piece over samples s … t−1 (Welford).
  const table = Array.from({ length: N }, (_, s) => {
    const row = new Float64Array(N + 1);
    let mean = 0;
    for (let t = s + 1; t <= N; t++) {
      const difference = y[t - 1] - mean;
      mean += difference / (t - s);
      row[t] = row[t - 1] + difference * (y[t - 1] - mean);
    }
    return row;
  });
  let costs = Array.from({ length: N + 1 }, (_, t) => (t === 0 ? 0 : Number.POSITIVE_INFINITY));
  const errors: number[] = [];
  for (let k = 1; k <= K; k++) {
    const next = costs.map((_, t) => {
      let best = Number.POSITIVE_INFINITY;
      for (let s = 0; s < t; s++) best = Math.min(best, costs[s] + table[s][t]);
      return best;
    });
    errors.push(next[N]);
    costs = next;
  }
  return errors;
}

const smooth = fc.double({ min: -10, max: 10, noNaN: true });
/** Few values, so that many partitions tie. */
const coarse = fc.integer({ min: 0, max: 2 });
const signal = fc
  .oneof(
    fc.array(smooth, { minLength: 1, maxLength: 40 }),
    fc.array(coarse, { minLength: 1, maxLength: 40 }),
    fc
      .array(fc.tuple(coarse, fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 10 })
      .map((runs) => runs.flatMap(([value, length]) => Array<number>(length).fill(value))),
  )
  .map((values) => Float64Array.from(values));

test("errors of 1 … N pieces are those of a search over all cuts", (t) => {
  fc.assert(
    fc.property(signal, (y) => {
      const expected = bruteForce(y, y.length);
      const found = constantPieceErrors(y, y.length);
      const scale = 1e-12 * (expected[0] + 1);
      for (let k = 0; k < y.length; k++) if (Math.abs(found[k] - expected[k]) > scale) return false;
      return true;
    }),
    { numRuns: 500, seed: 1 },
  );
  t.pass();
});

test("long signals, whose envelopes take several blocks, agree with a search over all cuts, too", async (t) => {
  const N = 400;
  const draw = testSource(7)(N);
  let walk = 0;
  const signals: Record<string, (i: number) => number> = {
    line: (i) => i / N,
    sine: (i) => Math.sin((9.42 * i) / N),
    root: (i) => Math.cbrt(i / 200 - 1),
    wave: (i) => (i / N) ** 2 + 0.3 * Math.sin(i / 20),
    walk: (i) => (walk += draw[i]),
    "sine and noise": (i) => Math.sin((9.42 * i) / N) + 0.001 * draw[i],
  };
  for (const [name, f] of Object.entries(signals)) {
    const y = Float64Array.from({ length: N }, (_, i) => f(i));
    const errors = bruteForce(y, 25);
    const found = constantPieceErrors(y, 25);
    for (let K = 1; K <= 25; K++) {
      t.true(Math.abs(found[K - 1] - errors[K - 1]) <= 1e-12 * errors[0], `${name}, K = ${K}`);
      const least = await leastConstantPieces(y, errors[K - 1] * (1 + 1e-9));
      t.is(least?.pieces, K, `${name}, K = ${K}`);
      t.true(Math.abs(least!.squaredError - errors[K - 1]) <= 1e-12 * errors[0]);
    }
  }
});

test("the least count for an error is that of a search over all cuts", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      signal,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      async (y, share, limit) => {
        const errors = bruteForce(y, y.length);
        // Squared: most errors lie near 0.
        const threshold = errors[0] * share * share;
        const rounding = 1e-12 * (errors[0] + 1);
        const found = await leastConstantPieces(y, threshold, limit);
        const surely = errors.findIndex((error) => error <= threshold - rounding) + 1 || y.length;
        const perhaps = errors.findIndex((error) => error <= threshold + rounding) + 1;
        if (!found) return surely > limit;
        return found.pieces >= perhaps && found.pieces <= surely && found.pieces <= limit;
      },
    ),
    { numRuns: 2000, seed: 2 },
  );
  t.pass();
});

test("every count between corners of the hull is found", async (t) => {
  // Eight equal bumps: SSE falls by jumps of two pieces, so no odd count is a corner.
  const y = Float64Array.from({ length: 80 }, (_, i) => (i % 10 < 3 ? 1 : 0));
  const errors = constantPieceErrors(y, 17);
  for (let K = 1; K <= 16; K++) {
    const found = await leastConstantPieces(y, errors[K - 1]);
    t.is(found?.pieces, errors.indexOf(errors[K - 1]) + 1, `K = ${K}`);
  }
  t.is((await leastConstantPieces(y, 0))?.pieces, 16);
});

test("K constants of a straight line leave slope·length/K/√12, but for the grid's 1 − (K/N)²", async (t) => {
  const N = 1200;
  const y = Float64Array.from({ length: N }, (_, i) => (3 * (i + 0.5)) / N);
  const errors = constantPieceErrors(y, 30);
  for (const K of [1, 2, 3, 5, 12, 30]) {
    const expected = (3 / K / Math.sqrt(12)) * Math.sqrt(1 - (K / N) ** 2);
    t.true(Math.abs(Math.sqrt(errors[K - 1] / N) - expected) < 1e-12, `K = ${K}`);
    t.is((await leastConstantPieces(y, N * expected * expected * (1 + 1e-9)))?.pieces, K);
    t.is((await leastConstantPieces(y, N * expected * expected * (1 - 1e-9)))?.pieces, K + 1);
  }
});

test("a constant is one piece, a staircase as many as it has steps, exactly", async (t) => {
  t.deepEqual(await leastConstantPieces(new Float64Array(50).fill(0.1), 0), { pieces: 1, squaredError: 0 });
  const y = Float64Array.from({ length: 2000 }, (_, i) => Math.floor(i / 100) / 7);
  t.deepEqual(await leastConstantPieces(y, 0), { pieces: 20, squaredError: 0 });
  t.is(await leastConstantPieces(y, 0, 19), null);
  t.deepEqual(await leastConstantPieces(y, 0, 20), { pieces: 20, squaredError: 0 });
});
