import test from "ava";
import { curveClasses, type FailureRateResult, failureRate } from "../../src/analysis/failure-curve.js";
import type { Subject } from "../../src/analysis/measure.js";
import { regressionFailureRate } from "../../src/analysis/metrics/failure-rate.js";
import { matched } from "../../src/analysis/metrics/matched.js";
import { clusteredShare, wilson } from "../../src/analysis/statistics/wilson.js";
import { PlateauError } from "../../src/errors.js";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import { box } from "../../src/targets/domain.js";
import { pointwise } from "../../src/targets/function.js";

const unit = { mode: "per-coordinate", low: 0, high: 1 } as const;
const first = pointwise({ name: "x", inputs: 2, value: ([x]) => x });
const second = pointwise({ name: "y", inputs: 2, value: ([, y]) => y });
const square = box([0, 0], [1, 1]);
const holds = (one: { low: number; high: number } | null, value: number) =>
  one !== null && one.low <= value && value <= one.high;

/** Two uniform numbers fall into the same of K cells, of which the outer two are half as wide. */
const same = (K: number) => (K - 1.5) / (K - 1) ** 2;

test("a uniformly wrong predictor fails as the closed form says, at every resolution and rank", async (t) => {
  const found = await failureRate.measure({ model: second, target: first, domain: square, centroids: unit });
  t.deepEqual(
    found.perCoordinate.points.map(({ classes }) => classes),
    [...curveClasses],
  );
  for (const { classes: K, model } of found.perCoordinate.points) {
    const exact = 1 - same(K);
    const deviation = Math.sqrt((exact * (1 - exact)) / 4096);
    t.true(Math.abs(model.value - exact) < 4 * deviation, `K = ${K}: ${model.value}, not ${exact}`);
    t.true(model.low < model.value && model.value < model.high);
  }
  const held = found.perCoordinate.points.filter(({ classes: K, model }) => holds(model, 1 - same(K)));
  t.true(held.length >= 17, `${held.length} of 20 intervals hold it`);
  // Its neighbour's rank is uniform on 0 … N−1.
  for (const k of [1, 2, 3, 4]) t.true(holds(found.study[k].model, 1 - k / 4096));
  t.is(found.perCoordinate.resolvedClasses, 2);
});

test("one number a vector: the diagonal's curve is that per coordinate", async (t) => {
  const { diagonal, perCoordinate } = await failureRate.measure({
    model: second,
    target: first,
    domain: square,
  });
  t.deepEqual(diagonal.points, perCoordinate.points);
  // Without centroids they span the true outputs.
  t.true(diagonal.low >= 0 && diagonal.low < 0.01 && diagonal.high <= 1 && diagonal.high > 0.99);
});

test("baselines: a constant is right in its own cell, least squares solves what is linear", async (t) => {
  const found = await failureRate.measure({ model: second, target: first, domain: square, centroids: unit });
  t.is(found.fitted!.source, "domain");
  for (const { classes: K, mean, majority, leastSquares } of found.perCoordinate.points) {
    // The mean is ½ (to a percent): a middle cell of width 1/(K−1) where K is odd or small.
    if (K % 2) t.true(Math.abs(mean!.value - (1 - 1 / (K - 1))) < 0.04, `K = ${K}`);
    t.true(Math.abs(majority!.value - (1 - (K > 2 ? 1 / (K - 1) : 0.5))) < 0.04, `K = ${K}`);
    // What float32 rounds off puts a number in the next cell only at a border.
    t.true(leastSquares!.value < 0.005, `K = ${K}: ${leastSquares!.value}`);
  }
  t.is(found.study[1].leastSquares!.value < 0.01, true);
  t.true(found.study[1].mean!.value > 0.999);
});

test("a shift by a share of a cell fails that share", async (t) => {
  // Numbers 1/64 apart, off the borders, over two whole cells of K = 5.
  const x = Float32Array.from({ length: 64 }, (_, i) => -0.75 + (i + 0.5) / 64);
  const test = { x, y: x, count: 64 };
  const model = pointwise({ name: "x + 1/8", inputs: 1, value: ([v]) => v + 0.125 });
  const subject: Subject = {
    model,
    domain: box([-1], [1]),
    test,
    centroids: { mode: "diagonal", low: -1, high: 1 },
  };
  const found = await failureRate.measure(subject, { classes: [5, 9] });
  t.is(found.source, "test data");
  t.deepEqual(
    found.perCoordinate.points.map(({ model }) => model.value),
    [0.25, 0.5],
  );
  t.is(found.perCoordinate.resolvedClasses, 9);
  t.is(found.fitted, null);
  t.is(found.study[1].leastSquares, null);
});

