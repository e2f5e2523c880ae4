import * as v from "valibot";
import { decimalSchema } from "../../tables/reading.js";
import { type TrainingOptions, trainingOptions } from "../../training/options.js";
import { check, count, positive, seedNumber, share, whole } from "../../validate.js";

/** What `plateau fit --data` takes: which columns, and sizes where the defaults will not do. */
export const fitSchema = v.strictObject({
  /** Path of the table; of `fitTable` its source unless given. */
  data: v.string(),
  output: v.string(),
  inputs: v.optional(v.array(v.string())),
  /** What stands between fields of a text file. Default: guessed. */
  delimiter: v.optional(v.string()),
  /** What stands before the fraction of numbers. Default: told by the numbers. */
  decimal: decimalSchema,
  /** Texts that are read as missing, beside the usual ones. */
  missing: v.optional(v.array(v.string())),
  /** Numeric inputs to read as categories. Default none. */
  categorical: v.optional(v.array(v.string()), []),
  dModel: v.optional(count),
  heads: v.optional(count),
  /** Layers of the network. Default 2. */
  layers: v.optional(whole(1, 1024), 2),
  ff: v.optional(count),
  dropout: v.optional(share),
  steps: v.optional(whole(1, 2 ** 40)),
  batch: v.optional(count),
  /** Peak learning rate. Default 1e-3. */
  lr: v.optional(positive, 1e-3),
  /** Of data, weights and dropout. Default 0. */
  seed: v.optional(seedNumber, 0),
});

/**
 * What a user writes: which columns, and sizes where the defaults will not do.
 * @useDeclaredType
 */
export type FitInput = v.InferInput<typeof fitSchema>;
/**
 * With defaults filled in.
 * @useDeclaredType
 */
export type FitConfig = v.InferOutput<typeof fitSchema>;

/** @throws PlateauError `usage` */
export function fitConfig(input: FitInput): FitConfig {
  return check("configuration", fitSchema, input);
}

/** Sizes of model and training for a table. */
export interface FitSizes {
  readonly dModel: number;
  readonly heads: number;
  readonly ff: number;
  readonly dropout: number;
  readonly training: TrainingOptions;
}

/**
 * Sizes for `rows` training rows, where the user names none: a width of 16 below 1000 rows, else 32; some
 * 16 batches an epoch, of 16 to 128 rows; 100 epochs, but 500 to 4000 updates; dropout 0.1 below 10,000
 * rows. Validation twenty times, and stop after five without improvement: on small tables the best weights
 * come early.
 */
export function fitSizes(config: FitConfig, rows: number): FitSizes {
  const dModel = config.dModel ?? (rows < 1000 ? 16 : 32);
  const batch = config.batch ?? Math.min(rows, Math.max(16, Math.min(128, powerOfTwo(rows / 16))));
  const steps = config.steps ?? Math.max(500, Math.min(4000, Math.round((100 * rows) / batch)));
  return {
    dModel,
    heads: config.heads ?? (dModel % 4 === 0 ? 4 : 1),
    ff: config.ff ?? 2 * dModel,
    dropout: config.dropout ?? (rows < 10_000 ? 0.1 : 0),
    training: trainingOptions({
      steps,
      batch,
      optimizer: "adamw",
      weightDecay: 0.01,
      lr: config.lr,
      warmup: Math.min(100, Math.floor(steps / 4)),
      clipNorm: 1,
      evaluateEvery: Math.max(1, Math.floor(steps / 20)),
      patience: 5,
      seed: config.seed,
    }),
  };
}

/** The largest power of two up to a number. */
function powerOfTwo(most: number): number {
  let power = 1;
  while (2 * power <= most) power *= 2;
  return power;
}
