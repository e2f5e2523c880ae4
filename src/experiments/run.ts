import { sha256Hex } from "../hash.js";
import { Model } from "../nn/model.js";
import type { Build } from "../runtime/compile.js";
import { type LoopOptions, type Outcome, runTraining } from "../training/loop.js";
import { Trainer, trainingBytes } from "../training/trainer.js";
import { defineExperiment, type Experiment, type ExperimentInput } from "./config.js";
import { generatedData } from "./data.js";
import {
  type BaselineScores,
  evaluationSample,
  type Scores,
  score,
  scoreBaselines,
  validationValue,
} from "./evaluate.js";
import type { Protocol } from "./protocol.js";
import { verdict } from "./verdict.js";

/** What `plateau train --json` prints. */
export interface RunResult {
  target: string;
  mode: "regression" | "classification";
  dim: number;
  /** Classification only. */
  classes?: number;
  seed: number;
  build: Build;
  protocol: Protocol;
  parameters: number;
  /** Bytes of WebAssembly memory for training this model, known before any is allocated. */
  footprintBytes: number;
  /** How training ended. */
  outcome: Outcome["reason"];
  diverged?: Outcome["diverged"];
  /** Updates done. */
  steps: number;
  /** Of training with its validations. */
  seconds: number;
  stepsPerSecond: number;
  /** Of the last batch. */
  loss: number;
  /** The update whose weights were kept, and its validation value. */
  best?: { update: number; value: number };
  test: Scores;
  baselines: BaselineScores;
  /** SHA-256 of all weights in the order of the state dict. */
  weightsSha256: string;
  /** One line, computed from the numbers above. */
  verdict: string;
}

export type RunOptions = Omit<LoopOptions, "evaluate">;

/** A finished or interrupted run: `result` is absent when it was aborted. */
export interface Run {
  experiment: Experiment;
  model: Model;
  outcome: Outcome;
  result?: RunResult;
}

/** Bytes of WebAssembly memory that a run needs. @throws PlateauError `memory`, `usage` */
export function footprint(experiment: Experiment): number {
  const { architecture, loss, training } = experiment;
  return trainingBytes(architecture, loss, training, trainingData(experiment));
}

/**
 * Trains and judges one model: the main job.
 * @throws PlateauError `usage`, `unknown-name`, `memory`: before anything is computed
 */
export async function run(input: ExperimentInput, options: RunOptions = {}): Promise<Run> {
  const experiment = defineExperiment(input);
  const { architecture, config, loss, training } = experiment;
  const footprintBytes = footprint(experiment);
  const model = new Model(architecture, { seed: config.seed, build: config.build });
  const trainer = new Trainer(model, loss, trainingData(experiment), training);
  const validation = evaluationSample(experiment, "validation");
  const outcome = await runTraining(trainer, {
    ...options,
    evaluate: () => validationValue(experiment, model, validation),
  });
  if (outcome.reason === "aborted") return { experiment, model, outcome };
  const result = await judge(experiment, model, outcome, footprintBytes, options.signal);
  return { experiment, model, outcome, result };
}

async function judge(
  experiment: Experiment,
  model: Model,
  outcome: Outcome,
  footprintBytes: number,
  signal?: AbortSignal,
): Promise<RunResult> {
  const { config, protocol } = experiment;
  const { target, mode, dim, classes, seed, build } = config;
  // What is stored without its start vector is tested with another one (row 6 of the audit).
  if (protocol.startVector === "random") model.redrawStart();
  const sample = evaluationSample(experiment, "test");
  const test = await score(experiment, model, sample, { signal });
  const baselines = await scoreBaselines(experiment, sample, { signal });
  const partial = {
    target,
    mode,
    dim,
    ...(mode === "classification" ? { classes } : {}),
    seed,
    build,
    protocol,
    parameters: model.parameterCount,
    footprintBytes,
    outcome: outcome.reason,
    ...(outcome.diverged ? { diverged: outcome.diverged } : {}),
    steps: outcome.updates,
    seconds: outcome.seconds,
    stepsPerSecond: outcome.updatesPerSecond,
    loss: outcome.loss,
    best: outcome.best,
    test,
    baselines,
    weightsSha256: await weightsSha256(model),
  };
  return { ...partial, verdict: verdict(partial) };
}

function trainingData({ target, rows, config, quantisation }: Experiment) {
  const classified = config.mode === "classification" ? quantisation(config.classes) : undefined;
  return generatedData(target, {
    rows: rows.train,
    dim: config.dim,
    seed: config.seed,
    quantisation: classified,
  });
}

/** SHA-256 of a model's weights, in the order of its state dict, as little-endian float32. */
export function weightsSha256(model: Model): Promise<string> {
  const chunks = [...model.stateDict().values()].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return sha256Hex(chunks);
}
