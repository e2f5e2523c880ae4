import type { Model } from "../nn/model.js";
import type { TrainingData } from "./data.js";
import { type LoopOptions, type Outcome, runTraining } from "./loop.js";
import type { Loss } from "./losses.js";
import { type TrainingInput, trainingOptions } from "./options.js";
import { Trainer } from "./trainer.js";

const loopNames: ReadonlySet<string> = new Set<keyof LoopOptions>([
  "evaluate",
  "onProgress",
  "progressEvery",
  "onEvaluation",
  "onCheckpoint",
  "checkpointEvery",
  "signal",
  "resume",
]);

/** Options of training and of its loop in one. */
export type TrainInput = TrainingInput & LoopOptions & { loss?: Loss };

/**
 * Trains a model on data. With `evaluate` and `evaluateEvery` the weights of the best evaluation are kept.
 * @throws PlateauError `usage`, `memory`: before the weights are touched
 */
export function train(model: Model, data: TrainingData, input: TrainInput): Promise<Outcome> {
  const { loss = { kind: "mse" }, ...rest } = input;
  const loop: LoopOptions = {};
  const training: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    // What is neither is refused by name with the options of training.
    Object.assign(loopNames.has(name) ? loop : training, { [name]: value });
  }
  const trainer = new Trainer(model, loss, data, trainingOptions(training as TrainingInput));
  return runTraining(trainer, loop);
}
