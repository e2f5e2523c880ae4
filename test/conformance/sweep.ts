import { Study } from "../../src/sweep.js";
import { facts } from "../sweep/support/facts.js";
import { jsonSha256 } from "./program.js";

/** Trials of a tenth of a second or so; what they go by is random, learned and cut short. */
const sweep: NonNullable<Parameters<typeof Study.open>[1]> = {
  name: "conformance",
  seed: 5,
  target: "m2n1",
  sampler: { name: "tpe", startup: 3 },
  pruner: { name: "asha", reduction: 2 },
  lookahead: 2,
  space: {
    parameters: {
      dModel: [4, 8],
      lr: { type: "log-uniform", low: 1e-4, high: 0.3 },
      dropout: { type: "uniform", low: 0, high: 0.3 },
    },
  },
  experiment: {
    ...{ heads: 2, layers: 1, steps: 60, batch: 16, evaluateEvery: 20 },
    ...{ trainRows: 500, validationRows: 100, testRows: 100 },
  },
};
export const TRIALS = 6;

/** Runs the study until it has so many trials. @returns the hash of all that it promises */
export async function sweepOn(file: string, workers: number, trials = TRIALS): Promise<string> {
  await using study = await Study.open(file, sweep);
  for await (const _ of study.run({ trials, workers }));
  return jsonSha256(facts(study));
}

/** The hash of a study as it is stored. */
export async function hashOf(file: string): Promise<string> {
  await using study = await Study.open(file, { name: sweep.name });
  return jsonSha256(facts(study));
}
