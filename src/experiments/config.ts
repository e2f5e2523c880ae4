import { z } from "zod";
import { PlateauError, quote } from "../errors.js";
import type { Architecture } from "../nn/architecture.js";
import { invalid } from "../nn/config.js";
import { schemes } from "../nn/initialize.js";
import { transformer } from "../nn/transformer.js";
import { builds } from "../runtime/compile.js";
import { type Quantisation, soundQuantisation, studyQuantisation } from "../targets/quantisation.js";
import { findTarget } from "../targets/registry.js";
import type { Target } from "../targets/target.js";
import type { Loss } from "../training/losses.js";
import { type TrainingOptions, trainingOptions } from "../training/options.js";
import { describeProtocol, type Protocol, type ProtocolInput, resolveProtocol } from "./protocol.js";

const count = z
  .number()
  .int()
  .min(1)
  .max(2 ** 24);

/** What `plateau train` takes: every field but `target` has a default, many follow from the protocol. */
export const experimentSchema = z.strictObject({
  target: z.string(),
  mode: z.enum(["regression", "classification"]).default("regression"),
  /** Numbers per token. */
  dim: count.max(65536).default(4),
  /** Classes K of classification. */
  classes: z.number().int().min(2).max(65536).default(5),
  protocol: z.union([z.string(), z.looseObject({})]).default("sound"),
  dModel: count.optional(),
  heads: count.optional(),
  /** Encoder layers, and as many decoder layers. */
  layers: z.number().int().min(1).max(1024).default(2),
  ff: count.optional(),
  dropout: z.number().min(0).lt(1).optional(),
  positions: z.enum(["sinusoidal", "learned", "none"]).default("sinusoidal"),
  initialization: z.enum(schemes).default("pytorch"),
  steps: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40)
    .optional(),
  batch: count.default(128),
  accumulation: z.number().int().min(1).max(65536).default(1),
  lr: z.number().positive().optional(),
  warmup: z.number().int().min(0).optional(),
  /** Updates between validations. */
  evaluateEvery: z.number().int().min(0).optional(),
  patience: z.number().int().min(0).default(0),
  /** Rows of training data that there are; default and most: the study's. */
  trainRows: count.optional(),
  validationRows: count.optional(),
  testRows: count.optional(),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  build: z.enum(builds).default("strict"),
});

export type ExperimentInput = Omit<z.input<typeof experimentSchema>, "protocol"> & {
  protocol?: ProtocolInput;
};

/** Everything that decides the bits of a run, and everything built from it. */
export interface Experiment {
  /** As the user gave it, with defaults filled in: what is stored and continued from. */
  readonly config: z.output<typeof experimentSchema> & { protocol: Protocol };
  readonly target: Target;
  readonly protocol: Protocol;
  readonly architecture: Architecture;
  readonly training: TrainingOptions;
  readonly loss: Loss;
  /** Centroids of classification; in regression those of the matched resolutions differ in `classes` only. */
  readonly quantisation: (classes: number) => Quantisation;
  readonly rows: { train: number; validation: number; test: number };
}

const FIRST_VALIDATION = 200;

