// Searches width, depth and learning rate on all cores. Run again it goes on where it was: nothing is done twice.
import { Study } from "plateau/sweep";

const study = await Study.open(process.argv[2] ?? ":memory:", {
  name: "sine",
  seed: 1,
  target: "sine(2)",
  space: {
    parameters: {
      dModel: [8, 16, 32],
      heads: [1, 2, 4, 8],
      layers: { type: "integer", low: 1, high: 2 },
      lr: { type: "log-uniform", low: 1e-4, high: 3e-2 },
    },
    constraints: ["heads divides dModel"],
  },
  experiment: { steps: 300, evaluateEvery: 50, validationRows: 500, testRows: 500 },
  sampler: "tpe",
  pruner: "asha",
  objective: "validation.rmse",
});
for await (const trial of study.run({ trials: 20 })) {
  console.log(`trial ${trial.number} ${trial.state} ${trial.value?.toFixed(4) ?? "–"}`);
}
console.log(
  `best: trial ${study.best.number}, RMSE ${study.best.value.toFixed(4)}, ${JSON.stringify(study.best.parameters)}`,
);
study.close();
