import type { Study } from "../../../src/sweep/study.js";

/** All that a study promises to be the same however it was run: everything but times and where it ran. */
export function facts(study: Study) {
  return [...study.trials()].map(({ seconds: _, started: __, ended: ___, engine: ____, ...trial }) => ({
    ...trial,
    reports: study.reports(trial.number),
    replicates: study.replicates(trial.number),
  }));
}

/** Runs a study to its end. */
export async function finish(study: Study, options: Parameters<Study["run"]>[0]): Promise<number[]> {
  const numbers: number[] = [];
  for await (const trial of study.run(options)) numbers.push(trial.number);
  return numbers;
}
