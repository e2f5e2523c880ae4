import test from "ava";
import fc from "fast-check";
import { singularValues, spectralNorm } from "../../../src/analysis/lipschitz/singular-values.js";
import { spectralNormBound } from "../../../src/analysis/lipschitz/spectral-bound.js";
import { testSource } from "../../kernels/run.js";

/** (I − 2uuᵀ)·diag(values)·(I − 2vvᵀ), [rows, columns], with unit vectors from a seed. */
function known(values: readonly number[], rows: number, columns: number, seed: number): Float64Array {
  const unit = (n: number, from: number) => {
    const x = Float64Array.from(testSource(from)(n, -1, 1));
    const norm = Math.hypot(...x);
    return x.map((one) => one / norm);
  };
  const u = unit(rows, seed);
  const v = unit(columns, seed + 1);
  const A = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (const [k, value] of values.entries()) {
        const left = (i === k ? 1 : 0) - 2 * u[i] * u[k];
        const right = (j === k ? 1 : 0) - 2 * v[j] * v[k];
        A[i * columns + j] += left * value * right;
      }
    }
  }
  return A;
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 12 }),
  columns: fc.integer({ min: 1, max: 12 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
  exponents: fc.array(fc.integer({ min: -12, max: 3 }), { minLength: 12, maxLength: 12 }),
});

test("known singular values, over 15 orders of magnitude, are found within 1e-14 of the largest", (t) => {
  fc.assert(
    fc.property(shapes, ({ rows, columns, seed, exponents }) => {
      const values = exponents.slice(0, Math.min(rows, columns)).map((e, i) => (1 + i / 16) * 10 ** e);
      const A = known(values, rows, columns, seed);
      const expected = values.slice().sort((a, b) => b - a);
      const found = singularValues(A, rows, columns);
      const limit = 1e-14 * expected[0];
      return (
        found.length === expected.length &&
        found.every((value, i) => Math.abs(value - expected[i]) <= limit) &&
        Math.abs(spectralNorm(A, rows, columns) - expected[0]) <= limit
      );
    }),
    { numRuns: 200, seed: 1 },
  );
  t.pass();
});

test("repeated values, zeros, one number, sizes near float64's ends", (t) => {
  t.deepEqual([...singularValues(new Float64Array(6), 2, 3)], [0, 0]);
  t.true(Math.abs(singularValues([-3], 1, 1)[0] - 3) < 1e-15);
  const identity = singularValues([1, 0, 0, 0, 1, 0, 0, 0, 1], 3, 3);
  t.true(identity.every((value) => Math.abs(value - 1) < 1e-15));
  const ones = singularValues(new Float64Array(12).fill(1), 3, 4);
  t.true(Math.abs(ones[0] - Math.sqrt(12)) < 1e-14 && ones[1] < 1e-14 && ones[2] < 1e-14);
  for (const size of [1e-300, 1e300]) {
    const [large, small] = singularValues([3 * size, 0, 0, 4 * size], 2, 2);
    t.true(Math.abs(large / size - 4) < 1e-14 && Math.abs(small / size - 3) < 1e-14);
  }
  t.true(singularValues([1, Number.NaN], 1, 2).every(Number.isNaN));
});

test("the bound of the spectral norm is never below it and at most 1.000002 times it", (t) => {
  fc.assert(
    fc.property(shapes, ({ rows, columns, seed }) => {
      const A = testSource(seed)(rows * columns, -2, 2);
      const ratio = spectralNormBound(A, rows, columns) / spectralNorm(A, rows, columns);
      return ratio >= 1 && ratio <= 1.000002;
    }),
    { numRuns: 200, seed: 1 },
  );
  // The worst case of the method: all singular values equal.
  const n = 200;
  const I = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 3 : 0));
  const bound = spectralNormBound(I, n, n);
  t.true(bound >= 3 && bound < 3.000006);
  t.is(spectralNormBound(new Float64Array(6), 2, 3), 0);
});
