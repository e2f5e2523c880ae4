import { type Kind, requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { layout, Model } from "../nn/model.js";
import type { Build } from "../runtime/compile.js";
import { type Engine, MEMORY_LIMIT, sharedEngine } from "../runtime/engine.js";
import type { TargetRecord } from "../targets/own.js";
import { trainingBytes } from "../training/bytes.js";
import { createTrainer, requireThreads } from "../training/create-trainer.js";
import { type LoopOptions, loopKinds, type Outcome, requireLoop, runTraining } from "../training/loop.js";
import { capture } from "../training/state.js";
import type { Training } from "../training/training.js";
import {
  defineExperiment,
  type Experiment,
  type ExperimentInput,
  type Resolved,
  resolved,
} from "./config.js";
import { generatedData } from "./data.js";
import {
  type BaselineScores,
  type EvaluateOptions,
  evaluationSample,
  type Scores,
  score,
  scoreBaselines,
  validationValue,
} from "./evaluate.js";
import type { Protocol } from "./protocol.js";
import { verdict } from "./verdict.js";
import { weightsSha256 } from "./weights.js";

/** What `plateau train --json` prints. */
export interface RunResult {
  target: string;
  /** Which function it was, where no name finds it again: made by `defineTarget`. */
  ownTarget?: TargetRecord;
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
  /** How training ended; `constructed`: there was none, the weights were written down. */
  outcome: Outcome["reason"] | "constructed";
  diverged?: Outcome["diverged"];
  /** Updates done. */
  steps: number;
  /** Of training with its validations. */
  seconds: number;
  stepsPerSecond: number;
  /** Of the last update's batches, before it. */
  loss: number;
  /** The update whose weights were kept, and its validation value. */
  best?: { update: number; value: number };
  test: Scores;
  baselines: BaselineScores;
  /** SHA-256 of all weights in the order of the state dict. */
  weightsSha256: string;
  /** One line, computed from the numbers above. */
  verdict: string;
  /** Model, training and sizes of the data with every default filled in. */
  resolved: Resolved;
}

/** How a run is watched, stopped, continued and shared between threads. Nothing here changes its bits. */
export interface RunOptions extends Omit<LoopOptions, "evaluate"> {
  /** Called with the model before it is trained: its weights change under whoever watches. */
  onModel?: (model: Model) => void;
  /**
   * Threads that share each batch, at most as many as the experiment's `slices`; not in pages. They change no bits,
   * so a run may be continued with another number. Default 1.
   */
  threads?: number;
}

const { evaluate: _, ...watched } = loopKinds;
const runKinds: Readonly<Record<keyof RunOptions, Kind>> = {
  ...watched,
  onModel: "function?",
  threads: "number?",
};

/** A finished run. */
export interface Run {
  experiment: Experiment;
  model: Model;
  outcome: Outcome;
  result: RunResult;
}

/**
 * Bytes of WebAssembly memory that a run on so many threads needs, from shapes alone.
 * @throws PlateauError `memory` when WebAssembly cannot hold them, `usage`
 */
export function footprint(experiment: Experiment, threads = 1): number {
  requireArguments("footprint", {
    experiment: [experiment, "Experiment: config target protocol architecture"],
    threads: [threads, "number?"],
  });

  const { architecture, loss, training } = experiment;
  requireThreads(threads, training.slices);
  const check = (bytes: number, most: string) => {
    if (bytes <= MEMORY_LIMIT) return bytes;
    throw new PlateauError(
      "memory",
      `training this model needs ${most}${bytes} bytes, WebAssembly memory holds ${MEMORY_LIMIT}: use a smaller model or batch`,
    );
  };
  // Weights, gradients and two moments: spares planning a program that will never be.
  const weights = 4 * layout(architecture).length;
  check(4 * weights, "more than ");
  const { baseBytes } = sharedEngine();
  const bytes = baseBytes + trainingBytes(architecture, loss, training, trainingData(experiment), threads);
  // Threads share another memory than the one that the model is in before and after.
  return check(bytes, "") + (threads > 1 ? baseBytes + weights : 0);
}

/**
 * Trains and judges one model: the main job.
 * @throws PlateauError `usage`, `unknown-name`, `memory`: before anything is computed; `aborted` through the signal,
 * after `onCheckpoint` got the state to continue from, whether training was done or not
 */
export async function run(input: ExperimentInput, options: RunOptions = {}): Promise<Run> {
  requireLoop("run", options, runKinds);
  const experiment = defineExperiment(input);
  const { loss: objective, training } = experiment;
  const { threads = 1, ...loop } = options;
  const footprintBytes = footprint(experiment, threads);
  const model = initialModel(experiment);
  const trainer = await createTrainer(model, objective, trainingData(experiment), training, threads);
  loop.onModel?.(trainer.model);
  try {
    return await trained(experiment, trainer, footprintBytes, loop);
  } finally {
    await trainer.dispose();
  }
}

async function trained(
  experiment: Experiment,
  trainer: Training,
  footprintBytes: number,
  options: LoopOptions,
): Promise<Run> {
  const { model } = trainer;
  const validation = evaluationSample(experiment, "validation");
  const outcome = await runTraining(trainer, {
    ...options,
    evaluate: (_, signal) => validationValue(experiment, model, validation, { signal }),
  });
  // The weights before a divergence are not the last ones: such a run could not be continued, only judged.
  const signal = outcome.diverged ? undefined : options.signal;
  try {
    const judgement = await evaluate(experiment, model, { signal });
    return { experiment, model, outcome, result: summarise(experiment, outcome, footprintBytes, judgement) };
  } catch (error) {
    if (!(error instanceof PlateauError) || error.code !== "aborted") throw error;
    const { evaluations, best, seconds, updateSeconds } = outcome;
    const state = capture(trainer);
    const bestWeights = best && state.weights;
    await options.onCheckpoint?.({ ...state, seconds, updateSeconds, evaluations, best, bestWeights });
    throw error;
  }
}

/**
 * Judges a network that was constructed and not trained, as a finished run of no updates.
 * @param experiment of the construction's `init`
 * @param seconds that its construction took
 */
export async function judgeConstructed(
  experiment: Experiment,
  model: Model,
  seconds: number,
  options: EvaluateOptions = {},
): Promise<RunResult> {
  const outcome: Outcome = {
    reason: "complete",
    updates: 0,
    loss: Number.NaN,
    evaluations: [],
    seconds,
    updatesPerSecond: 0,
    updateSeconds: 0,
  };
  const bytes = sharedEngine().baseBytes + 4 * model.parameters.length;
  const result = summarise(experiment, outcome, bytes, await evaluate(experiment, model, options));
  return { ...result, outcome: "constructed" };
}

/** What a model is worth on the test split, and which model it is. */
export interface Judgement {
  parameters: number;
  test: Scores;
  baselines: BaselineScores;
  /** SHA-256 of all weights in the order of the state dict. */
  weightsSha256: string;
}

/**
 * Judges a trained model of an experiment on the test split, beside the baselines.
 * @throws PlateauError `usage` where that is no experiment or no model, `aborted` through the signal
 */
export async function evaluate(
  experiment: Experiment,
  model: Model,
  options: EvaluateOptions = {},
): Promise<Judgement> {
  if (experiment?.target === undefined || model?.architecture === undefined) {
    throw new PlateauError(
      "usage",
      "evaluate takes an experiment, as defineExperiment makes them, and a model trained for it",
    );
  }
  const sample = evaluationSample(experiment, "test");
  return {
    parameters: model.parameterCount,
    test: await score(experiment, model, sample, { start: testStart(experiment), ...options }),
    baselines: await scoreBaselines(experiment, sample, options),
    weightsSha256: await weightsSha256(model),
  };
}

function summarise(
  experiment: Experiment,
  outcome: Outcome,
  footprintBytes: number,
  { parameters, test, baselines, weightsSha256 }: Judgement,
): RunResult {
  const { config, protocol } = experiment;
  const { target, ownTarget, mode, dim, classes, seed, build } = config;
  const partial = {
    target,
    ...(ownTarget ? { ownTarget } : {}),
    mode,
    dim,
    ...(mode === "classification" ? { classes } : {}),
    seed,
    build,
    protocol,
    parameters,
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
    weightsSha256,
  };
  return { ...partial, verdict: verdict(partial), resolved: resolved(experiment) };
}

/**
 * The model that training begins with: drawn from the seed, or written down.
 * @param engine whose memory it is to lie in; default: one of its own
 */
export function initialModel({ architecture, config, initial }: Experiment, engine?: Engine): Model {
  const model = new Model(architecture, {
    ...{ seed: config.seed, build: config.build },
    ...(engine ? { engine } : {}),
  });
  if (initial?.state) model.loadStateDict(initial.state, initial.name);
  return model;
}

/** A start vector that is not among the weights is another one by the time the model is tested. */
export function testStart({ protocol }: Experiment): "train" | "test" {
  return protocol.startVector === "random" ? "test" : "train";
}

/** The rows that an experiment is trained on. */
export function trainingData({ target, rows, config, quantisation }: Experiment) {
  const classified = config.mode === "classification" ? quantisation(config.classes) : undefined;
  return generatedData(target, {
    rows: rows.train,
    dim: config.dim,
    seed: config.seed,
    quantisation: classified,
  });
}