test("tokens: vectors are ranked and quantised as the plain functions do, NaN fails", async (t) => {
  const draw = (name: string, count: number) => Float32Array.from(uniform64(streamKey(1, name), 0, count));
  const x = draw("x", 600);
  const y = draw("y", 600);
  const model = pointwise({
    name: "rough",
    inputs: 6,
    outputs: 6,
    value: (v) => v.map((value, k) => (v[0] < 0.1 ? Number.NaN : 0.9 * value + 0.01 * k)),
  });
  const subject: Subject = {
    model,
    domain: box(new Array(6).fill(0), new Array(6).fill(1)),
    tokens: { inputs: 2, outputs: 2 },
    test: { x, y, count: 100 },
    train: { x: draw("train", 1200), y: draw("train y", 1200), count: 200 },
    centroids: unit,
  };
  const found = await failureRate.measure(subject, { classes: [2, 7] });
  t.is(found.vectors, 200);
  t.is(found.diagonal.labels, 200);
  t.is(found.perCoordinate.labels, 600);
  t.deepEqual(found.fitted, { source: "training data", rows: 200 });
  const predicted = Float32Array.from(model.evaluate(Float64Array.from(x), 100));
  const study = await regressionFailureRate(predicted, y, 3);
  for (const k of [1, 2, 3, 4]) t.is(found.study[k].model.value, study.failureRate[k]);
  for (const [curve, mode] of [
    [found.diagonal, "diagonal"] as const,
    [found.perCoordinate, "per-coordinate"] as const,
  ]) {
    const plain = matched(predicted, y, 3, { ...unit, mode }, [2, 7]);
    for (const { classes, model: rate } of curve.points) {
      t.true(Math.abs(rate.value - plain.failureRate[classes]) < 1e-12);
    }
  }
});

test("Wilson's interval: closed form at 0, known values, mirrored at 1", (t) => {
  const z2 = 1.959963984540054 ** 2;
  t.deepEqual(wilson(0, 10), { low: 0, high: z2 / (10 + z2) });
  t.true(Math.abs(wilson(1, 10).low - 10 / (10 + z2)) < 1e-15);
  t.is(wilson(1, 10).high, 1);
  // 81 of 263 (Newcombe 1998, table I): 0.2553 to 0.3662.
  const { low, high } = wilson(81 / 263, 263);
  t.is(low.toFixed(4), "0.2553");
  t.is(high.toFixed(4), "0.3662");
});

test("labels that fail together count once, independent ones by themselves", (t) => {
  const coin = uniform64(streamKey(3, "coins"), 0, 4000);
  const together = clusteredShare(
    Array.from({ length: 400 }, (_, i) => (coin[i] < 0.3 ? 10 : 0)),
    10,
  );
  const { value, ...interval } = together;
  const single = wilson(value, 400);
  t.true(Math.abs(interval.low - single.low) < 1e-12 && Math.abs(interval.high - single.high) < 1e-12);
  const apart = clusteredShare(
    Array.from({ length: 400 }, (_, i) => coin.subarray(10 * i, 10 * i + 10).filter((c) => c < 0.3).length),
    10,
  );
  const all = wilson(apart.value, 4000);
  t.true(Math.abs((apart.high - apart.low) / (all.high - all.low) - 1) < 0.1);
  // Nothing failed: no more certain than the samples make it.
  t.deepEqual(clusteredShare([0, 0, 0, 0], 50), { value: 0, ...wilson(0, 4) });
});

test("same seed, same result; JSON keeps it; the sentence carries the numbers", async (t) => {
  const run = (seed: number): Promise<FailureRateResult> =>
    failureRate.measure(
      { model: second, target: first, domain: square },
      { seed, samples: 200, classes: [2, 256] },
    );
  const one = await run(4);
  t.deepEqual(await run(4), one);
  t.notDeepEqual(await run(5), one);
  t.deepEqual(JSON.parse(JSON.stringify(one)), one);
  t.regex(
    failureRate.describe(one),
    /^For [\d.]+% \(95% interval [\d.]+% to [\d.]+%\) of 200 outputs another .* \(the mean predictor's: [\d.]+%\); at matched resolution .* of 256\.$/,
  );
});

test("what makes no sense is refused, and an abort is heard", async (t) => {
  const subject: Subject = { model: second, target: first, domain: square };
  const usage = (message: RegExp) => ({ instanceOf: PlateauError, code: "usage", message });
  await t.throwsAsync(failureRate.measure(subject, { classes: [1] }), usage(/classes\.0 is 1/));
  await t.throwsAsync(failureRate.measure(subject, { classes: [] }), usage(/classes/));
  await t.throwsAsync(
    failureRate.measure({ ...subject, tokens: { inputs: 1, outputs: 2 } }),
    usage(/1 output numbers are no 2 tokens/),
  );
  const lost = pointwise({ name: "1/0", inputs: 2, value: () => Number.POSITIVE_INFINITY });
  await t.throwsAsync(failureRate.measure({ ...subject, target: lost }), usage(/not finite/));
  await t.throwsAsync(failureRate.measure(subject, { signal: AbortSignal.abort() }), { code: "aborted" });
});
