import type { Model } from "../nn/model.js";
import type { TrainingData } from "./data.js";
import { type LoopOptions, type Outcome, runTraining } from "./loop.js";
import type { Loss } from "./losses.js";
import { type TrainingInput, trainingOptions } from "./options.js";
import { Trainer } from "./trainer.js";

/** Options of training and of its loop in one. */
export type TrainInput = TrainingInput & LoopOptions & { loss?: Loss };

/**
 * Trains a model on data. With `evaluate` and `evaluateEvery` the weights of the best evaluation are kept.
 * @throws PlateauError `usage`, `memory`: before the weights are touched
 */
export function train(model: Model, data: TrainingData, input: TrainInput): Promise<Outcome> {
  const {
    loss = { kind: "mse" },
    evaluate,
    onProgress,
    progressEvery,
    onEvaluation,
    onCheckpoint,
    checkpointEvery,
    signal,
    resume,
    ...training
  } = input;
  const trainer = new Trainer(model, loss, data, trainingOptions(training));
  return runTraining(trainer, {
    evaluate,
    onProgress,
    progressEvery,
    onEvaluation,
    onCheckpoint,
    checkpointEvery,
    signal,
    resume,
  });
}
