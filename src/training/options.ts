import { z } from "zod";
import { invalid } from "../nn/config.js";

const positive = z.number().positive();

/** How a model is trained, apart from the model and the data. Defaults: AdamW with cosine decay. */
export const trainingSchema = z.strictObject({
  /** Optimizer updates. */
  steps: z.number().int().min(1),
  /** Samples per micro-batch. */
  batch: z.number().int().min(1).default(128),
  /** Micro-batches per update; their gradients are averaged. */
  accumulation: z.number().int().min(1).max(65536).default(1),
  optimizer: z.enum(["adam", "adamw", "sgd"]).default("adamw"),
  /** Peak learning rate. */
  lr: positive.default(1e-3),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: positive.default(1e-8),
  /** Of SGD. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** `adam`, `sgd`: added to the gradient (L2). `adamw`: decoupled (Loshchilov & Hutter, arXiv 1711.05101). */
  weightDecay: z.number().min(0).default(0),
  /** Gradients are scaled to this global 2-norm where theirs is larger; 0: never. */
  clipNorm: z.number().min(0).default(1),
  /** Clip the accumulated gradient after every micro-batch, or once per update. */
  clipEvery: z.enum(["update", "micro-batch"]).default("update"),
  schedule: z.enum(["cosine", "linear", "constant"]).default("cosine"),
  /** Updates of linear warm-up. */
  warmup: z.number().int().min(0).default(0),
  /** Floor of the schedule, as a share of `lr`. */
  minFactor: z.number().min(0).max(1).default(0.1),
  /** Updates between evaluations; the weights of the best one are kept. 0: no evaluation. */
  evaluateEvery: z.number().int().min(0).default(0),
  /** Evaluations without improvement before training stops; 0: never. */
  patience: z.number().int().min(0).default(0),
  /** Stop after this many updates of the schedule's `steps`; 0: run all. */
  stopAfter: z.number().int().min(0).default(0),
  /** Seeds the order of the data and dropout. */
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
});

export type TrainingInput = z.input<typeof trainingSchema>;
export type TrainingOptions = z.output<typeof trainingSchema>;

/** @throws PlateauError `usage` quoting the value and its name. */
export function trainingOptions(input: TrainingInput): TrainingOptions {
  const parsed = trainingSchema.safeParse(input);
  if (!parsed.success) throw invalid("training options", input, parsed.error);
  return parsed.data;
}
