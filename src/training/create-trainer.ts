// A name that package.json resolves, so that what is Node's own stays out of pages. Not by `import()`: workers of
// pages, as older bundlers make them, are one file.
import { threadCrew } from "#threads";
import { PlateauError, quote } from "../errors.js";
import type { Model } from "../nn/model.js";
import { Engine } from "../runtime/engine.js";
import { trainingBytes } from "./bytes.js";
import type { TrainingData } from "./data.js";
import type { Loss } from "./losses.js";
import type { TrainingOptions } from "./options.js";
import { alone } from "./slices/crew.js";
import { type Recruit, SlicedTrainer } from "./slices/trainer.js";
import { Trainer } from "./trainer.js";
import type { Training } from "./training.js";

/**
 * The trainer that options ask for. As long as there are several threads, the model is in memory that they
 * share; `dispose` ends them and puts it back.
 * @param threads that share each batch, the caller's included: no more than there are slices. They change no bits.
 * @throws PlateauError `usage`, `shape-mismatch`, `memory`: before the model is touched
 */
export async function createTrainer(
  model: Model,
  loss: Loss,
  data: TrainingData,
  options: TrainingOptions,
  threads = 1,
): Promise<Training> {
  requireThreads(threads, options.slices);
  if (options.slices === 1) return new Trainer(model, loss, data, options);
  if (threads === 1) return SlicedTrainer.create(model, loss, data, options, alone);
  const engine = new Engine({ build: model.engine.build, shared: true });
  engine.require(trainingBytes(model.architecture, loss, options, data, threads));
  const moveBack = model.moveTo(engine);
  try {
    const recruit: Recruit = (engine, work) => threadCrew(engine, work, threads);
    return await SlicedTrainer.create(model, loss, data, options, recruit, { threads, afterwards: moveBack });
  } catch (error) {
    moveBack();
    throw error;
  }
}

/** @throws PlateauError `usage` */
export function requireThreads(threads: unknown, slices: number): asserts threads is number {
  if (!Number.isSafeInteger(threads) || (threads as number) < 1) {
    throw new PlateauError("usage", `threads is ${quote(threads)}: expected a whole number, 1 or more`);
  }
  if ((threads as number) <= slices) return;
  throw new PlateauError(
    "usage",
    `threads is ${threads} with slices ${slices}: threads share a batch by its slices, which are a part of what is trained as threads are not: set slices to ${threads} or more`,
  );
}
