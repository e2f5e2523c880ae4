import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import type { Architecture } from "../nn/architecture.js";
import { schemes } from "../nn/initialize.js";
import { transformer } from "../nn/transformer.js";
import { builds } from "../runtime/compile.js";
import { isTarget, type TargetRecord } from "../targets/own.js";
import { type Quantisation, soundQuantisation, studyQuantisation } from "../targets/quantisation.js";
import type { Target } from "../targets/target.js";
import type { Loss } from "../training/losses.js";
import { type TrainingOptions, trainingOptions } from "../training/options.js";
import { check, count, nonNegative, oneOf, positive, seedNumber, share, whole } from "../validate.js";
import { type Initial, initialOf } from "./initial.js";
import { type Protocol, type ProtocolInput, resolveProtocol } from "./protocol.js";
import { trainedOn } from "./trained-on.js";

/** What `plateau train` takes: every field but `target` has a default, many follow from the protocol. */
export const experimentSchema = v.strictObject({
  target: v.string("expected a target: its name, an expression on a domain, or what defineTarget makes"),
  /**
   * What is stored of a target that `defineTarget` made, of which `target` is the name only: it has to be given again,
   * and is held to this.
   */
  ownTarget: v.optional(v.looseObject({})),
  /** Numbers, or classes of quantised numbers. Default `regression`. */
  mode: v.optional(oneOf(["regression", "classification"]), "regression"),
  /** Numbers per token; default: the target's own. */
  dim: v.optional(whole(1, 65536)),
  /** Classes K of classification. Default 5. */
  classes: v.optional(whole(2, 65536), 5),
  protocol: v.optional(
    v.union([v.string(), v.looseObject({})], "expected a protocol's name, or an object of its fields"),
    "sound",
  ),
  dModel: v.optional(count),
  heads: v.optional(count),
  /** Encoder layers, and as many decoder layers. Default 2. */
  layers: v.optional(whole(1, 1024), 2),
  ff: v.optional(count),
  dropout: v.optional(share),
  /** What tells tokens apart. Default `sinusoidal`. */
  positions: v.optional(oneOf(["sinusoidal", "learned", "none"]), "sinusoidal"),
  /** How weights are drawn. Default `pytorch`. */
  initialization: v.optional(oneOf(schemes), "pytorch"),
  /**
   * A construction whose network and weights training begins from, `construct:partition(64)`; or its network alone,
   * with weights drawn by `initialization`: `random:partition(64)`.
   */
  init: v.optional(v.string()),
  steps: v.optional(whole(1, 2 ** 40)),
  /** Instead of `steps`: passes through the training data. */
  epochs: v.optional(whole(1, 2 ** 20)),
  /** Rows per batch. Default 128. */
  batch: v.optional(count, 128),
  /** Batches per update, whose gradients are averaged. Default 1. */
  accumulation: v.optional(whole(1, 65536), 1),
  /** Parts of a batch whose gradients are summed in order: as many threads can share it. Default 1. */
  slices: v.optional(whole(1, 1024), 1),
  lr: v.optional(positive),
  /** Strength of the weight decay, where the protocol has one. */
  decay: v.optional(nonNegative),
  /** Global 2-norm that gradients are clipped to; 0: not. Default 1. */
  clipNorm: v.optional(nonNegative, 1),
  clipEvery: v.optional(oneOf(["update", "micro-batch"])),
  warmup: v.optional(whole(0)),
  /** Instead of `warmup`: batches of warm-up, as many updates as hold them, below `steps`. */
  warmupBatches: v.optional(whole(0)),
  /** Updates between validations. */
  evaluateEvery: v.optional(whole(0)),
  /** Validations without improvement before training stops; 0: never. Default 0. */
  patience: v.optional(whole(0), 0),
  /** Updates after which training stops on the schedule of all of `steps`; 0: not. Default: the protocol's. */
  stopAfter: v.optional(whole(0)),
  /** Rows of training data that there are; default and most: the study's. */
  trainRows: v.optional(count),
  validationRows: v.optional(count),
  testRows: v.optional(count),
  /** Of data, weights and dropout. Default 0. */
  seed: v.optional(seedNumber, 0),
  /** `strict`: the same bits everywhere; `relaxed`: fused multiply-add. Default `strict`. */
  build: v.optional(oneOf(builds), "strict"),
});

