import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { check, count, float32, nonNegative, oneOf, seedNumber, share, whole, within } from "../validate.js";

/** How a model is trained, apart from the model and the data. Defaults: AdamW with cosine decay. */
export const trainingSchema = v.strictObject({
  /** Optimizer updates. */
  steps: whole(1),
  /** Samples per micro-batch. Default 128. */
  batch: v.optional(count, 128),
  /** Micro-batches per update; their gradients are averaged. Default 1. */
  accumulation: v.optional(whole(1, 65536), 1),
  /**
   * Parts of a batch, as equal as can be, whose gradients are summed in order: as many threads can share a
   * batch. They decide the last bits of what is trained; how many threads there are does not. Default 1.
   */
  slices: v.optional(whole(1, 1024), 1),
  /** Adam, Adam with decoupled weight decay, or gradient descent with momentum. Default `adamw`. */
  optimizer: v.optional(oneOf(["adam", "adamw", "sgd"]), "adamw"),
  /** Peak learning rate. Default 1e-3. */
  lr: v.optional(float32(), 1e-3),
  /** Of Adam: how long the mean of gradients remembers. Default 0.9. */
  beta1: v.optional(share, 0.9),
  /** Of Adam: how long the mean of their squares remembers. Default 0.999. */
  beta2: v.optional(share, 0.999),
  /** Of Adam: added to the root of the mean square, at least 2⁻⁶⁰, as mean squares up to 2⁻¹²⁰ count as 0. Default 1e-8. */
  eps: v.optional(float32(2 ** -60), 1e-8),
  /** Of SGD. Default 0.9. */
  momentum: v.optional(share, 0.9),
  /** `adam`, `sgd`: added to the gradient (L2). `adamw`: decoupled (Loshchilov & Hutter, arXiv 1711.05101). Default 0. */
  weightDecay: v.optional(nonNegative, 0),
  /** Gradients are scaled to this global 2-norm where theirs is larger; 0: never. Default 1. */
  clipNorm: v.optional(nonNegative, 1),
  /** Clip the accumulated gradient after every micro-batch, or once per update. Default `update`. */
  clipEvery: v.optional(oneOf(["update", "micro-batch"]), "update"),
  /** How the learning rate falls after the warm-up. Default `cosine`. */
  schedule: v.optional(oneOf(["cosine", "linear", "constant"]), "cosine"),
  /** Updates of linear warm-up. Default 0. */
  warmup: v.optional(whole(0), 0),
  /** Floor of the schedule, as a share of `lr`. Default 0.1. */
  minFactor: v.optional(within(0, 1), 0.1),
  /** Updates between evaluations; the weights of the best one are kept. 0: no evaluation. Default 0. */
  evaluateEvery: v.optional(whole(0), 0),
  /** Evaluations without improvement before training stops; 0: never. Default 0. */
  patience: v.optional(whole(0), 0),
  /** Stop after this many updates of the schedule's `steps`; 0: run all. Default 0. */
  stopAfter: v.optional(whole(0), 0),
  /** Seeds the order of the data and dropout. Default 0. */
  seed: v.optional(seedNumber, 0),
});

/**
 * What a user writes: how a model is trained. Only `steps` has no default.
 * @useDeclaredType
 */
export type TrainingInput = v.InferInput<typeof trainingSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type TrainingOptions = v.InferOutput<typeof trainingSchema>;

/** @throws PlateauError `usage` quoting the value and its name. */
export function trainingOptions(input: TrainingInput): TrainingOptions {
  const options = check("training options", trainingSchema, input);
  const { slices, batch } = options;
  if (slices > batch) {
    throw new PlateauError(
      "usage",
      `training options: slices is ${slices}: a batch of ${batch} rows has no more parts than rows`,
    );
  }
  return options;
}
