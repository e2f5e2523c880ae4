import test from "ava";
import { analyzeSubject } from "../../src/analysis/analyze.js";
import type { CompareResult } from "../../src/analysis/compare.js";
import type { PlateausResult } from "../../src/analysis/plateaus.js";
import { run } from "../../src/experiments/run.js";
import { measureOptions, subjectOf } from "../../src/experiments/subject.js";

const small = { dModel: 16, ff: 32, heads: 2, layers: 1, lr: 4e-3, batch: 64, testRows: 1000 };

/** Trains on a target and takes measures of what came out. */
async function trained(target: string, measures: string[], steps = 1500) {
  const { experiment, model } = await run({ ...small, target, steps, seed: 2 });
  const options = measureOptions(experiment);
  return (await analyzeSubject(subjectOf(experiment, model), { measures, options })).measures;
}

test("a model trained on a staircase is flat, one trained on a sine is not: the intervals are apart", async (t) => {
  const of = async (target: string) => {
    const { plateaus } = await trained(target, ["plateaus"]);
    if (!("result" in plateaus)) throw new Error(plateaus.skipped);
    return (plateaus.result as PlateausResult).model.flatShare;
  };
  const [sine, staircase] = [await of("sine(1)"), await of("staircase(0.5)")];
  t.log(`flat share: sine ${JSON.stringify(sine)}, staircase ${JSON.stringify(staircase)}`);
  t.true(sine.high! < staircase.low!);
});

test("on a target that is linear in its inputs least squares wins", async (t) => {
  const { compare } = await trained("m2n1", ["compare"], 200);
  if (!("result" in compare)) throw new Error(compare.skipped);
  const { verdict } = compare.result as CompareResult;
  t.is(verdict.winner, "competitor");
  t.is(verdict.name, "leastSquares");
});