/**
 * What a user writes: one training and what is asked of it. Only `target` has no default.
 * @useDeclaredType
 */
export type ExperimentInput = Omit<
  v.InferInput<typeof experimentSchema>,
  "target" | "ownTarget" | "protocol"
> & {
  /** By name, an expression on its domain, or a target of your own that `defineTarget` made. */
  target: string | Target;
  /** Of a stored run of a target of your own. */
  ownTarget?: TargetRecord;
  protocol?: ProtocolInput;
};

/** Options of a training with defaults filled in, as plain JSON. */
export type ExperimentConfig = Omit<v.InferOutput<typeof experimentSchema>, "ownTarget"> & {
  readonly ownTarget?: TargetRecord;
  readonly dim: number;
  readonly protocol: Protocol;
};

/** Everything that decides the bits of a run, and everything built from it. */
export interface Experiment {
  /** As the user gave it, with defaults filled in: what is stored and continued from. */
  readonly config: ExperimentConfig;
  readonly target: Target;
  readonly protocol: Protocol;
  readonly architecture: Architecture;
  /** The construction whose network this is, with its weights where they are not drawn. */
  readonly initial?: Initial;
  readonly training: TrainingOptions;
  readonly loss: Loss;
  /** Centroids of classification; in regression those of the matched resolutions differ in `classes` only. */
  readonly quantisation: (classes: number) => Quantisation;
  readonly rows: { train: number; validation: number; test: number };
}

const FIRST_VALIDATION = 200;

/** @throws PlateauError `usage` or `unknown-name`, quoting the value that makes no sense. */
export function defineExperiment(input: ExperimentInput): Experiment {
  const given = isTarget(input?.target) ? input.target : undefined;
  const checked = check("configuration", experimentSchema, given ? { ...input, target: given.name } : input);
  const { target: name, ownTarget: stored, mode, dim, ...rest } = checked;
  const { target, ...own } = trainedOn(given ?? name, stored);
  const d = dim ?? target.dim;
  const protocol = resolveProtocol(checked.protocol as ProtocolInput);
  const config: ExperimentConfig = { target: name, ...own, mode, dim: d, ...rest, protocol };
  const { classes } = config;
  const asStudy = protocol.base === "study";
  const rows = {
    train: Math.min(config.trainRows ?? target.sizes.train, target.sizes.train),
    validation: config.validationRows ?? (asStudy ? target.sizes.validation : 2000),
    test: config.testRows ?? target.sizes.test,
  };

  const initial = config.init === undefined ? undefined : constructedInitial(config, target);
  const architecture = initial?.architecture ?? transformerOf(config, protocol, target);

  refuseBoth(config, "steps", "epochs");
  refuseBoth(config, "warmup", "warmupBatches");
  if (protocol.weightDecay === "none" && config.decay !== undefined) {
    throw new PlateauError(
      "usage",
      `decay ${config.decay} with a protocol that has no weight decay: leave it out, or set weightDecay=decoupled or l2`,
    );
  }
  const epoch = Math.floor(rows.train / (config.batch * config.accumulation));
  const epochs = config.epochs ?? (asStudy ? 4 : undefined);
  const steps = config.steps ?? (epochs ? Math.max(1, epochs * epoch) : 2000);
  // A length that the user asks for is what runs, whatever the protocol's.
  const asked = config.steps !== undefined || config.epochs !== undefined;
  const cut = protocol.trainingLength === "first-validation" && !asked;
  const warmup =
    config.warmup ??
    (config.warmupBatches === undefined
      ? Math.min(asStudy ? Math.ceil(800 / config.accumulation) : 100, Math.floor(steps / 4))
      : Math.min(Math.ceil(config.warmupBatches / config.accumulation), steps - 1));
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
    slices: config.slices,
    optimizer: protocol.weightDecay === "decoupled" ? "adamw" : "adam",
    weightDecay: protocol.weightDecay === "none" ? 0 : (config.decay ?? (asStudy ? 0.05 : 0.01)),
    lr: config.lr ?? (asStudy ? 1e-3 : 2e-3),
    warmup,
    minFactor: protocol.learningRateFloor === "tenth" ? 0.1 : 0,
    clipNorm: config.clipNorm,
    clipEvery: config.clipEvery ?? (asStudy ? "micro-batch" : "update"),
    evaluateEvery: config.evaluateEvery ?? FIRST_VALIDATION,
    patience: config.patience,
    stopAfter: config.stopAfter ?? (cut ? FIRST_VALIDATION : 0),
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
  return { config, target, protocol, architecture, initial, training, loss, quantisation, rows };
}

