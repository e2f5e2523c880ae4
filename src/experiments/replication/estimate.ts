import { availableParallelism } from "node:os";
import { Trainer } from "../../training/trainer.js";
import { defineExperiment, type ExperimentInput } from "../config.js";
import { predictFor } from "../evaluate.js";
import { initialModel, trainingData } from "../run.js";
import { leastSeconds, rankSeconds } from "../timing.js";
import type { ReplicationConfig } from "./config.js";
import { type Setting, settingOptions, settingsOf } from "./settings.js";

/** What a setting's trainings are expected to take on one core of this machine. */
export interface SettingCost {
  readonly name: string;
  readonly trainings: number;
  /** Seconds of one training, with its validations, on average over the space. */
  readonly secondsEach: number;
}

export interface Estimate {
  /** Wall time on so many workers. */
  readonly seconds: number;
  readonly workers: number;
  readonly trainings: number;
  readonly settings: readonly SettingCost[];
}

/** Means over the study's space. */
const LAYERS = 4;
const EPOCHS = (4 + 6 + 9) / 3;
/** Of 1/accumulation: validations come every so many updates, not batches. */
const PER_BATCH = (1 + 1 / 2 + 1 / 4 + 1 / 8) / 4;

/**
 * How long a replication will take, from steps, predictions and rankings that are timed here, a few of each size:
 * at the space's mean depth and length, with predictions that are half right. Sizes that are alike are timed once.
 */
export async function estimate(
  config: ReplicationConfig,
  { workers = availableParallelism() }: { workers?: number | undefined } = {},
): Promise<Estimate> {
  const trainings = config.trials + config.seeds;
  const timed = new Map<string, number>();
  const settings: SettingCost[] = [];
  for (const setting of settingsOf(config)) {
    const key = `${setting.target} ${setting.dim} ${setting.mode}`;
    const secondsEach = timed.get(key) ?? (await secondsOf(setting, config));
    timed.set(key, secondsEach);
    settings.push({ name: setting.name, trainings, secondsEach });
  }
  const seconds = settings.reduce((sum, one) => sum + one.trainings * one.secondsEach, 0) / workers;
  return { seconds, workers, trainings: trainings * settings.length, settings };
}

/** Seconds of one training of a setting on one core. */
async function secondsOf(setting: Setting, config: ReplicationConfig): Promise<number> {
  const options = { ...settingOptions(setting, config), target: setting.target, protocol: "study" as const };
  const experiment = defineExperiment({ ...options, layers: LAYERS } as ExperimentInput);
  const { rows, training } = experiment;
  const model = initialModel(experiment);
  const trainer = new Trainer(model, experiment.loss, trainingData(experiment), training);
  trainer.step();
  const step = leastSeconds(STEPS, () => trainer.step());
  const few = { ...experiment.rows, validation: Math.min(FEW_ROWS, rows.validation) };
  const sample = experiment.target.sample("validation", { start: 0, count: few.validation }, setting.dim, 0);
  const predict = leastSeconds(3, () => predictFor(experiment, model, sample)) / few.validation;
  const rank =
    setting.mode === "regression" ? await rankSeconds(experiment.target, setting.dim, rows.validation) : 0;
  const batches = (config.epochs ?? EPOCHS) * Math.floor(rows.train / training.batch);
  const validations = Math.max(1, (batches * PER_BATCH) / training.evaluateEvery);
  return batches * step + validations * (rows.validation * predict + rank);
}

const STEPS = 8;
const FEW_ROWS = 256;
