import test from "ava";
import fc from "fast-check";
import { nearestRows } from "../../../src/analysis/competitors/k-nearest.js";
import { PlateauError } from "../../../src/errors.js";
import { squaredDistance } from "../../kernels/nearest.js";
import { testSource } from "../../kernels/run.js";

function bruteForce(queries: Float32Array, known: Float32Array, d: number, k: number): Int32Array {
  const N = known.length / d;
  return Int32Array.from(
    Array.from({ length: queries.length / d }, (_, i) =>
      Array.from({ length: N }, (_, j) => ({ j, distance: squaredDistance(queries, i, known, j, d) }))
        .sort((a, b) => a.distance - b.distance || a.j - b.j)
        .slice(0, k)
        .map(({ j }) => j),
    ).flat(),
  );
}

test("rows are the brute-force float64 ones, over more than one block", async (t) => {
  const source = testSource(3);
  for (const [M, N, d, k] of [
    [300, 2300, 3, 5],
    [150, 1100, 17, 32],
    [140, 1500, 1, 4],
    [20, 1030, 200, 1],
  ]) {
    const known = source(N * d);
    const queries = source(M * d);
    t.deepEqual(await nearestRows(queries, known, d, k), bruteForce(queries, known, d, k));
  }
});

/** Few distinct numbers, neighbours in the last bit, offsets that eat the differences, sizes that overflow. */
const coordinate = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, 1 + 2 ** -23, 1 - 2 ** -24, 1e30, -3e38, 1e-30),
  fc.nat(3).map((ulps) => 1000 + ulps * 2 ** -14),
  fc.float({ noNaN: true, min: -2, max: 2 }),
);

test("near-ties, copies and huge numbers are decided as in float64, the lower row first", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }).chain((d) =>
        fc.record({
          d: fc.constant(d),
          known: fc.array(fc.array(coordinate, { minLength: d, maxLength: d }), {
            minLength: 5,
            maxLength: 40,
          }),
          queries: fc.array(fc.array(coordinate, { minLength: d, maxLength: d }), {
            minLength: 1,
            maxLength: 8,
          }),
          k: fc.integer({ min: 1, max: 5 }),
        }),
      ),
      async ({ d, known, queries, k }) => {
        const y = Float32Array.from([...known, known[0]].flat());
        const p = Float32Array.from(queries.flat());
        t.deepEqual(await nearestRows(p, y, d, k), bruteForce(p, y, d, k));
      },
    ),
    { numRuns: 200 },
  );
});

test("what cannot be is refused, an abort is heard", async (t) => {
  const four = new Float32Array(4);
  await t.throwsAsync(nearestRows(four, four, 2, 3), {
    instanceOf: PlateauError,
    message: /no 3 nearest of 2/,
  });
  await t.throwsAsync(nearestRows(four, four, 3, 1), { instanceOf: PlateauError });
  await t.throwsAsync(nearestRows(four, four, 2, 1, { signal: AbortSignal.abort() }), { message: /aborted/ });
});
