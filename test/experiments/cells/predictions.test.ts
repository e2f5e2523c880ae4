import test from "ava";
import { predictionMeasures, spread } from "../../../src/experiments/cells/predictions.js";
import { defineExperiment } from "../../../src/experiments/config.js";
import { evaluationSample, score } from "../../../src/experiments/evaluate.js";
import { initialModel, testStart } from "../../../src/experiments/run.js";

const truth = Float32Array.of(1, 3, 2, 6, 3, 3, 6, 0);

test("predictions that are exact: all of the variance, both parts explained", (t) => {
  t.deepEqual(spread(truth, truth, 1, 2), { varianceRatio: 1, meanR2: 1, deviationR2: 1 });
});

test("a constant has no variance, and explains nothing", (t) => {
  const { varianceRatio, meanR2, deviationR2 } = spread(new Float32Array(8).fill(3), truth, 1, 2);
  t.is(varianceRatio, 0);
  t.true(meanR2! <= 0 && deviationR2! <= 0);
});

test("predictions without the mean over coordinates explain the rest alone", (t) => {
  const centred = truth.map((value, i) => value - (truth[i & ~1] + truth[i | 1]) / 2);
  const { meanR2, deviationR2 } = spread(centred, truth, 1, 2);
  t.is(deviationR2, 1);
  t.true(meanR2! < 0);
});

test("one coordinate has no rest, and what is no number gives none", (t) => {
  t.is(spread(truth, truth, 1, 1).deviationR2, null);
  t.is(
    spread(
      truth.map(() => Number.NaN),
      truth,
      1,
      2,
    ).varianceRatio,
    null,
  );
});

for (const mode of ["regression", "classification"] as const) {
  test(`${mode}: on its own scale the failure rate is that of its scores`, async (t) => {
    const experiment = defineExperiment({ target: "m4n3", mode, protocol: "study", testRows: 50, seed: 2 });
    const model = initialModel(experiment);
    const own = experiment.quantisation(5);
    const options = { start: testStart(experiment) };
    const { matched } = predictionMeasures(experiment, model, [own, { ...own, mode: "per-coordinate" }]);
    const scores = await score(experiment, model, evaluationSample(experiment, "test"), options);
    t.is(matched[0], scores.matched["5"]);
    if (mode === "classification") t.is(matched[0], scores.failureRate["1"]);
    t.is(matched.length, 2);
  });
}
