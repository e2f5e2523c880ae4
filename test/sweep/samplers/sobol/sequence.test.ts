import { readFileSync } from "node:fs";
import test from "ava";
import fc from "fast-check";
import { streamKey } from "../../../../src/random/keys.js";
import { uniform64 } from "../../../../src/random/uniform.js";
import { directionNumbers, SOBOL_DIMENSIONS } from "../../../../src/sweep/samplers/sobol/directions.js";
import { SobolSequence } from "../../../../src/sweep/samplers/sobol/sequence.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../../test/fixtures/sobol/scipy.json", import.meta.url), "utf8"),
) as { dimensions: number[]; runs: { from: number; points: number[][] }[] };
const scrambled = (dimensions: number, seed: number) =>
  new SobolSequence(dimensions, streamKey(seed, "test"));

test("unscrambled points are those of SciPy, in its order, from the first dimension to the last", (t) => {
  const sequence = new SobolSequence(SOBOL_DIMENSIONS);
  for (const { from, points } of fixture.runs) {
    for (const [k, point] of points.entries()) {
      const digits = sequence.digits(from + k);
      t.deepEqual(
        fixture.dimensions.map((d) => digits[d - 1]),
        point,
        `point ${from + k}`,
      );
    }
  }
});

test("the first points of two dimensions, as in the literature", (t) => {
  const sequence = new SobolSequence(2);
  t.deepEqual(
    Array.from({ length: 8 }, (_, n) => [...sequence.digits(n)].map((x) => x / 2 ** 32)),
    [
      [0, 0],
      [0.5, 0.5],
      [0.75, 0.25],
      [0.25, 0.75],
      [0.375, 0.375],
      [0.875, 0.875],
      [0.625, 0.125],
      [0.125, 0.625],
    ],
  );
});

test("direction numbers of every dimension are odd, start at the first digit and differ", (t) => {
  const seen = new Set<string>();
  for (let d = 0; d < SOBOL_DIMENSIONS; d++) {
    const v = directionNumbers(d);
    // v_k has its last digit at place k: the matrix is upper triangular with a unit diagonal.
    for (const [k, direction] of v.entries()) t.is(direction % 2 ** (32 - k), 2 ** (31 - k));
    seen.add(v.join());
  }
  t.is(seen.size, SOBOL_DIMENSIONS);
  t.throws(() => new SobolSequence(SOBOL_DIMENSIONS + 1), {
    code: "usage",
    message: /^Sobol: 257 dimensions/,
  });
});

/** How many of 2^m points from `start` lie in each of 2^(a+b) boxes of sides 2^−a and 2^−b. */
function boxes(points: readonly Uint32Array[], [i, a]: number[], [j, b]: number[]): Uint32Array {
  const counts = new Uint32Array(2 ** (a + b));
  for (const point of points) {
    counts[Math.floor(point[i] / 2 ** (32 - a)) * 2 ** b + Math.floor(point[j] / 2 ** (32 - b))]++;
  }
  return counts;
}
const block = (sequence: SobolSequence, start: number, m: number) =>
  Array.from({ length: 2 ** m }, (_, n) => sequence.digits(start + n));

test("scrambled, every coordinate alone is a (0, m, 1)-net, in all aligned blocks", (t) => {
  for (const seed of [1, 2]) {
    const sequence = scrambled(SOBOL_DIMENSIONS, seed);
    for (const [start, m] of [
      [0, 9],
      [512, 9],
      [2 ** 32 - 64, 6],
    ]) {
      const points = block(sequence, start, m);
      for (let d = 0; d < SOBOL_DIMENSIONS; d++) {
        const cells = new Set(points.map((point) => Math.floor(point[d] / 2 ** (32 - m))));
        if (cells.size !== 2 ** m) t.fail(`seed ${seed}, dimension ${d}, block ${start} + 2^${m}`);
      }
    }
  }
  t.pass();
});

