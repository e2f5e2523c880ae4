import test from "ava";
import { openStudy } from "../../src/experiments/sweep/open.js";
import { presets } from "../../src/experiments/sweep/presets.js";
import { finish } from "./support/facts.js";

const options = { trainRows: 1000, validationRows: 50, testRows: 50, batch: 16 };

test("a study of models is refused before it is made where not one of its trials could be", async (t) => {
  const space = { parameters: { lr: { type: "log-uniform", low: 1e-4, high: 1 } } } as const;
  const open = (input: object) => openStudy(":memory:", { name: "a", target: "m2n1", space, ...input });
  await t.throwsAsync(() => open({ target: "m3n1" }), { code: "unknown-name" });
  await t.throwsAsync(() => open({ experiment: { step: 5 } }), { message: /^experiment: step is no option/ });
  await t.throwsAsync(() => open({ experiment: { steps: 5, epochs: 1 } }), {
    message: /^no trial of this space can be trained: steps 5 and epochs 1/,
  });
  await t.throwsAsync(() => open({ objective: "validation.rsme" }), {
    message: /"validation.rsme" is no measure of a trained model: give validation/,
  });
  await t.throwsAsync(() => open({ space: { parameters: { seed: [1, 2] } } }), {
    message: /^space: "seed" is no option of training/,
  });
  await t.throwsAsync(() => open({ space: "studies" }), {
    message: /^unknown preset of a space: "studies" \(known: study, sound\)/,
  });
});

test("what a study of models minimises follows from its protocol, or is what it says", async (t) => {
  const parameters = { "protocol.outputHead": ["linear", "none"], steps: [20, 30] };
  const base = {
    name: "a",
    target: "m2n1",
    space: { parameters },
    experiment: { ...options, layers: 1 },
  } as const;
  await using sound = await openStudy(":memory:", base);
  t.like(sound.definition, { direction: "minimize", task: { metric: "validation.rmse" } });
  await using study = await openStudy(":memory:", {
    ...base,
    experiment: { ...base.experiment, protocol: "study" },
  });
  t.like(study.definition, { direction: "minimize", task: { metric: "validation.failureRate.1" } });
  await using fit = await openStudy(":memory:", { ...base, sampler: "grid", objective: "test.r2" });
  t.is(fit.definition.direction, "maximize");
  await finish(fit, { trials: 9, workers: 2 });
  t.is(fit.states.complete, 4, "a grid of four");
  for (const { number, value } of fit.trials()) {
    const [{ result }] = fit.replicates(number) as { result: { test: { r2: number } } }[];
    t.is(result.test.r2, value!);
  }
});

test("the study's own space is that of its code, for the width of its tokens", (t) => {
  const { parameters } = presets["study"].space({ target: "m2n1", dim: 16 });
  t.deepEqual(parameters["heads"], [1, 2, 4, 8, 16]);
  t.deepEqual(Object.keys(parameters), [
    "layers",
    "heads",
    "dropout",
    "lr",
    "accumulation",
    "epochs",
    "warmupBatches",
  ]);
});
