import test from "ava";
import fc from "fast-check";
import { type Judged, verdict } from "../../src/experiments/verdict.js";

/** A regression whose RMSE is 1, and that of least squares. */
const judged = (linear: number): Judged =>
  ({
    mode: "regression",
    test: { r2: 0.985, rmse: 1, matched: { "5": 0.2 } },
    baselines: { majority: { matched: { "5": 0.7 } }, leastSquares: { rmse: linear, r2: 0.5 } },
  }) as unknown as Judged;

const last = (linear: number) => verdict(judged(linear)).split("; ").at(-1);

test("how least squares compares is said in words that hold, near 1 too", (t) => {
  t.is(last(62.3), "least squares has 62 times its RMSE");
  t.is(last(1.26), "least squares has 1.3 times its RMSE");
  t.is(last(1.049), "least squares has an RMSE 4.9% above its own");
  t.is(last(1.0006), "least squares has an RMSE 0.1% above its own");
  t.is(last(1.0001), "least squares has practically its RMSE");
  t.is(last(0.9), "least squares is better (RMSE 0.900 against 1.00)");
});

test("no factor is said to be 1", (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 3, minExcluded: true, noNaN: true }), (factor) => {
      t.notRegex(last(factor)!, /(?<![.\d])1 times|\b0\.0%/);
    }),
  );
});

const whole = (test: object, leastSquares: object) => {
  const { baselines, ...rest } = judged(1);
  const beside = { ...baselines, leastSquares };
  return verdict({ ...rest, test: { ...rest.test, ...test }, baselines: beside } as unknown as Judged);
};

test("what is no finite number is never better", (t) => {
  const end = (rmse: number, linear: number) =>
    whole({ rmse }, { rmse: linear, r2: Number.NaN }).split("; ").at(-1);
  t.is(end(5.62e37, Number.NaN), "least squares is worse: its RMSE is NaN");
  t.is(end(1, Number.POSITIVE_INFINITY), "least squares is worse: its RMSE is Infinity");
  t.is(end(Number.NaN, Number.NaN), "least squares is no better: its RMSE is NaN");
  t.is(end(Number.NaN, 1), "least squares is better (RMSE 1.00 against NaN)");
  t.is(end(0, 0), "least squares is as good (RMSE 0.00)");
  t.regex(
    whole({ rmse: Number.NaN, r2: Number.NaN }, { rmse: 1, r2: 0.5 }),
    /^no better than a constant \(its RMSE is NaN\);/,
  );
});

test("a constant target has no R²", (t) => {
  t.regex(
    whole({ rmse: 0.25, r2: Number.NaN }, { rmse: 0, r2: Number.NaN }),
    /^the target is constant on the test rows, where there is no R² \(RMSE 0\.250\); .*; least squares is better \(RMSE 0\.00 against 0\.250\)$/,
  );
});
