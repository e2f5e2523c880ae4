import test from "ava";
import fc from "fast-check";
import {
  classificationFailureRate,
  regressionFailureRate,
} from "../../../src/analysis/metrics/failure-rate.js";
import { PlateauError } from "../../../src/errors.js";
import { testSource } from "../../kernels/run.js";

test("regression: a perfect prediction never fails", async (t) => {
  const y = testSource(1)(300);
  t.deepEqual(await regressionFailureRate(y, y, 3), {
    samples: 100,
    failureRate: { 1: 0, 2: 0, 3: 0, 4: 0 },
  });
});

test("regression: predictions displaced along a line fail at the k they pass", async (t) => {
  // True vectors 0, 1, 2, … 99; each prediction lies 0.6, 1.1, 1.6 above its own: 1, 2 (a tie stays
  // behind), 3 neighbours are nearer but at the line's end.
  const y = Float32Array.from({ length: 100 }, (_, i) => i);
  const shifted = async (by: number) =>
    Object.values(
      (
        await regressionFailureRate(
          y.map((value) => value + by),
          y,
          1,
        )
      ).failureRate,
    );
  t.deepEqual(await shifted(0.4), [0, 0, 0, 0]);
  t.deepEqual(await shifted(0.5), [0, 0, 0, 0]);
  t.deepEqual(await shifted(0.625), [0.99, 0, 0, 0]);
  t.deepEqual(await shifted(1), [0.99, 0, 0, 0]);
  t.deepEqual(await shifted(1.125), [0.99, 0.98, 0, 0]);
  t.deepEqual(await shifted(2.5), [0.99, 0.98, 0.97, 0.96]);
});

test("regression: a constant prediction finds k of N vectors", async (t) => {
  const y = testSource(4)(1000 * 3);
  const { failureRate } = await regressionFailureRate(new Float32Array(3000), y, 3);
  t.deepEqual(failureRate, { 1: 0.999, 2: 0.998, 3: 0.997, 4: 0.996 });
});

test("regression: predictions that are not finite fail at every k, however few the vectors", async (t) => {
  const { failureRate } = await regressionFailureRate(
    Float32Array.of(Number.NaN, 2),
    Float32Array.of(1, 2),
    1,
  );
  t.deepEqual(failureRate, { 1: 0.5, 2: 0.5, 3: 0.5, 4: 0.5 });
});

test("classification: known logits", (t) => {
  const logits = [
    [5, 4, 3, 2, 1],
    [5, 4, 3, 2, 1],
    [5, 4, 3, 2, 1],
    [1, 1, 1, 1, 1],
  ].flat();
  t.deepEqual(classificationFailureRate(logits, [0, 2, 4, 1], 5), {
    samples: 4,
    failureRate: { 1: 0.75, 2: 0.5, 3: 0.25, 4: 0.25 },
  });
});

test("classification: the same as sorting the classes", (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }).chain((K) =>
        fc.record({
          K: fc.constant(K),
          logits: fc.array(fc.constantFrom(0, -0, 1, 2, -1, Number.POSITIVE_INFINITY), {
            minLength: K,
            maxLength: K,
          }),
          label: fc.nat(K - 1),
        }),
      ),
      ({ K, logits, label }) => {
        const order = logits
          .map((_, k) => k)
          .sort((a, b) => (logits[a] === logits[b] ? a - b : logits[b] > logits[a] ? 1 : -1));
        const { failureRate } = classificationFailureRate(logits, [label], K);
        for (const k of [1, 2, 3, 4]) t.is(failureRate[k], order.indexOf(label) < k ? 0 : 1);
      },
    ),
  );
});

test("classification: NaN logits do not pass for right", (t) => {
  const lost = classificationFailureRate(new Float32Array(5).fill(Number.NaN), [0], 5);
  t.deepEqual(lost.failureRate, { 1: 1, 2: 1, 3: 1, 4: 1 });
  t.is(classificationFailureRate([Number.NaN, 3, 1], [1], 3).failureRate[1], 1);
});

test("what does not fit is refused", async (t) => {
  t.throws(() => classificationFailureRate([1, 2, 3], [0], 2), { instanceOf: PlateauError });
  t.throws(() => classificationFailureRate([1, 2], [2], 2), {
    instanceOf: PlateauError,
    message: /label 2 /,
  });
  await t.throwsAsync(regressionFailureRate(new Float32Array(4), new Float32Array(6), 2), {
    instanceOf: PlateauError,
  });
});