/** Holds a configuration's target to what is stored of it. @throws PlateauError `usage`, `unknown-name` */
export function recordedTarget({ target, ownTarget }: ExperimentInput): void {
  trainedOn(target, ownTarget);
}

type Config = ExperimentConfig;

/** The Transformer that a configuration describes. @throws PlateauError `usage` */
function transformerOf(config: Config, protocol: Protocol, target: Target): Architecture {
  const { mode, dim: d, classes } = config;
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
  if (dModel === 1) {
    throw new PlateauError(
      "usage",
      "a model 1 wide (dim 1 with width=tied or without an output head): LayerNorm of one number is constant, so nothing can be learned: use dim 2 or more, or set width=embedded and outputHead=linear",
    );
  }
  const perVector = protocol.classDefinition === "per-coordinate" ? d : 1;
  return transformer({
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
    dropout: config.dropout ?? (protocol.base === "study" ? 0.1 : 0),
    initialization: config.initialization,
  });
}

/** Options that describe a Transformer, which a construction is none of. */
const transformerOptions = ["dModel", "heads", "ff", "dropout"] as const;

/** @throws PlateauError `usage` where options make no sense beside a construction, and as `initialOf` */
function constructedInitial(config: Config, target: Target): Initial {
  const { init, mode, dim, initialization } = config;
  const given = transformerOptions.find((name) => config[name] !== undefined);
  if (given) {
    throw new PlateauError(
      "usage",
      `${given} ${quote(config[given])} with init ${init}: the construction says what the network is, leave it out`,
    );
  }
  if (mode !== "regression") {
    throw new PlateauError("usage", `init ${init} with mode ${mode}: constructions are for regression`);
  }
  return initialOf(init!, target, dim, initialization);
}

function refuseBoth(
  config: ExperimentConfig,
  one: keyof ExperimentInput,
  other: keyof ExperimentInput,
): void {
  if (config[one] === undefined || config[other] === undefined) return;
  throw new PlateauError(
    "usage",
    `${one} ${quote(config[one])} and ${other} ${quote(config[other])}: they say the same in two ways, leave out one`,
  );
}

/** What an experiment is made of again: its configuration, with the target itself where no name finds it. */
export function inputOf({ config, target }: Experiment): ExperimentInput {
  return config.ownTarget ? { ...config, target } : config;
}

/** What a configuration comes to, as plain JSON. */
export interface Resolved {
  readonly architecture: unknown;
  readonly training: TrainingOptions;
  readonly rows: Experiment["rows"];
}

export function resolved({ architecture, training, rows }: Experiment): Resolved {
  return { architecture: architecture.config, training, rows };
}

/** All that decides a run's bits, with every default filled in, as text that compares. */
export function identity({ config, protocol, architecture, initial, training, rows }: Experiment): string {
  const { target, ownTarget, mode, classes, dim, seed, build } = config;
  return JSON.stringify([
    ownTarget ? [target, ownTarget] : target,
    mode,
    classes,
    dim,
    seed,
    build,
    protocol,
    architecture.config,
    training,
    rows,
    ...(initial ? [initial.name] : []),
  ]);
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