test("scrambled, the first two coordinates are a (0, m, 2)-net: one point in every elementary interval", (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 9 }), fc.nat(1000), (seed, m, aligned) => {
      const points = block(scrambled(2, seed), aligned * 2 ** m, m);
      for (let a = 0; a <= m; a++) {
        t.true(boxes(points, [0, a], [1, m - a]).every((count) => count === 1));
      }
    }),
    { numRuns: 30 },
  );
});

test("scrambling keeps the number of points in every elementary interval, boxes permuted, of any pair", (t) => {
  const dimensions = [0, 1, 2, 5, 17, 63];
  const plain = block(new SobolSequence(64), 0, 8);
  const mixed = block(scrambled(64, 3), 0, 8);
  for (const i of dimensions) {
    for (const j of dimensions) {
      if (i === j) continue;
      for (let a = 1; a < 8; a++) {
        const counts = (points: Uint32Array[]) => [...boxes(points, [i, a], [j, 8 - a])].sort().join();
        t.is(counts(mixed), counts(plain));
      }
    }
  }
});

test("any point is found directly: the same as along the way", (t) => {
  const sequence = scrambled(5, 1);
  const before = sequence.digits(123_456);
  sequence.digits(7);
  t.deepEqual(scrambled(5, 1).digits(123_456), before);
  t.deepEqual(
    [...sequence.point(9)],
    [...sequence.digits(9)].map((x) => (x + 0.5) / 2 ** 32),
  );
});

test("seeds and dimensions have scrambles of their own; more dimensions change none of the first", (t) => {
  const first = (seed: number, d: number) =>
    Array.from({ length: 16 }, (_, n) => scrambled(8, seed).digits(n)[d]).join();
  const all = [1, 2, 3].flatMap((seed) => [0, 1, 7].map((d) => first(seed, d)));
  t.is(new Set(all).size, all.length);
  t.deepEqual(scrambled(8, 1).digits(11).slice(0, 3), scrambled(3, 1).digits(11));
});

/** ∏ (1 + (x_i − ½)/i²) has the mean 1; so has a smooth one with every interaction. */
const smooth = (u: ArrayLike<number>) =>
  Array.from(u).reduce((product, x, i) => product * (1 + (x - 0.5) / (i + 1) ** 2), 1);
const wavy = (u: ArrayLike<number>) =>
  Array.from(u).reduce((product, x) => product * 1.5 * (1 - (2 * x - 1) ** 2), 1);

const rootMeanSquare = (errors: number[]) =>
  Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
const mean = (n: number, f: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b) / n;

test("integrals of smooth functions: far more exact than random, and more so with more points", (t) => {
  const dimensions = 4;
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  for (const f of [smooth, wavy]) {
    const quasi = (n: number) =>
      rootMeanSquare(
        seeds.map((seed) => {
          const sequence = scrambled(dimensions, seed);
          return mean(n, (i) => f(sequence.point(i))) - 1;
        }),
      );
    const drawn = (n: number) =>
      rootMeanSquare(
        seeds.map((seed) => {
          const u = uniform64(streamKey(seed, "r"), 0, n * dimensions);
          return mean(n, (i) => f(u.subarray(dimensions * i, dimensions * (i + 1)))) - 1;
        }),
      );
    t.true(quasi(1024) < drawn(1024) / 10);
    // Owen 1997: O(n^−3/2) for scrambled nets, n^−1/2 for random draws: 16 times the points, 64 and 4.
    t.true(quasi(1024) < quasi(64) / 16);
  }
});

test("over seeds, every point alone is uniform: means over points are unbiased", (t) => {
  const seeds = 2000;
  for (const [n, d] of [
    [0, 0],
    [1, 1],
    [5, 9],
  ]) {
    const sixteenths = new Float64Array(16);
    let sum = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const u = scrambled(d + 1, seed).point(n)[d];
      sum += u;
      sixteenths[Math.floor(16 * u)]++;
    }
    const expected = seeds / 16;
    // χ² with 15 degrees of freedom: above 37.7 with probability 0.001.
    t.true(sixteenths.reduce((all, count) => all + (count - expected) ** 2 / expected, 0) < 37.7);
    t.true(Math.abs(sum / seeds - 0.5) < 4 / Math.sqrt(12 * seeds));
  }
});
