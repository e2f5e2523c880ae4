import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../../src/errors.js";
import { bracketOf } from "../../../src/sweep/pruners/hyperband.js";
import type { Pruner } from "../../../src/sweep/pruners/pruner.js";
import { findPruner } from "../../../src/sweep/pruners/registry.js";
import type { Direction, EndedState, ReportedTrial } from "../../../src/sweep/trial.js";
import { check } from "../../../src/validate.js";

function make(name: string, options: object = {}, direction: Direction = "minimize"): Pruner {
  const { schema, create } = findPruner(name);
  return create({ seed: 0, direction, options: check(`pruner ${name}`, schema, options) });
}

/** A trial that reported `values` at `steps` (default: 1, 2, 3 …). */
function ended(
  number: number,
  values: readonly number[],
  { state = "complete", steps }: { state?: EndedState; steps?: readonly number[] } = {},
): ReportedTrial {
  const reports = values.map((value, i) => ({ replicate: 0, step: steps?.[i] ?? i + 1, value }));
  const value = state === "complete" || state === "pruned" ? (values[values.length - 1] ?? null) : null;
  return { number, parameters: {}, state, value, step: reports[reports.length - 1]?.step ?? 0, reports };
}

/** The step at which a trial is stopped, null where it is not. */
function stoppedAt(pruner: Pruner, number: number, values: readonly number[], steps?: readonly number[]) {
  const judge = pruner.begin(number);
  const at = values.findIndex((value, i) => judge(steps?.[i] ?? i + 1, value) === "stop");
  return at < 0 ? null : (steps?.[at] ?? at + 1);
}

test("median: by the best so far, against the complete trials' values at the step", (t) => {
  const pruner = make("median", { startupTrials: 4 });
  pruner.observe(ended(0, [4, 4, 4]));
  pruner.observe(ended(1, [6, 2, 1]));
  pruner.observe(ended(2, [0, 0], { state: "pruned" }));
  pruner.observe(ended(3, [8, 3, 3]));
  t.is(stoppedAt(pruner, 4, [100, 100, 100]), null, "three are complete, four are asked for");
  pruner.observe(ended(4, [10, 5, 2]));
  // Medians: 7, 3.5, 2.5.
  t.is(stoppedAt(pruner, 5, [7, 3.5, 2.5]), null, "as good as the median");
  t.is(stoppedAt(pruner, 5, [7.1, 0, 0]), 1);
  t.is(stoppedAt(pruner, 5, [7, 3.6, 0]), 2);
  t.is(stoppedAt(pruner, 5, [1, 9, 9, 9]), null, "its best was 1; nobody reached step 4");
  t.is(stoppedAt(pruner, 5, [Number.NaN, 3, 3]), 1);
});

test("median: warm-up, interval and least number of trials", (t) => {
  const fill = (options: object) => {
    const pruner = make("median", { startupTrials: 0, ...options });
    for (let n = 0; n < 4; n++) pruner.observe(ended(n, n === 3 ? [1, 1] : new Array(40).fill(1)));
    return pruner;
  };
  const bad = new Array(40).fill(2);
  t.is(stoppedAt(fill({}), 9, bad), 1);
  t.is(stoppedAt(fill({ warmupSteps: 7 }), 9, bad), 7);
  t.is(stoppedAt(fill({ minTrials: 4 }), 9, [1, 1, 2, 2]), null, "at step 3 there are but three");
  t.is(stoppedAt(fill({ minTrials: 3 }), 9, [1, 2, 2, 2]), null, "its best is 1");
  // Of 5 … 14 and of 15 … 24 the first reports are judged: 7 and 15, and by 15 it was better.
  const late = fill({ warmupSteps: 5, intervalSteps: 10 });
  const steps = [3, 7, 9, 15, 21];
  t.is(stoppedAt(late, 9, [2, 1, 2, 2, 2], steps), null);
  t.is(stoppedAt(late, 9, [2, 2, 1, 1, 1], steps), 7);
  const judge = late.begin(9);
  t.deepEqual(
    steps.map((step) => judge(step, 2)),
    ["continue", "stop", "continue", "stop", "continue"],
  );
});

test("ASHA: the best of η at rungs, equal ones too, and everyone where there are fewer", (t) => {
  const pruner = make("asha", { reduction: 3, minResource: 2, maxResource: 100 });
  const rise = (value: number) => new Array(20).fill(value);
  t.is(stoppedAt(pruner, 0, rise(9)), null);
  pruner.observe(ended(0, rise(5)));
  t.is(stoppedAt(pruner, 1, rise(9)), null, "two values say nothing of the best third");
  pruner.observe(ended(1, rise(6)));
  t.is(stoppedAt(pruner, 2, rise(9)), 2);
  t.is(stoppedAt(pruner, 2, rise(5)), null);
  // Stopped at the second rung: 6.
  t.is(stoppedAt(pruner, 2, [9, 4, 4, 4, 4, 9]), 6);
  pruner.observe(ended(2, [7, 7, 7], { state: "pruned" }));
  pruner.observe(ended(3, [8, 8], { state: "failed" }));
  pruner.observe(ended(4, [8, Number.NaN], { state: "diverged" }));
  // Six values at step 2: 5, 6, 7, 8, diverged, and its own: two go on.
  t.is(stoppedAt(pruner, 5, [5.5, 5.5, 5.5]), null);
  t.is(stoppedAt(pruner, 5, [6.5, 6.5, 6.5]), 2);
});

