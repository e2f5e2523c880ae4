import test from "ava";
import { compared } from "../../bench/against.js";
import { median, pairedRatio, timing, unpairedRatio } from "../../bench/statistics.js";

test("a timing keeps median, least, most and the median of each round", (t) => {
  t.deepEqual(timing([[3, 1, 2], [10], [4, 6]]), { median: 3.5, min: 1, max: 10, rounds: [2, 10, 5] });
  t.is(median([2, 1]), 1.5);
});

test("a paired ratio sees through a machine that slows down for both", (t) => {
  const drift = [1, 5, 2, 9, 3, 1, 4];
  const { value, low, high } = pairedRatio(
    drift.map((slow) => 3 * slow),
    drift,
    "drift",
  );
  t.deepEqual([value, low, high], [3, 3, 3]);
});

test("a ratio of rounds that are not side by side has an interval as wide as they differ", (t) => {
  const { value, low, high } = unpairedRatio([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], "same");
  t.is(value, 1);
  t.true(low < 0.7 && high > 1.4);
  t.deepEqual(unpairedRatio([2, 2, 2], [1, 1, 1], "twice"), { value: 2, low: 2, high: 2 });
});

test("a comparison with a saved run says faster or slower only where its interval leaves out 1", (t) => {
  const at = (factor: number) => ({ ms: timing([1, 1.1, 1.2, 1.1, 1].map((time) => [factor * time])) });
  t.regex(compared(at(2), at(1))[0], /^ms × 2 \[1\.\d+, 2\.\d+\] slower$/);
  t.regex(compared(at(0.5), at(1))[0], / faster$/);
  t.regex(compared(at(1), at(1))[0], / no difference shown$/);
  t.deepEqual(compared({ ...at(1), share: 0.5 }, undefined), []);
});
