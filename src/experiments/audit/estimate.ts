import { Trainer } from "../../training/trainer.js";
import { defineExperiment } from "../config.js";
import { evaluationSample, score } from "../evaluate.js";
import { initialModel, trainingData } from "../run.js";
import type { AuditConfig } from "./config.js";
import type { Training } from "./design.js";

/** Updates that are timed of each size of model, after one that is not. */
const UPDATES = 5;

export interface TimeEstimate {
  /** Of trainings with their judgements on one core. */
  readonly coreSeconds: number;
  readonly trainings: number;
}

/**
 * How long an audit takes on this machine as busy as it is now: of each size of model a few updates and one judgement are timed.
 * Plateaus and baselines are left out, which add about as much again at d = 4 where both are asked for.
 */
export async function estimateTime(
  trainings: readonly Training[],
  { seeds, steps, firstValidation }: AuditConfig,
  onProgress?: (share: number) => void,
): Promise<TimeEstimate> {
  const timed = new Map<string, { update: number; judgement: number }>();
  let coreSeconds = 0;
  let count = 0;
  for (const [i, { cells }] of trainings.entries()) {
    for (const cell of cells) {
      const experiment = defineExperiment({ ...cell, seed: 0 });
      const { architecture, config } = experiment;
      const size = JSON.stringify([
        config.target,
        config.dim,
        config.mode,
        architecture.config,
        config.protocol.decoding,
      ]);
      let seconds = timed.get(size);
      if (!seconds) {
        seconds = await time(experiment);
        timed.set(size, seconds);
      }
      const updates = cell.stopAfter ?? steps;
      const validations = Math.ceil(updates / firstValidation);
      coreSeconds += seeds * (updates * seconds.update + (1 + validations / 2) * seconds.judgement);
      count += seeds;
    }
    onProgress?.((i + 1) / trainings.length);
  }
  return { coreSeconds, trainings: count };
}

async function time(
  experiment: ReturnType<typeof defineExperiment>,
): Promise<{ update: number; judgement: number }> {
  const model = initialModel(experiment);
  const trainer = new Trainer(model, experiment.loss, trainingData(experiment), experiment.training);
  trainer.step();
  const begin = performance.now();
  for (let i = 0; i < UPDATES; i++) trainer.step();
  const trained = performance.now();
  await score(experiment, model, evaluationSample(experiment, "test"));
  const judged = performance.now();
  return { update: (trained - begin) / 1000 / UPDATES, judgement: (judged - trained) / 1000 };
}
