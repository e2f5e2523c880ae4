import * as v from "valibot";
import { kindOf, PlateauError, quote } from "../errors.js";
import { Model } from "../nn/model.js";
import { whole } from "../validate.js";
import { createTrainer } from "./create-trainer.js";
import type { TrainingData } from "./data.js";
import { type LoopOptions, loopKinds, type Outcome, requireLoop, runTraining } from "./loop.js";
import type { Loss } from "./losses.js";
import { type TrainingInput, trainingOptions } from "./options.js";

const lossSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("mse") }),
  v.strictObject({ kind: v.literal("cross-entropy"), classes: whole(1, 65536) }),
]);

/** Options of training and of its loop in one. */
export type TrainInput = TrainingInput &
  LoopOptions & {
    loss?: Loss;
    /**
     * Threads that share each batch, at most as many as `slices`; not in pages. Bits depend on the slices alone.
     * Default 1.
     */
    threads?: number;
  };

/**
 * Trains a model on data, by default on batches of 128 rows or, of fewer, all. With `evaluate` and `evaluateEvery` the weights of the best evaluation are kept.
 * @throws PlateauError `usage`, `memory`: before the weights are touched; `aborted` through the signal, after
 * `onCheckpoint`: the model holds the weights so far
 */
export async function train(model: Model, data: TrainingData, input: TrainInput): Promise<Outcome> {
  requireArguments(model, data, input);
  const { loss = { kind: "mse" }, threads = 1, ...rest } = input;
  if (!v.is(lossSchema, loss)) {
    throw new PlateauError(
      "usage",
      `loss is ${quote(loss)}: expected { kind: "mse" } or { kind: "cross-entropy", classes: K }`,
    );
  }
  const loop: LoopOptions = {};
  const training: Record<string, unknown> = { batch: Math.min(128, data.rows) };
  for (const [name, value] of Object.entries(rest)) {
    // What is neither is refused by name with the options of training.
    Object.assign(Object.hasOwn(loopKinds, name) ? loop : training, { [name]: value });
  }
  requireLoop("train", loop, loopKinds);
  const options = trainingOptions(training as TrainingInput);
  const trainer = await createTrainer(model, loss, data, options, threads);
  try {
    return await runTraining(trainer, loop);
  } finally {
    await trainer.dispose();
  }
}

function requireArguments(model: unknown, data: unknown, input: unknown): void {
  const fail = (message: string) => {
    throw new PlateauError("usage", message);
  };
  if (!(model instanceof Model)) {
    fail(`train: the model is ${kindOf(model)}: give one that Transformer.create(options) makes`);
  }
  const { rows, widths, fill } = (data ?? {}) as Partial<TrainingData>;
  if (typeof rows !== "number" || typeof widths !== "object" || typeof fill !== "function") {
    fail(`train: the data is ${kindOf(data)}: give arrayData(x, y, rows), or your own rows, widths and fill`);
  }
  if (typeof input !== "object" || input === null) {
    fail(`train: the options are ${quote(input)}: give at least the number of updates, { steps: 1000 }`);
  }
}