test("ASHA: rungs count from the first report, end before trials do, and are passed several at a time", (t) => {
  const steps = [0, 10, 20, 40, 80, 160];
  const flat = (value: number) => steps.map(() => value);
  const pruner = make("asha", { reduction: 2 });
  pruner.observe(ended(0, [], { state: "failed" }));
  pruner.observe(ended(1, flat(1), { steps }));
  // Rungs 10, 20, 40, 80; 160 is the end.
  t.is(stoppedAt(pruner, 2, flat(2), steps), 10);
  t.is(stoppedAt(pruner, 2, [1, 1, 1, 1, 1, 2], steps), null, "at its end it may as well be complete");
  t.is(stoppedAt(pruner, 2, [0, 2], [9, 35]), 35, "rungs 10 and 20");
  t.is(stoppedAt(pruner, 2, [0, 2], [9, 170]), 170, "it passes rungs before the end");
  const second = make("asha", { reduction: 2, bracket: 2 });
  second.observe(ended(1, flat(1), { steps }));
  t.is(stoppedAt(second, 2, flat(2), steps), 40);
});

test("Hyperband: a trial competes within its bracket, and the last bracket lets all finish", (t) => {
  const pruner = make("hyperband", { reduction: 3, minResource: 1, maxResource: 9 });
  const numbers = Array.from({ length: 300 }, (_, n) => n);
  const of = (bracket: number) => numbers.filter((n) => bracketOf(n, 3, 3) === bracket);
  t.is(stoppedAt(pruner, of(0)[9], new Array(9).fill(5)), null);
  const values = [1, 2, 3];
  for (const n of numbers.slice(0, 100))
    pruner.observe(ended(n, new Array(9).fill(values[bracketOf(n, 3, 3)])));
  const stops = [0, 1, 2].map((b) =>
    values.map((value) => stoppedAt(pruner, of(b).at(-1)!, new Array(9).fill(value + 0.5))),
  );
  t.deepEqual(stops, [
    [1, 1, 1],
    [null, 3, 3],
    [null, null, null],
  ]);
});

test("Hyperband: rungs and brackets come from the first complete trial", (t) => {
  const pruner = make("hyperband");
  pruner.observe(ended(0, [1, 1], { state: "diverged", steps: [1, 2] }));
  t.is(stoppedAt(pruner, 1, new Array(9).fill(99)), null);
  const steps = [10, 30, 90];
  for (let n = 1; n < 40; n++) pruner.observe(ended(n, [1, 1, 1], { steps }));
  const stops = Array.from({ length: 40 }, (_, n) => stoppedAt(pruner, 40 + n, [2, 2, 2], steps));
  t.deepEqual(
    stops,
    stops.map((_, n) => [10, 30, null][bracketOf(40 + n, 3, 3)]),
  );
});

test("property: every stretch of numbers has its share in every bracket", (t) => {
  fc.assert(
    fc.property(
      fc.nat(1e9),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 2, max: 5 }),
      (from, count, eta) => {
        const n = 400;
        const found = new Array(count).fill(0);
        for (let i = 0; i < n; i++) found[bracketOf(from + i, count, eta)]++;
        const weights = found.map((_, b) => eta ** (count - 1 - b) / (count - b));
        const total = weights.reduce((a, b) => a + b, 0);
        // The discrepancy of n points of a golden-ratio sequence is of order log n.
        for (const [b, weight] of weights.entries()) t.true(Math.abs(found[b] - (n * weight) / total) < 5);
      },
    ),
    { numRuns: 50 },
  );
});

test("threshold: beyond either bound from a step on, or no number", (t) => {
  const pruner = make("threshold", { upper: 3, lower: -1, fromStep: 2 });
  t.is(stoppedAt(pruner, 0, [9, 3, -1]), null);
  t.is(stoppedAt(pruner, 0, [0, 3.1]), 2);
  t.is(stoppedAt(pruner, 0, [0, 0, -1.1]), 3);
  t.is(stoppedAt(pruner, 0, [Number.NaN, 0, Number.NaN]), 3);
  t.is(stoppedAt(make("threshold", { lower: 0 }), 0, [1, Number.POSITIVE_INFINITY]), 2);
});

test("divergence: a number of times worse than its best, for some reports in a row", (t) => {
  const pruner = make("divergence", { factor: 10, patience: 2 });
  t.is(stoppedAt(pruner, 0, [1, 10, 9, 10, 10]), 5);
  t.is(stoppedAt(pruner, 0, [1, 9.9, 9.9, 0.1, 1, 2]), 6);
  t.is(stoppedAt(pruner, 0, [5, Number.NaN]), 2);
  t.is(stoppedAt(pruner, 0, [5, Number.NEGATIVE_INFINITY]), 2);
  t.is(stoppedAt(pruner, 0, [0, 5, 5, 5]), null, "nothing is ten times worse than 0");
  const accuracy = make("divergence", { factor: 2, patience: 1 }, "maximize");
  t.is(stoppedAt(accuracy, 0, [0.5, 0.9, 0.46, 0.44]), 4);
});

test("options that make no sense are refused", (t) => {
  const refused: [string, object, RegExp][] = [
    ["asha", { reduction: 1 }, /reduction is 1: expected at least 2/],
    ["asha", { minResource: 0 }, /minResource is 0: expected a number above 0/],
    ["median", { startup: 3 }, /startup is no option \(known: startupTrials/],
    ["hyperband", { minResource: 9, maxResource: 9 }, /expected minResource below maxResource/],
    ["threshold", {}, /expected upper, lower or both/],
    ["threshold", { upper: 1, lower: 2 }, /expected lower not above upper/],
    ["divergence", { factor: 1 }, /factor is 1: expected a number above 1/],
    ["none", { any: 1 }, /any is no option/],
  ];
  for (const [name, options, message] of refused) {
    t.throws(() => make(name, options), { instanceOf: PlateauError, code: "usage", message });
  }
});
