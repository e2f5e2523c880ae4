import test from "ava";
import { matched } from "../../../src/analysis/metrics/matched.js";
import { PlateauError } from "../../../src/errors.js";
import { testSource } from "../../kernels/run.js";

const centroids = { mode: "per-coordinate", low: -1, high: 1 } as const;

test("a perfect prediction fails at no resolution", (t) => {
  const y = testSource(1)(400);
  for (const mode of ["diagonal", "per-coordinate"] as const) {
    t.deepEqual(matched(y, y, 4, { ...centroids, mode }), {
      mode,
      low: -1,
      high: 1,
      samples: mode === "diagonal" ? 100 : 400,
      failureRate: { 5: 0, 10: 0, 15: 0, 20: 0 },
    });
  }
});

test("a shift by a quarter of a cell fails a quarter of evenly spread numbers", (t) => {
  // K = 5: cells half wide. Numbers 1/64 apart, off the borders, over two whole cells.
  const y = Float32Array.from({ length: 64 }, (_, i) => -0.75 + (i + 0.5) / 64);
  const predicted = y.map((value) => value + 0.125);
  t.is(matched(predicted, y, 1, centroids, [5]).failureRate[5], 0.25);
  t.is(matched(predicted, y, 1, { ...centroids, mode: "diagonal" }, [5]).failureRate[5], 0.25);
});

test("on the diagonal only the mean of a vector counts", (t) => {
  const truth = Float32Array.of(1, -1, 0.5, 0.5);
  const predicted = Float32Array.of(-0.1, 0.1, 1, 0);
  t.is(matched(predicted, truth, 2, { ...centroids, mode: "diagonal" }, [5]).failureRate[5], 0);
  t.is(matched(predicted, truth, 2, centroids, [5]).failureRate[5], 1);
});

test("predictions that are not finite fail; true outputs that are not are refused", (t) => {
  const y = Float32Array.of(0, 0);
  t.is(matched(Float32Array.of(Number.NaN, 0), y, 1, centroids, [5]).failureRate[5], 0.5);
  t.throws(() => matched(y, Float32Array.of(Number.NaN, 0), 1, centroids), { instanceOf: PlateauError });
});
