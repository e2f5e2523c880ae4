import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { check, count, nonNegative, oneOf, positive, seedNumber, share, whole, within } from "../validate.js";

/** How a model is trained, apart from the model and the data. Defaults: AdamW with cosine decay. */
export const trainingSchema = v.strictObject({
  /** Optimizer updates. */
  steps: whole(1),
  /** Samples per micro-batch. */
  batch: v.optional(count, 128),
  /** Micro-batches per update; their gradients are averaged. */
  accumulation: v.optional(whole(1, 65536), 1),
  /**
   * Parts of a batch, as equal as can be, whose gradients are summed in order: as many threads can share a
   * batch. They decide the last bits of what is trained; how many threads there are does not.
   */
  slices: v.optional(whole(1, 1024), 1),
  optimizer: v.optional(oneOf(["adam", "adamw", "sgd"]), "adamw"),
  /** Peak learning rate. */
  lr: v.optional(positive, 1e-3),
  beta1: v.optional(share, 0.9),
  beta2: v.optional(share, 0.999),
  eps: v.optional(positive, 1e-8),
  /** Of SGD. */
  momentum: v.optional(share, 0.9),
  /** `adam`, `sgd`: added to the gradient (L2). `adamw`: decoupled (Loshchilov & Hutter, arXiv 1711.05101). */
  weightDecay: v.optional(nonNegative, 0),
  /** Gradients are scaled to this global 2-norm where theirs is larger; 0: never. */
  clipNorm: v.optional(nonNegative, 1),
  /** Clip the accumulated gradient after every micro-batch, or once per update. */
  clipEvery: v.optional(oneOf(["update", "micro-batch"]), "update"),
  schedule: v.optional(oneOf(["cosine", "linear", "constant"]), "cosine"),
  /** Updates of linear warm-up. */
  warmup: v.optional(whole(0), 0),
  /** Floor of the schedule, as a share of `lr`. */
  minFactor: v.optional(within(0, 1), 0.1),
  /** Updates between evaluations; the weights of the best one are kept. 0: no evaluation. */
  evaluateEvery: v.optional(whole(0), 0),
  /** Evaluations without improvement before training stops; 0: never. */
  patience: v.optional(whole(0), 0),
  /** Stop after this many updates of the schedule's `steps`; 0: run all. */
  stopAfter: v.optional(whole(0), 0),
  /** Seeds the order of the data and dropout. */
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
