import test from "ava";
import { expressionTarget } from "../../src/targets/expression/target.js";
import { partition } from "../../src/theory/constructions/partition.js";
import { relu } from "../../src/theory/constructions/relu.js";
import { defineTask } from "../../src/theory/constructions/task.js";
import { describeMeasuredRate, measureRate, rateTask } from "../../src/theory/rate-ladder.js";

const first = { order: 1, sharpness: 1 };
const wide = { variant: "wide" };

test("partition on |x − y| shows the rate of its theorem within what certificates leave open", async (t) => {
  const plane = defineTask(expressionTarget("abs(x - y)", "x=0:1,y=0:1"));
  const rate = await measureRate(partition, plane, 1, [36, 64, 144, 256], {
    options: first,
    boxes: 20_000,
    gap: 0.05,
  });
  t.true(rate.certified);
  t.is(rate.theorem!.byParameters, 0.5);
  for (const { range, agrees, fit } of [rate.bySize, rate.byParameters]) {
    t.true(agrees && fit.powerLaw);
    t.true(range.high - range.low < 0.1, "the range says something");
  }
  t.regex(describeMeasuredRate(rate), /theorem's 0.5 is inside/);
});

test("relu on a cusp has the exponent of the cusp, on a sine 2", async (t) => {
  for (const [smoothness, p] of [
    [0.25, 0.25],
    [0.5, 0.5],
    ["C2", 2],
  ] as const) {
    const { task, points } = rateTask(smoothness, 1);
    const rate = await measureRate(relu, task, smoothness, [8, 16, 32, 64], { options: wide, points });
    t.true(rate.certified);
    t.is(rate.bySize.theory, p);
    t.true(rate.bySize.agrees, describeMeasuredRate(rate));
    t.is(rate.byLayers, null);
  }
});

test("an exponent above the theorem's is no disagreement, one below is", async (t) => {
  const options = { options: wide, boxes: 0 };
  const sine = await measureRate(relu, rateTask("C2", 1).task, 1, [8, 16, 32, 64], options);
  t.is(sine.bySize.beside, "above");
  t.false(sine.bySize.agrees);
  t.regex(describeMeasuredRate(sine), /theorem's 1 is less, and a lower bound: no disagreement/);
  const { task, points } = rateTask(0.5, 1);
  const cusp = await measureRate(relu, task, 1, [8, 16, 32, 64], { ...options, points });
  t.is(cusp.bySize.beside, "below");
  t.regex(describeMeasuredRate(cusp), /theorem's 1 is more/);
});