/** @throws PlateauError `usage` or `unknown-name`, quoting the value that makes no sense. */
export function defineExperiment(input: ExperimentInput): Experiment {
  const parsed = experimentSchema.safeParse(input);
  if (!parsed.success) throw invalid("configuration", input, parsed.error);
  const config = { ...parsed.data, protocol: resolveProtocol(parsed.data.protocol as ProtocolInput) };
  const { protocol, dim: d, mode, classes } = config;
  const target = findTarget(config.target);
  const asStudy = describeProtocol(protocol).startsWith("study");
  const rows = {
    train: Math.min(config.trainRows ?? target.sizes.train, target.sizes.train),
    validation: config.validationRows ?? (asStudy ? target.sizes.validation : 2000),
    test: config.testRows ?? target.sizes.test,
  };

  const linearHead = mode === "classification" || protocol.outputHead === "linear";
  // Without an output head predictions are as wide as the model, so its default width is theirs.
  const asWide = protocol.width === "tied" || !linearHead;
  const dModel = config.dModel ?? (asWide ? d : Math.max(32, d));
  if (protocol.width === "tied" && dModel !== d) {
    throw new PlateauError(
      "usage",
      `d-model ${dModel} with dim ${d}: the protocol ties them (width=tied), so leave d-model out or set width=embedded`,
    );
  }
  if (!linearHead && dModel !== d) {
    throw new PlateauError(
      "usage",
      `without an output head (outputHead=none) predictions are d-model ${dModel} wide, not dim ${d}: leave d-model out or set outputHead=linear`,
    );
  }
  const perVector = protocol.classDefinition === "per-coordinate" ? d : 1;
  const architecture = transformer({
    kind: "encoder-decoder",
    inputDim: d,
    targetDim: d,
    outputDim: mode === "classification" ? perVector * classes : d,
    inputTokens: target.inputs,
    outputTokens: target.outputs,
    dModel,
    heads: config.heads ?? largestPowerOfTwo(dModel, 4),
    ff: config.ff ?? 2 * dModel,
    encoderLayers: config.layers,
    decoderLayers: config.layers,
    positions: config.positions,
    embedding: protocol.width === "tied" ? "none" : "linear",
    head: linearHead ? "linear" : "none",
    start: protocol.startVector,
    causal: protocol.decoderMask === "causal",
    dropout: config.dropout ?? (asStudy ? 0.1 : 0),
    initialization: config.initialization,
  });

  const epoch = Math.floor(rows.train / (config.batch * config.accumulation));
  const steps = config.steps ?? (asStudy ? Math.max(1, 4 * epoch) : 2000);
  // A number of steps that the user asks for is what runs, whatever the protocol's length.
  const cut = protocol.trainingLength === "first-validation" && config.steps === undefined;
  const warmup =
    config.warmup ?? Math.min(asStudy ? Math.ceil(800 / config.accumulation) : 100, Math.floor(steps / 4));
  if (warmup >= steps) {
    throw new PlateauError(
      "usage",
      `warmup ${warmup} is not below steps ${steps}: use at most ${steps - 1}, or more steps`,
    );
  }
  const training = trainingOptions({
    steps,
    batch: config.batch,
    accumulation: config.accumulation,
    optimizer: protocol.weightDecay === "decoupled" ? "adamw" : "adam",
    weightDecay: protocol.weightDecay === "none" ? 0 : asStudy || protocol.weightDecay === "l2" ? 0.05 : 0.01,
    lr: config.lr ?? (asStudy ? 1e-3 : 2e-3),
    warmup,
    minFactor: protocol.learningRateFloor === "tenth" ? 0.1 : 0,
    clipNorm: 1,
    clipEvery: asStudy ? "micro-batch" : "update",
    evaluateEvery: config.evaluateEvery ?? FIRST_VALIDATION,
    patience: config.patience,
    stopAfter: cut ? FIRST_VALIDATION : 0,
    seed: config.seed,
  });
  if (training.batch > rows.train) {
    throw new PlateauError(
      "usage",
      `batch ${training.batch} is larger than the data (${rows.train} rows): use ${rows.train} or less`,
    );
  }

  const quantisation = (K: number): Quantisation => {
    const base = protocol.classRange === "unit" ? studyQuantisation(K) : soundQuantisation(K, target.range);
    return { ...base, mode: protocol.classDefinition };
  };
  const loss: Loss = mode === "classification" ? { kind: "cross-entropy", classes } : { kind: "mse" };
  return { config, target, protocol, architecture, training, loss, quantisation, rows };
}

function largestPowerOfTwo(width: number, most: number): number {
  let heads = 1;
  while (heads * 2 <= most && width % (heads * 2) === 0) heads *= 2;
  return heads;
}

/** Reads an experiment's configuration from parsed JSON. @throws PlateauError `usage` */
export function experimentFromJson(value: unknown, source: string): ExperimentInput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PlateauError("usage", `${source} is ${quote(value)}: expected a JSON object of options`);
  }
  return value as ExperimentInput;
}
