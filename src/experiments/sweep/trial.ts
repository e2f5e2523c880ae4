import type { Parameters } from "../../sweep/space/parameter.js";
import { defineExperiment, type Experiment } from "../config.js";
import { studyTarget } from "./target-module.js";
import { type TrainingTask, trialExperiment } from "./task.js";

/**
 * The experiment of a trial, its target's module loaded before.
 * @throws PlateauError `usage`, `unknown-name`, as `defineExperiment`
 */
export function trialOf(task: TrainingTask, parameters: Parameters, seed: number): Experiment {
  const target = studyTarget(task.experiment.target);
  return defineExperiment({ ...trialExperiment(task, parameters, seed), target });
}
