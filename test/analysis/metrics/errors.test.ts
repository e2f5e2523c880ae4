import test from "ava";
import { errors } from "../../../src/analysis/metrics/errors.js";
import { PlateauError } from "../../../src/errors.js";

test("a perfect prediction has no error", (t) => {
  const y = Float32Array.of(1, 2, 3, 5, -1, 0);
  t.deepEqual(errors(y, y, 2), { samples: 3, coordinates: 2, rmse: 0, mae: 0, relativeL2: 0, r2: 1, sup: 0 });
});

test("known differences give known errors", (t) => {
  const truth = Float32Array.of(0, 10, 2, 10, 4, 10);
  const predicted = Float32Array.of(1, 10, 2, 13, 4, 10);
  const found = errors(predicted, truth, 2);
  t.is(found.rmse, Math.sqrt(10 / 6));
  t.is(found.mae, 4 / 6);
  t.is(found.sup, 3);
  t.is(found.relativeL2, Math.sqrt(10 / 320));
  // Means (2, 10): the spread is 4 + 4 in the first coordinate, 0 in the second.
  t.is(found.r2, 1 - 10 / 8);
});

test("the mean of each coordinate has R² 0, one mean for all has less", (t) => {
  const truth = Float32Array.of(0, 10, 2, 12, 4, 14);
  t.is(errors(Float32Array.of(2, 12, 2, 12, 2, 12), truth, 2).r2, 0);
  t.true(errors(new Float32Array(6).fill(7), truth, 2).r2 < 0);
});

test("what is undefined is NaN, and a NaN prediction is not hidden", (t) => {
  const constant = errors(Float32Array.of(1, 1), Float32Array.of(0, 0), 1);
  t.is(constant.relativeL2, Number.NaN);
  t.is(constant.r2, Number.NaN);
  const lost = errors(Float32Array.of(1, Number.NaN, 1), Float32Array.of(0, 1, 2), 1);
  for (const key of ["rmse", "mae", "relativeL2", "r2", "sup"] as const) t.is(lost[key], Number.NaN);
});

test("shapes that do not fit are refused", (t) => {
  t.throws(() => errors([1], [1, 2], 1), { instanceOf: PlateauError, message: /1 predicted numbers for 2/ });
  t.throws(() => errors([1, 2], [1, 2], 3), { instanceOf: PlateauError, message: /no samples of 3/ });
  t.throws(() => errors([], [], 1), { instanceOf: PlateauError });
});
