import test from "ava";
import fc from "fast-check";
import { nearestRanks } from "../../../src/analysis/metrics/nearest-ranks.js";
import { PlateauError } from "../../../src/errors.js";
import { squaredDistance } from "../../kernels/nearest.js";
import { testSource } from "../../kernels/run.js";

function bruteForce(p: Float32Array, y: Float32Array, d: number, own?: ArrayLike<number>): Int32Array {
  const N = y.length / d;
  return Int32Array.from({ length: p.length / d }, (_, i) => {
    const limit = squaredDistance(p, i, y, own ? own[i] : i, d);
    let rank = 0;
    for (let j = 0; j < N; j++) if (squaredDistance(p, i, y, j, d) < limit) rank++;
    return rank;
  });
}

test("ranks are the brute-force float64 ones, over more than one block", async (t) => {
  const source = testSource(3);
  for (const [M, N, d] of [
    [700, 2300, 3],
    [300, 1100, 17],
    [5000, 1100, 1],
    [130, 1025, 70],
  ]) {
    const y = source(N * d);
    const p = source(M * d);
    const own = Array.from({ length: M }, (_, i) => (i * 13) % N);
    // Half of the predictions near their own vector, half anywhere.
    for (let i = 0; i < M; i += 2)
      for (let k = 0; k < d; k++) p[i * d + k] = y[own[i] * d + k] + 0.01 * p[i * d + k];
    t.deepEqual(await nearestRanks(p, y, d, { own }), bruteForce(p, y, d, own));
  }
});

test("ranks are the brute-force ones from near predictions to far ones, where blocks are skipped and where not", async (t) => {
  const source = testSource(7);
  for (const [N, d] of [
    [1500, 2],
    [1300, 12],
    [900, 40],
  ]) {
    const y = source(N * d);
    for (const distance of [0.01, 0.1, 0.4, 1, 3]) {
      const noise = source(N * d);
      const p = Float32Array.from(y, (value, i) => value + distance * noise[i]);
      t.deepEqual(await nearestRanks(p, y, d), bruteForce(p, y, d), `d = ${d}, ${distance} away`);
    }
    // All predictions in one place.
    const same = Float32Array.from(y, (_, i) => y[i % d]);
    t.deepEqual(await nearestRanks(same, y, d), bruteForce(same, y, d));
  }
});

/** Few distinct numbers, neighbours in the last bit, and offsets that eat the differences. */
const coordinate = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, 1 + 2 ** -23, 1 - 2 ** -24),
  fc.nat(3).map((ulps) => 1000 + ulps * 2 ** -14),
  fc.float({ noNaN: true, min: -2, max: 2 }),
);

test("near-ties and copies are decided as in float64", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }).chain((d) =>
        fc.record({
          d: fc.constant(d),
          y: fc.array(fc.array(coordinate, { minLength: d, maxLength: d }), { minLength: 1, maxLength: 40 }),
          p: fc.array(fc.array(coordinate, { minLength: d, maxLength: d }), { minLength: 1, maxLength: 12 }),
          copies: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 20 }),
          picks: fc.array(fc.nat(39), { minLength: 12, maxLength: 12 }),
        }),
      ),
      async ({ d, y: rows, p: predictions, copies, picks }) => {
        const N = rows.length;
        for (const [from, to] of copies) rows[to % N] = [...rows[from % N]];
        const y = Float32Array.from(rows.flat());
        const p = Float32Array.from(predictions.flat());
        const own = predictions.map((_, i) => picks[i] % N);
        t.deepEqual(await nearestRanks(p, y, d, { own }), bruteForce(p, y, d, own));
      },
    ),
    { numRuns: 300 },
  );
});

test("points on a sphere around the prediction tie to the last bit", async (t) => {
  // Permutations of one vector's coordinates around the origin: equal in exact arithmetic.
  const source = testSource(5);
  const [N, d] = [600, 24];
  const one = source(d);
  const y = new Float32Array(N * d);
  for (let j = 0; j < N; j++) for (let k = 0; k < d; k++) y[j * d + k] = one[(k * 5 + j * 7) % d];
  const p = new Float32Array(N * d);
  t.deepEqual(await nearestRanks(p, y, d), bruteForce(p, y, d));
});

test("ranks below a cap are exact, others are at least the cap", async (t) => {
  const source = testSource(6);
  const [N, d] = [2600, 3];
  const y = source(N * d);
  const noise = source(N * d);
  noise[7 * d] = Number.NaN;
  // Some near, some far, so that predictions are settled in every block.
  const p = Float32Array.from(y, (value, i) => value + noise[i] * (i % 7 < 3 ? 0.02 : 1));
  const exact = bruteForce(p, y, d);
  exact[7] = N;
  for (const atMost of [1, 4, 50]) {
    const ranks = await nearestRanks(p, y, d, { atMost });
    t.true(
      ranks.every((rank, i) => (exact[i] < atMost ? rank === exact[i] : rank >= atMost && rank <= exact[i])),
    );
  }
  t.deepEqual(await nearestRanks(p, y, d), exact);
});

test("numbers whose squares leave float32 are decided in float64", async (t) => {
  const y = Float32Array.of(1e30, 2e30, -1e38, 1e-30, 2e-30, 1e-45, 3e19, 1e19, 5e18);
  const p = Float32Array.of(1.4e30, 1.6e30, 1e38, 1.4e-30, 1.6e-30, 0, 2e19, 1.9e19, 6e18);
  t.deepEqual(await nearestRanks(p, y, 1), bruteForce(p, y, 1));
  t.deepEqual(await nearestRanks(p, y, 3), bruteForce(p, y, 3));
});

test("perfect predictions rank 0, copies or not; what is not finite ranks last", async (t) => {
  const y = testSource(8)(400);
  y.copyWithin(40, 0, 20);
  t.true((await nearestRanks(y, y, 4)).every((rank) => rank === 0));
  const p = y.slice();
  p[5] = Number.NaN;
  p[9] = Number.POSITIVE_INFINITY;
  const ranks = await nearestRanks(p, y, 4);
  t.deepEqual([...ranks.subarray(0, 4)], [0, 100, 100, 0]);
});

test("progress grows to 1 and an abort stops the work", async (t) => {
  const source = testSource(2);
  const y = source(6000 * 2);
  const shares: number[] = [];
  await nearestRanks(y, y, 2, { onProgress: (share) => void shares.push(share) });
  t.is(shares.at(-1), 1);
  t.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  const controller = new AbortController();
  const error = await t.throwsAsync(
    nearestRanks(y, y, 2, { signal: controller.signal, onProgress: () => controller.abort() }),
    { instanceOf: PlateauError },
  );
  t.is((error as PlateauError).code, "aborted");
});

test("sizes that do not fit are refused", async (t) => {
  const four = new Float32Array(4);
  const refused = (message: RegExp, call: () => Promise<unknown>) =>
    t.throwsAsync(call, { instanceOf: PlateauError, message });
  await refused(/4 predicted numbers are no vectors of 3/, () => nearestRanks(four, four, 3));
  await refused(/2 predicted vectors have only 1/, () => nearestRanks(four, four.subarray(2), 2));
  await refused(/own\[1\] is 2/, () => nearestRanks(four, four, 2, { own: [0, 2] }));
  t.is((await nearestRanks(four.subarray(4), four, 2)).length, 0);
});
