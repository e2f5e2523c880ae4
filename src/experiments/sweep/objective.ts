import { PlateauError } from "../../errors.js";
import type { Model } from "../../nn/model.js";
import type { StopSignal } from "../../pause.js";
import type { Build } from "../../runtime/compile.js";
import { borrowEngine, giveBack } from "../../runtime/engine.js";
import type { ObjectiveContext, ObjectiveResult } from "../../sweep/objective.js";
import type { Parameters } from "../../sweep/space/parameter.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../training/checkpoint.js";
import { createTrainer } from "../../training/create-trainer.js";
import { type Outcome, runTraining } from "../../training/loop.js";
import type { TrainingState } from "../../training/state.js";
import type { Training } from "../../training/training.js";
import { type Experiment, identity } from "../config.js";
import { evaluationSample, predictFor, type Scores, score } from "../evaluate.js";
import { type Metric, measureBy, parseMetric, protocolMetric } from "../metric.js";
import { footprint as experimentFootprint, initialModel, testStart, trainingData } from "../run.js";
import { weightsSha256 } from "../weights.js";
import { loadTarget } from "./target-module.js";
import { trainingTask } from "./task.js";
import { trialOf } from "./trial.js";

/** What is kept of a trial beside its value. */
export interface TrainedResult {
  readonly parameters: number;
  readonly build: Build;
  readonly outcome: Outcome["reason"];
  readonly steps: number;
  /** Of the last update's batches. */
  readonly loss: number;
  /** The update whose weights were kept, and its validation value under the protocol. */
  readonly best?: { readonly update: number; readonly value: number };
  readonly test?: Scores;
  /** What the objective was asked to measure besides. */
  readonly more?: unknown;
  /** What `plateau train` with the trial's options trains, too. */
  readonly weightsSha256: string;
  readonly footprintBytes: number;
}

/** Footprints by what decides them: trials of a study differ in little else than numbers that do not matter here. */
const footprints = new Map<string, number>();
const MOST_FOOTPRINTS = 1000;

/** Bytes of WebAssembly memory that a trial needs. @throws PlateauError `usage`, `memory` where it cannot be */
export function footprint(parameters: Parameters, task: unknown): number {
  return trialFootprint(trialOf(trainingTask(task), parameters, 0));
}

/** The same of an experiment, remembered by its shapes. @throws PlateauError `memory` */
export function trialFootprint(experiment: Experiment): number {
  const { architecture, config, loss, rows, training } = experiment;
  const shapes = JSON.stringify([
    config.target,
    config.dim,
    architecture.config,
    loss,
    rows,
    training.batch,
    training.slices,
  ]);
  let bytes = footprints.get(shapes);
  if (bytes === undefined) {
    bytes = experimentFootprint(experiment);
    if (footprints.size < MOST_FOOTPRINTS) footprints.set(shapes, bytes);
  }
  return bytes;
}

/** Loads the target, where it is a module. @throws PlateauError `usage` */
export async function prepare(task: unknown): Promise<void> {
  await loadTarget(trainingTask(task).experiment.target);
}

/** Trains one model and measures it: the objective of a study of trained models. */
export default async function objective(context: ObjectiveContext): Promise<ObjectiveResult> {
  const task = trainingTask(context.task);
  await loadTarget(task.experiment.target);
  const experiment = trialOf(task, context.parameters, context.seed);
  return trainTrial(context, experiment, task);
}

/** What is to be known of a trained model. */
export interface TrialMeasures {
  readonly metric: string;
  /** Whether it is judged on the test rows, too. */
  readonly test: boolean;
  /** More to be kept of it, as plain JSON. @throws PlateauError `aborted` through the signal */
  readonly more?: (experiment: Experiment, model: Model, signal: StopSignal) => Promise<unknown>;
}

/** Trains the model of a trial from its checkpoint or the beginning, and measures it. */
export async function trainTrial(
  context: ObjectiveContext,
  experiment: Experiment,
  { metric: text, test, more }: TrialMeasures,
): Promise<ObjectiveResult> {
  const metric = parseMetric(text);
  const { config, loss, training } = experiment;
  const footprintBytes = experimentFootprint(experiment);
  // The strict build's engines are used again by the next trial of this thread.
  const engine = config.build === "strict" ? borrowEngine() : undefined;
  try {
    const model = initialModel(experiment, engine);
    const trainer = await createTrainer(model, loss, trainingData(experiment), training);
    const outcome = await train(context, experiment, trainer, metric.name);
    const { reason, updates, diverged, best } = outcome;
    if (diverged) {
      const { update, loss: last, gradientNorm } = diverged;
      const message = `at update ${update} the loss is ${last}, the gradient's norm ${gradientNorm}`;
      throw new PlateauError("diverged", message);
    }
    if (reason === "pruned") return Number.NaN;
    const { signal } = context;
    // What validation minimised is known of the weights that were kept.
    const kept = metric.split === "validation" && metric.name === protocolMetric(experiment);
    const value = (kept ? best?.value : undefined) ?? (await measured(experiment, model, metric, signal));
    const result: TrainedResult = {
      parameters: model.parameterCount,
      build: config.build,
      outcome: reason,
      steps: updates,
      loss: outcome.loss,
      ...(best ? { best } : {}),
      ...(test
        ? {
            test: await score(experiment, model, evaluationSample(experiment, "test"), {
              start: testStart(experiment),
              signal,
            }),
          }
        : {}),
      ...(more ? { more: await more(experiment, model, signal) } : {}),
      weightsSha256: await weightsSha256(model),
      footprintBytes,
    };
    return { value, result };
  } finally {
    if (engine) giveBack(engine);
  }
}

/** The metric of a trained model. */
async function measured(
  experiment: Experiment,
  model: Model,
  { split, name }: Metric,
  signal: StopSignal,
): Promise<number> {
  const sample = evaluationSample(experiment, split);
  const start = split === "test" ? testStart(experiment) : "train";
  const output = predictFor(experiment, model, sample, { start, signal });
  return measureBy(name, experiment, output, sample, { signal });
}

/** Trains, reports the metric on the validation rows at every validation, and saves checkpoints. */
async function train(
  context: ObjectiveContext,
  experiment: Experiment,
  trainer: Training,
  metric: string,
): Promise<Outcome> {
  const { signal, checkpointEvery } = context;
  const { model } = trainer;
  const validation = evaluationSample(experiment, "validation");
  const minimised = protocolMetric(experiment);
  let reported = Number.NaN;
  const same = identity(experiment);
  const onCheckpoint = async (state: TrainingState) =>
    context.saveCheckpoint(await encodeCheckpoint(state, same));
  return runTraining(trainer, {
    signal,
    resume: context.checkpoint && (await resumable(context.checkpoint, same)),
    checkpointEvery,
    onCheckpoint,
    async evaluate() {
      const output = predictFor(experiment, model, validation, { signal });
      const value = await measureBy(minimised, experiment, output, validation, { signal });
      reported =
        metric === minimised ? value : await measureBy(metric, experiment, output, validation, { signal });
      return value;
    },
    onEvaluation: ({ update }) => context.report(update, reported),
    onProgress: ({ update, total }) => context.progress(update, total),
  });
}

/** The state of a checkpoint; undefined where it is damaged: the trial begins anew then, to the same bits. */
async function resumable(checkpoint: Uint8Array, same: string): Promise<TrainingState | undefined> {
  try {
    return await decodeCheckpoint(checkpoint, same, "the trial's checkpoint");
  } catch (error) {
    if (error instanceof PlateauError && error.code === "format") return undefined;
    throw error;
  }
}
