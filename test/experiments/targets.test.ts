import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { defineExperiment } from "../../src/experiments/config.js";
import { run } from "../../src/experiments/run.js";
import { targetFamilies } from "../../src/targets/registry.js";

const tiny = { dModel: 8, ff: 8, layers: 1, batch: 16, trainRows: 600, validationRows: 50, testRows: 100 };
const names = [...targetFamilies.map(({ name }) => name), "x^2 - y on x=-1:1,y=0:2", "-x, abs(x) on x=-1:1"];

for (const target of names) {
  test(`${target} can be trained on, with the target's own numbers a token`, async (t) => {
    const input = { target, ...tiny, steps: 3, seed: 4 };
    const experiment = defineExperiment(input);
    t.is(experiment.config.dim, experiment.target.dim);
    const { result } = await run(input);
    t.is(result.target, target);
    t.is(result.outcome, "complete");
    t.true(Number.isFinite(result.test.rmse) && Number.isFinite(result.baselines.leastSquares.rmse!));
    const again = await run(input);
    t.is(again.result.weightsSha256, result.weightsSha256);
    t.deepEqual(again.result.test, result.test);
  });
}

test("classification and more numbers a token work as for the study's functions", async (t) => {
  const { result } = await run({ target: "sort(3)", ...tiny, steps: 3, mode: "classification", dim: 2 });
  t.true(Number.isFinite(result.test.failureRate["1"]));
});

test("a sequence-to-sequence function of many draws is learned better than by a constant", async (t) => {
  const { result } = await run({
    target: "reverse(3)",
    ...tiny,
    trainRows: 5000,
    batch: 64,
    steps: 400,
    lr: 5e-3,
  });
  t.true(result.test.r2 > 0.5, `R² ${result.test.r2}`);
});

test("a stored configuration reads back the same, whether dim was given or not", (t) => {
  for (const input of [{ target: "sine(3)" }, { target: "m2n1", dim: 4 }, { target: "m2n1" }]) {
    const { config } = defineExperiment(input);
    const stored = JSON.stringify(config);
    t.is(JSON.stringify(defineExperiment(JSON.parse(stored)).config), stored);
  }
  t.is(
    JSON.stringify(defineExperiment({ target: "m2n1", dim: 4 }).config),
    JSON.stringify(defineExperiment({ target: "m2n1" }).config),
  );
});

test("a model of width 1, which LayerNorm makes constant, is refused", (t) => {
  const message = /a model 1 wide .* use dim 2 or more, or set width=embedded and outputHead=linear/;
  t.throws(() => defineExperiment({ target: "sine", protocol: "study" }), {
    instanceOf: PlateauError,
    message,
  });
  t.notThrows(() => defineExperiment({ target: "sine", protocol: "study", dim: 4 }));
  t.notThrows(() =>
    defineExperiment({
      target: "sine",
      protocol: { base: "study", width: "embedded", outputHead: "linear" },
    }),
  );
});

test("an unknown target is refused before anything is computed", async (t) => {
  await t.throwsAsync(run({ target: "sine(3" }), {
    code: "unknown-name",
    message: /unknown target: "sine\(3"/,
  });
  await t.throwsAsync(run({ target: "y on x=0:1" }), { message: /unknown name at character 1/ });
});
