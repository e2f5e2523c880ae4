import test from "ava";
import {
  baselineRows,
  classificationBaselines,
  fitBaselines,
  matchedQuantisations,
  regressionBaselines,
} from "../../../src/analysis/metrics/baselines.js";
import { cholesky, choleskySolve } from "../../../src/analysis/metrics/cholesky.js";
import { leastSquares, predictLinear } from "../../../src/analysis/metrics/least-squares.js";
import { constantRanks, nearestRanks } from "../../../src/analysis/metrics/nearest-ranks.js";
import { PlateauError } from "../../../src/errors.js";
import { soundQuantisation, studyQuantisation } from "../../../src/targets/quantisation.js";
import { findTarget } from "../../../src/targets/registry.js";
import { testSource } from "../../kernels/run.js";

const rowsOf = (x: Float32Array, y: Float32Array, p: number, q: number) => ({
  count: x.length / p,
  read: (start: number, rows: number) => ({
    x: x.subarray(start * p, (start + rows) * p),
    y: y.subarray(start * q, (start + rows) * q),
  }),
});

/** y = x·A + b for a fixed A and b. */
function linear(x: Float32Array, p: number, q: number): Float32Array<ArrayBuffer> {
  const A = testSource(11)(p * q);
  return Float32Array.from({ length: (x.length / p) * q }, (_, at) => {
    const row = Math.floor(at / q);
    let sum = 3 + (at % q);
    for (let i = 0; i < p; i++) sum += x[row * p + i] * A[i * q + (at % q)];
    return sum;
  });
}

test("Cholesky solves a system whose solution is known", async (t) => {
  const [p, q] = [23, 3];
  const F = testSource(2)(p * p);
  const A = new Float64Array(p * p);
  for (let i = 0; i < p; i++)
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) A[i * p + j] += F[i * p + k] * F[j * p + k];
      if (i === j) A[i * p + j] += 1;
    }
  const X = Float64Array.from(testSource(3)(p * q));
  const B = new Float64Array(p * q);
  for (let i = 0; i < p; i++)
    for (let j = 0; j < q; j++) for (let k = 0; k < p; k++) B[i * q + j] += A[i * p + k] * X[k * q + j];
  const pace = () => undefined;
  await choleskySolve((await cholesky(A, p, pace))!, B, p, q, pace);
  t.true(B.every((value, i) => Math.abs(value - X[i]) < 1e-11));
  t.is(await cholesky(Float64Array.of(1, 0, 2, 1), 2, pace), null);
});

test("least squares is exact on a linear target, over several blocks and panels", async (t) => {
  for (const [N, p, q] of [
    [600, 5, 2],
    [1300, 150, 3],
    [40, 1, 1],
  ]) {
    const x = testSource(5)(N * p).map((value) => value + 100);
    const y = linear(x, p, q);
    const fit = await leastSquares(rowsOf(x, y, p, q), p, q);
    const predicted = predictLinear(fit, x);
    const worst = predicted.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0);
    const scale = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    t.true(worst < 1e-6 * scale, `${N}×${p}: ${worst} of ${scale}`);
    t.is(fit.ridge, 1e-7);
  }
});

test("least squares of a parabola is the known line", async (t) => {
  // On evenly spaced x in [−1, 1], x² has slope 0 and its mean as intercept; x² + x has slope 1.
  const N = 2001;
  const x = Float32Array.from({ length: N }, (_, i) => (i - 1000) / 1000);
  const y = x.map((value) => value * value + value);
  const mean = x.reduce((sum, value) => sum + value * value, 0) / N;
  const fit = await leastSquares(rowsOf(x, y, 1, 1), 1, 1);
  t.true(Math.abs(fit.weights[0] - 1) < 1e-6);
  t.true(Math.abs(predictLinear(fit, Float32Array.of(0))[0] - mean) < 1e-6);
  t.true(Math.abs(fit.mean[0] - mean) < 1e-6);
});

test("collinear, constant and too many inputs leave least squares finite and its fit right", async (t) => {
  const N = 500;
  const base = testSource(6)(N);
  const x = Float32Array.from(
    { length: N * 4 },
    (_, i) => [1, 2, -1, 0][i % 4] * base[i >> 2] + (i % 4 === 3 ? 7 : 0),
  );
  const y = base.map((value) => 3 * value + 1);
  const predicted = predictLinear(await leastSquares(rowsOf(x, y, 4, 1), 4, 1), x);
  t.true(predicted.every((value, i) => Math.abs(value - y[i]) < 1e-5));
  const constant = await leastSquares(
    rowsOf(new Float32Array(6).fill(2), Float32Array.of(1, 2, 3), 2, 1),
    2,
    1,
  );
  t.deepEqual([...predictLinear(constant, Float32Array.of(2, 2))], [2]);
  const wide = testSource(7)(3 * 10);
  const few = await leastSquares(rowsOf(wide, Float32Array.of(1, 2, 4), 10, 1), 10, 1);
  predictLinear(few, wide).forEach((value, i) => {
    t.true(Math.abs(value - [1, 2, 4][i]) < 1e-4);
  });
});

