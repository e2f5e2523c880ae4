import test from "ava";
import fc from "fast-check";
import { History } from "../../../../src/sweep/samplers/tpe/history.js";
import { Point } from "../../../../src/sweep/samplers/tpe/point.js";
import {
  type Direction,
  directions,
  type EndedState,
  type Observation,
} from "../../../../src/sweep/trial.js";

type Ended = { state: EndedState; value: number | null; step: number };
const trial = (number: number, ended: Partial<Ended>): Observation => ({
  number,
  parameters: {},
  state: "complete",
  value: null,
  step: 0,
  ...ended,
});
/** Points are the trials' numbers, so that it shows who is where. */
function historyOf(trials: readonly Observation[], direction: Direction = "minimize", others = 1000) {
  const history = new History({
    direction,
    mostBest: 25,
    mostOthers: others,
    priority: (number) => (number * 7919) % 1009,
  });
  for (const one of trials) history.add(one, new Point(new Float64Array([one.number])));
  return history;
}
const numbers = (points: readonly Point[]) => points.map(({ places }) => places[0]);

test("complete trials by value, then pruned ones by last step and value, then diverged ones", (t) => {
  const trials = [
    trial(0, { state: "diverged", step: 900 }),
    trial(1, { state: "pruned", step: 10, value: 0.1 }),
    trial(2, { value: 7 }),
    trial(3, { state: "failed" }),
    trial(4, { state: "pruned", step: 20, value: 9 }),
    trial(5, { state: "pruned", step: 20, value: 8 }),
    trial(6, { value: 3 }),
    trial(7, { value: 7 }),
  ];
  const history = historyOf(trials);
  t.is(history.count, 7);
  const { good, bad } = history.split(3);
  t.deepEqual(numbers(good), [6, 2, 7]);
  t.deepEqual(numbers(bad), [5, 4, 1, 0]);
  const mirrored = historyOf(trials, "maximize").split(4);
  t.deepEqual(numbers(mirrored.good), [2, 7, 6, 4]);
});

test("diverged trials, and values that are NaN, are never good", (t) => {
  const history = historyOf([
    trial(0, { state: "diverged" }),
    trial(1, { value: Number.NaN }),
    trial(2, { value: 1 }),
    trial(3, { state: "diverged" }),
  ]);
  t.deepEqual(numbers(history.split(3).good), [2]);
  t.is(history.split(3).bad.length, 3);
});

const ended = fc.record({
  state: fc.constantFrom<EndedState>("complete", "pruned", "diverged", "failed"),
  value: fc.integer({ min: 0, max: 50 }),
  step: fc.integer({ min: 0, max: 3 }),
});

test("what is kept does not depend on the order in which trials came", (t) => {
  fc.assert(
    fc.property(
      fc
        .array(ended, { maxLength: 120 })
        .map((list) => list.map((one, number) => trial(number, one)))
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      fc.constantFrom(...directions),
      (pair, direction) => {
        const [a, b] = pair.map((trials) => historyOf(trials, direction, 20).split(10));
        t.deepEqual(a, b);
        t.true(a.bad.length <= 35);
      },
    ),
    { numRuns: 60 },
  );
});

test("the best of many are kept, and the rest is bounded and stands for all", (t) => {
  const history = new History({
    direction: "minimize",
    mostBest: 25,
    mostOthers: 300,
    priority: (number) => (number * 48_271) % 2_147_483_647,
  });
  const count = 100_000;
  for (let i = 0; i < count; i++) {
    history.add(trial(i, { value: (i * 7919) % 100_003 }), new Point(new Float64Array([i])));
  }
  const { good, bad } = history.split(25);
  t.deepEqual(
    numbers(good).map((i) => (i * 7919) % 100_003),
    numbers(good)
      .map((i) => (i * 7919) % 100_003)
      .toSorted((a, b) => a - b),
  );
  const all = Array.from({ length: count }, (_, i) => (i * 7919) % 100_003).sort((a, b) => a - b);
  t.deepEqual(
    numbers(good).map((i) => (i * 7919) % 100_003),
    all.slice(0, 25),
  );
  t.is(bad.length, 300);
  const mean = numbers(bad).reduce((sum, i) => sum + i / 300, 0);
  // The mean of 300 of 100,000 numbers has a standard deviation of 1,700.
  t.true(Math.abs(mean - count / 2) < 6000, `${mean}`);
});
