import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { edf } from "../../../src/sweep/insight/edf.js";
import { history } from "../../../src/sweep/insight/history.js";
import type { InsightInput, InsightTrial } from "../../../src/sweep/insight/insight.js";
import { parallel } from "../../../src/sweep/insight/parallel.js";
import { findInsight, insights } from "../../../src/sweep/insight/registry.js";
import { slice } from "../../../src/sweep/insight/slice.js";
import { Space } from "../../../src/sweep/space/space.js";

const space = new Space({
  parameters: {
    rate: { type: "log-uniform", low: 0.001, high: 1 },
    kind: ["adam", null, true],
    beta: { type: "integer", low: 1, high: 9, step: 2, when: { kind: "adam" } },
    fixed: "same",
  },
});
const fixed = "same";
const trials: InsightTrial[] = [
  { number: 4, parameters: { rate: 0.5, kind: null, fixed }, state: "complete", value: 2 },
  { number: 0, parameters: { rate: 0.1, kind: "adam", beta: 3, fixed }, state: "failed", value: null },
  { number: 1, parameters: { rate: 0.2, kind: "adam", beta: 5, fixed }, state: "complete", value: 3 },
  { number: 2, parameters: { rate: 0.3, kind: true, fixed }, state: "pruned", value: 1 },
  { number: 3, parameters: { rate: 0.4, kind: null, fixed }, state: "diverged", value: Number.NaN },
  { number: 5, parameters: { rate: 0.6, kind: null, fixed }, state: "complete", value: 3 },
  { number: 6, parameters: { rate: 0.7, kind: null, fixed }, state: "running", value: null },
];
const input: InsightInput = { trials, space, direction: "minimize" };

test("history: every trial by number, and the best of the complete ones", (t) => {
  const rows = ({ trials }: ReturnType<typeof history.see>) => trials.map(({ value, best }) => [value, best]);
  const found = history.see(input);
  t.deepEqual(
    found.trials.map(({ number, state }) => `${number} ${state}`),
    ["0 failed", "1 complete", "2 pruned", "3 diverged", "4 complete", "5 complete", "6 running"],
  );
  t.deepEqual(rows(found), [
    [null, null],
    [3, 3],
    [1, 3],
    [null, 3],
    [2, 2],
    [3, 2],
    [null, 2],
  ]);
  t.deepEqual(
    rows(history.see({ ...input, direction: "maximize" })).map(([, best]) => best),
    [null, 3, 3, 3, 3, 3, 3],
  );
});

const axes = [
  { name: "rate", kind: "log-uniform", range: { low: 0.001, high: 1, log: true } },
  { name: "kind", kind: "choice", categories: ["adam", null, true] },
  { name: "beta", kind: "integer", range: { low: 1, high: 9, log: false } },
];

test("parallel coordinates: an axis a parameter, a row a trial that has a value", (t) => {
  t.deepEqual(parallel.see(input) as unknown, {
    axes,
    values: { low: 1, high: 3 },
    rows: [
      { number: 1, state: "complete", value: 3, places: [0.2, 0, 5] },
      { number: 2, state: "pruned", value: 1, places: [0.3, 2, null] },
      { number: 4, state: "complete", value: 2, places: [0.5, 1, null] },
      { number: 5, state: "complete", value: 3, places: [0.6, 1, null] },
    ],
  });
});

test("slices: of each parameter the trials that have it", (t) => {
  const { slices } = slice.see(input);
  t.deepEqual(slices.map(({ axis }) => axis) as unknown, axes);
  t.deepEqual(slices[1].points, [
    { number: 1, state: "complete", place: 0, value: 3 },
    { number: 2, state: "pruned", place: 2, value: 1 },
    { number: 4, state: "complete", place: 1, value: 2 },
    { number: 5, state: "complete", place: 1, value: 3 },
  ]);
  t.deepEqual(slices[2].points, [{ number: 1, state: "complete", place: 5, value: 3 }]);
});

test("distribution: each value once, with the share up to it", (t) => {
  t.deepEqual(edf.see(input), {
    trials: 3,
    steps: [
      { value: 2, share: 1 / 3 },
      { value: 3, share: 1 },
    ],
  });
});

test("every insight leaves trials alone, is JSON, and has a name; of no trials, too", (t) => {
  for (const insight of insights.values()) {
    t.is(findInsight(insight.name), insight);
    t.true(insight.description.length > 10);
    const enough = Array.from({ length: 20 }, (_, number) => ({
      number,
      parameters: { rate: 0.01 * (number + 1), kind: null, fixed },
      state: "complete" as const,
      value: number % 7,
    }));
    const given = { ...input, trials: [...trials, ...enough].map((trial, number) => ({ ...trial, number })) };
    const before = structuredClone(given.trials);
    const found = insight.see(given);
    t.deepEqual(given.trials, before);
    t.deepEqual(JSON.parse(JSON.stringify(found)), found, insight.name);
    const none = { ...input, trials: [] };
    if (insight.name === "importance") {
      t.throws(() => insight.see(none), { instanceOf: PlateauError, code: "usage" });
    } else {
      t.deepEqual(JSON.parse(JSON.stringify(insight.see(none))), insight.see(none), insight.name);
    }
  }
  t.throws(() => findInsight("slices"), {
    message: /unknown insight: "slices" \(known: history, importance/,
  });
});