test("no rows, or rows that are not finite, are refused", async (t) => {
  const none = new Float32Array(0);
  await t.throwsAsync(() => leastSquares(rowsOf(none, none, 2, 1), 2, 1), { instanceOf: PlateauError });
  const x = Float32Array.of(1, Number.NaN);
  for (const [inputs, outputs] of [
    [x, Float32Array.of(1, 2)],
    [Float32Array.of(1, 2), x],
    [Float32Array.of(1e30, 2), Float32Array.of(1, 2)],
  ]) {
    const call = () => leastSquares(rowsOf(inputs, outputs, 1, 1), 1, 1);
    await t.throwsAsync(call, { instanceOf: PlateauError, message: /not finite/ });
  }
});

test("the ranks of a constant prediction are those of the search", async (t) => {
  const source = testSource(9);
  const [N, d] = [700, 3];
  const y = source(N * d);
  y.copyWithin(30, 0, 60);
  const p = source(d);
  const own = Array.from({ length: N }, (_, i) => i);
  const all = Float32Array.from({ length: N * d }, (_, i) => p[i % d]);
  t.deepEqual(constantRanks(p, y, d, own), await nearestRanks(all, y, d));
});

test("on a target: the mean has R² ≤ 0, least squares is better, majority is the most frequent class", async (t) => {
  const target = findTarget("m4n3");
  const dim = 4;
  const shape = { inputs: target.inputs, outputs: target.outputs, dim };
  const centroids = soundQuantisation(5, target.range);
  const study = studyQuantisation(10);
  const train = {
    count: 3000,
    read: (start: number, count: number) => target.sample("train", { start, count }, dim, 1),
  };
  const fitted = await fitBaselines(train, shape, [...matchedQuantisations(centroids), study]);
  const data = target.sample("test", { start: 0, count: 800 }, dim, 1);
  const found = await regressionBaselines(fitted, data, centroids);
  t.is(found.rows, 3000);
  t.true(found.mean.errors.r2 <= 0 && found.mean.errors.r2 > -0.02);
  t.true(found.leastSquares.errors.r2 > 0.9);
  t.true(found.leastSquares.failureRate.failureRate[1] < found.mean.failureRate.failureRate[1]);
  t.true(found.leastSquares.matched.failureRate[5] < found.majority.matched.failureRate[5]);
  // 800 samples, three constant predictions: each finds k vectors of the 2,400 at most.
  t.true(found.mean.failureRate.failureRate[4] >= 1 - 12 / 2400);
  t.is(found.mean.failureRate.samples, 2400);
  t.is(found.majority.matched.samples, 2400 * 4);

  const classes = classificationBaselines(fitted, data, study);
  t.is(classes.majority.samples, 2400);
  t.true(classes.leastSquares.failureRate[1] < classes.majority.failureRate[1]);
  t.true(classes.majority.failureRate[4] <= classes.majority.failureRate[1]);
  t.throws(() => classificationBaselines(fitted, data, studyQuantisation(7)), { instanceOf: PlateauError });
});

test("majority is counted at each place of an output by itself", async (t) => {
  // One input, two output tokens of one number: always −1 and always 1.
  const x = testSource(3)(300);
  const y = Float32Array.from({ length: 600 }, (_, i) => (i % 2 ? 1 : -1));
  const centroids = { mode: "diagonal", low: -1, high: 1 } as const;
  const quantisations = matchedQuantisations(centroids);
  const fitted = await fitBaselines(rowsOf(x, y, 1, 2), { inputs: 1, outputs: 2, dim: 1 }, quantisations);
  const { majority, mean, leastSquares: fit } = await regressionBaselines(fitted, { x, y }, centroids);
  t.deepEqual(majority.matched.failureRate, { 5: 0, 10: 0, 15: 0, 20: 0 });
  t.is(mean.errors.rmse, 0);
  t.true(fit.errors.sup < 1e-6);
});

test("the rows of a fit are bounded by its cost, not below 20 an input", (t) => {
  t.is(baselineRows(100_000, { inputs: 2, outputs: 1, dim: 4 }), 100_000);
  t.is(baselineRows(500, { inputs: 4, outputs: 3, dim: 256 }), 500);
  t.true(baselineRows(200_000, { inputs: 4, outputs: 3, dim: 256 }) >= 20 * 1024);
});

test("least squares solves m2n1, which is linear in its inputs", async (t) => {
  const target = findTarget("m2n1");
  const read = (start: number, count: number) => target.sample("train", { start, count }, 4, 1);
  const fit = await leastSquares({ count: 1000, read }, 8, 4);
  const { x, y } = target.sample("test", { start: 0, count: 200 }, 4, 1);
  predictLinear(fit, x).forEach((value, i) => {
    t.true(Math.abs(value - y[i]) < 1e-5);
  });
});

test("least squares of many inputs lets an abort in", async (t) => {
  const [N, p] = [4000, 300];
  const x = testSource(4)(N * p);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  await t.throwsAsync(leastSquares(rowsOf(x, x, p, p), p, p, controller.signal), {
    instanceOf: PlateauError,
    code: "aborted",
  });
});
