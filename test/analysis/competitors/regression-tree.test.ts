import test from "ava";
import fc from "fast-check";
import { predictTree, regressionTree } from "../../../src/analysis/competitors/regression-tree.js";
import { PlateauError } from "../../../src/errors.js";
import { testSource } from "../../kernels/run.js";

const squaredError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

test("a staircase of K pieces is reproduced exactly by K leaves, and not by fewer", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -8, max: 8 })), {
        minLength: 2,
        maxLength: 20,
      }),
      async (pieces) => {
        const levels = pieces.filter(([, level], i) => i === 0 || level !== pieces[i - 1][1]);
        const y = Float32Array.from(levels.flatMap(([length, level]) => Array(length).fill(level)));
        const count = y.length;
        // In an order that is not sorted.
        const step = [7, 11, 13, 17, 19, 23].find((prime) => count % prime !== 0)!;
        const order = Array.from({ length: count }, (_, i) => (i * step) % count);
        const x = Float32Array.from(order, (place) => place / count);
        const shuffled = Float32Array.from(order, (place) => y[place]);
        const tree = await regressionTree({ x, y: shuffled, count }, 1000);
        t.is(tree.leaves, levels.length);
        t.true(squaredError(predictTree(tree, x), shuffled) < 1e-20);
        if (levels.length > 1) {
          const smaller = await regressionTree({ x, y: shuffled, count }, levels.length - 1);
          t.is(smaller.leaves, levels.length - 1);
          t.true(squaredError(predictTree(smaller, x), shuffled) > 0.1);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("one leaf is the mean; as many leaves as rows reproduce the data", async (t) => {
  const source = testSource(4);
  const [count, p, q] = [200, 3, 2];
  const data = { x: source(count * p), y: source(count * q), count };
  const one = predictTree(await regressionTree(data, 1), data.x);
  for (const j of [0, 1]) {
    const mean = data.y.filter((_, i) => i % q === j).reduce((a, b) => a + b, 0) / count;
    t.true(Math.abs(one[j] - mean) < 1e-7);
  }
  const all = await regressionTree(data, count);
  t.is(all.leaves, count);
  t.true(squaredError(predictTree(all, data.x), data.y) < 1e-20);
});

test("every split is the best there is: two leaves are those of an exhaustive search", async (t) => {
  const source = testSource(9);
  for (let round = 0; round < 20; round++) {
    const [count, p, q] = [30, 2, 2];
    const x = source(count * p).map((value) => Math.fround(Math.round(value * 8) / 8));
    const y = source(count * q);
    const found = squaredError(predictTree(await regressionTree({ x, y, count }, 2), x), y);
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < p; k++) {
      for (let i = 0; i < count; i++) {
        const groups = [0, 1].map((side) =>
          Array.from({ length: count }, (_, r) => r).filter(
            (r) => Number(x[r * p + k] < x[i * p + k]) === side,
          ),
        );
        if (groups.some((rows) => rows.length === 0)) continue;
        let error = 0;
        for (const rows of groups) {
          for (let j = 0; j < q; j++) {
            const mean = rows.reduce((sum, r) => sum + y[r * q + j], 0) / rows.length;
            error += rows.reduce((sum, r) => sum + (y[r * q + j] - mean) ** 2, 0);
          }
        }
        best = Math.min(best, error);
      }
    }
    t.true(Math.abs(found - best) < 1e-9 * best, `${found} ${best}`);
  }
});

test("more leaves never fit worse; a box in the plane is found with three of them", async (t) => {
  const source = testSource(6);
  const count = 1000;
  const x = source(count * 2);
  const y = Float32Array.from({ length: count }, (_, i) => (x[2 * i] > 0.2 && x[2 * i + 1] < -0.1 ? 3 : 1));
  let last = Number.POSITIVE_INFINITY;
  for (const K of [1, 2, 3, 8]) {
    const error = squaredError(predictTree(await regressionTree({ x, y, count }, K), x), y);
    t.true(error <= last);
    last = error;
  }
  t.is(last, 0);
  t.is((await regressionTree({ x, y, count }, 8)).leaves, 3);
});

test("inputs that never vary are not split; no rows are refused; an abort is heard", async (t) => {
  const x = new Float32Array(8);
  const y = Float32Array.from({ length: 8 }, (_, i) => i);
  t.is((await regressionTree({ x, y, count: 8 }, 4)).leaves, 1);
  await t.throwsAsync(regressionTree({ x, y, count: 0 }, 4), { instanceOf: PlateauError });
  await t.throwsAsync(regressionTree({ x, y, count: 8 }, 4, { signal: AbortSignal.abort() }), {
    message: /aborted/,
  });
});
