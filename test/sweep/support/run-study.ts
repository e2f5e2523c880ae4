// node run-study.js FILE WORKERS: runs the study of `killed` to its end, in a process that may be killed.

import { fileURLToPath } from "node:url";
import { openStudy, type TrainingStudyInput } from "../../../src/experiments/sweep/open.js";

/** Trials of a tenth of a second or so, with checkpoints all the time and dropout, so that every bit has to be kept. */
export const killed: TrainingStudyInput = {
  name: "killed",
  seed: 5,
  target: "m2n1",
  sampler: { name: "tpe", startup: 5 },
  pruner: { name: "asha", reduction: 2 },
  lookahead: 3,
  seeds: 3,
  space: {
    parameters: {
      dModel: [4, 8],
      lr: { type: "log-uniform", low: 1e-4, high: 0.3 },
      dropout: { type: "uniform", low: 0, high: 0.3 },
    },
  },
  experiment: {
    ...{ heads: 2, layers: 1, steps: 300, batch: 16, evaluateEvery: 100 },
    ...{ trainRows: 1000, validationRows: 100, testRows: 100 },
  },
};
export const TRIALS = 24;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file, workers] = process.argv;
  const study = await openStudy(file, killed);
  process.stdout.write("running\n");
  for await (const _ of study.run({ trials: TRIALS, workers: Number(workers), checkpointEvery: 0.02 }));
  study.close();
}
