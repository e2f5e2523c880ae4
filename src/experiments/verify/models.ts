import * as v from "valibot";
import { PlateauError } from "../../errors.js";
import { size } from "../../graph/tensor.js";
import { Model, type StateTensor } from "../../nn/model.js";
import { tabular } from "../../nn/tabular.js";
import { Transformer } from "../../nn/transformer.js";
import type { Build } from "../../runtime/compile.js";
import type { TrainingData } from "../../training/data.js";
import type { Loss } from "../../training/losses.js";
import { trainingOptions } from "../../training/options.js";
import { Trainer } from "../../training/trainer.js";
import { check, flag, nonNegative, oneOf, positive, share, whole, within } from "../../validate.js";
import { type CaseResult, metadataJson, type ReferenceFile, relativeError } from "./cases.js";
import { withoutKeyBias } from "./ops.js";

/**
 * What the largest error of a tensor is held to, relative to the tensor's largest magnitude. `losses` is
 * of the losses before each of ten updates and after. `trained` is of the outputs after ten updates, and
 * grows with their number (ours): Adam divides each gradient by its own running magnitude, which lifts the
 * rounding errors of small gradients to the size of a step, so that these outputs drift further than any
 * gradient. In deep models PyTorch's own float32 is up to 6.1e-6 from its float64 there.
 */
export const modelLimits = { outputs: 2e-6, loss: 1e-6, gradients: 5e-6, losses: 2e-6, trained: 1e-5 };
const PREFIX = "weights.";

const configSchema = v.looseObject({
  model: oneOf(["seq2seq", "encoder", "tabular"]),
  /** Widths of the columns of a `tabular` model. */
  columns: v.optional(v.array(whole(1))),
  heads: whole(1),
  encoderLayers: whole(1),
  decoderLayers: v.optional(whole(0), 0),
  activation: oneOf(["gelu", "relu", "gelu-tanh", "gelu_tanh"]),
  normFirst: v.optional(flag, false),
  finalNorm: v.optional(flag),
  classes: v.optional(whole(0), 0),
  eps: v.optional(positive, 1e-5),
  optimizer: v.optional(oneOf(["adam", "adamw", "sgd"]), "adam"),
  lr: v.optional(positive, 1e-3),
  momentum: v.optional(share, 0.9),
  beta1: v.optional(share, 0.9),
  beta2: v.optional(share, 0.999),
  weightDecay: v.optional(nonNegative, 0),
  warmup: v.optional(whole(0), 0),
  steps: v.optional(whole(0), 0),
  minFactor: v.optional(within(0, 1), 0),
  /** 0, null or absent: no clipping. */
  clipNorm: v.optional(
    v.pipe(
      v.nullable(nonNegative),
      v.transform((norm) => norm ?? 0),
    ),
    0,
  ),
});
type Config = v.InferOutput<typeof configSchema>;

/** Runs a `model.*` reference file through Transformer and Trainer. */
export function verifyModel(file: ReferenceFile, name: string, build: Build): CaseResult {
  const config = check(`${file.source}: config`, configSchema, metadataJson(file, "config"));
  const model = describe(file, config, build);
  const state = new Map<string, StateTensor>();
  for (const full of file.names.filter((n) => n.startsWith(PREFIX))) {
    state.set(full.slice(PREFIX.length), { shape: file.shape(full), data: file.f32(full) });
  }
  model.loadStateDict(state, file.source);

  const classes = config.classes;
  const loss: Loss = classes > 0 ? { kind: "cross-entropy", classes } : { kind: "mse" };
  const steps = Math.max(1, config.steps);
  const { batch, data } = onlyBatch(file);
  const { optimizer, lr, weightDecay, warmup, minFactor, clipNorm, momentum, beta1, beta2 } = config;
  const trainer = new Trainer(
    model,
    loss,
    data,
    trainingOptions({
      steps,
      batch,
      optimizer,
      lr,
      weightDecay,
      warmup,
      minFactor,
      clipNorm,
      momentum,
      beta1,
      beta2,
    }),
  );
  const errors: Record<string, number> = {};
  const limits: Record<string, number> = {};
  const hold = (tensor: string, limit: number, got: ArrayLike<number>, want: ArrayLike<number>) => {
    errors[tensor] = relativeError(got, want);
    limits[tensor] = limit;
  };

  // Inference and training are two programs over the same weights: both are held to the reference.
  const predicted = model.predict(file.f32("x"), {
    teacher: file.has("y") && config.model === "seq2seq" ? file.f32("y") : undefined,
  });
  trainer.gather();
  hold("out", modelLimits.outputs, predicted, file.f64("out"));
  hold("out (training)", modelLimits.outputs, trainer.program.f32("output"), file.f64("out"));
  hold("loss", modelLimits.loss, [trainer.loss], file.f64("loss"));
  if (file.has("gradNorm"))
    hold("gradNorm", modelLimits.gradients, [trainer.gradientNorm], file.f64("gradNorm"));
  const gradients = model.engine.f32(trainer.state.gradients, model.parameters.length);
  for (const { name: parameter, shape, offset } of model.parameters) {
    if (!file.has(`grad.${parameter}`)) continue;
    let got: ArrayLike<number> = gradients.subarray(offset, offset + size(shape));
    let want: ArrayLike<number> = file.f64(`grad.${parameter}`);
    if (parameter.endsWith("in_proj_bias")) [got, want] = [withoutKeyBias(got), withoutKeyBias(want)];
    hold(`grad.${parameter}`, modelLimits.gradients, got, want);
  }

  if (config.steps > 0 && file.has("train.losses")) {
    const losses: number[] = [];
    for (let t = 0; t < config.steps; t++) {
      trainer.step();
      losses.push(trainer.loss);
    }
    const want = file.f64("train.losses");
    errors["train.losses"] = Math.max(...losses.map((got, t) => relativeError([got], [want[t]])));
    limits["train.losses"] = modelLimits.losses;
    trainer.gather();
    if (file.has("train.loss"))
      hold("train.loss", modelLimits.losses, [trainer.loss], file.f64("train.loss"));
    if (file.has("train.out"))
      hold(
        "train.out",
        modelLimits.trained * Math.max(1, config.steps / 10),
        trainer.program.f32("output"),
        file.f64("train.out"),
      );
  }
  const ok = Object.keys(errors).every((tensor) => errors[tensor] <= limits[tensor]);
  return { name, kind: "model", ok, errors, limits };
}

/** The model that a reference file describes: by its config, and by its tensors' shapes. */
function describe(file: ReferenceFile, config: Config, build: Build): Model {
  const encoder = config.model !== "seq2seq";
  const root = `${PREFIX}${encoder ? "" : "transformer."}encoder.layers.0`;
  if (!file.has(`${root}.linear1.weight`)) {
    throw new PlateauError("format", `${file.source}: no tensor ${root}.linear1.weight`);
  }
  const [ff, dModel] = file.shape(`${root}.linear1.weight`);
  const [, inputTokens, inputDim] = file.shape("x");
  const [, outputTokens, outputDim] = file.shape("out");
  const { heads, encoderLayers, decoderLayers, normFirst } = config;
  const activation = config.activation === "gelu_tanh" ? "gelu-tanh" : config.activation;
  if (config.model === "tabular") {
    const columns = config.columns ?? new Array<number>(inputDim).fill(1);
    const layers = encoderLayers;
    return new Model(tabular({ columns, outputDim, dModel, heads, ff, layers, activation }), { build });
  }
  return Transformer.create(
    {
      kind: encoder ? "encoder" : "encoder-decoder",
      inputDim,
      targetDim: file.has("y") ? file.shape("y")[2] : outputDim,
      outputDim,
      inputTokens,
      outputTokens,
      dModel,
      heads,
      ff,
      encoderLayers,
      decoderLayers: encoder ? 0 : decoderLayers,
      activation,
      normFirst,
      finalNorm: config.finalNorm ?? file.has(`${PREFIX}${encoder ? "" : "transformer."}encoder.norm.weight`),
      embedding: file.has(`${PREFIX}embed.weight`) ? "linear" : "none",
      head: file.has(`${PREFIX}head.weight`) ? "linear" : "none",
      layerNormEps: config.eps,
    },
    { build },
  );
}

/** The file's one batch, whatever rows are asked for. */
function onlyBatch(file: ReferenceFile): { batch: number; data: TrainingData } {
  const [batch] = file.shape("x");
  const x = file.f32("x");
  const y = file.has("y") ? file.f32("y") : undefined;
  const labels = file.has("labels") ? file.i32("labels") : undefined;
  return {
    batch,
    data: {
      rows: batch,
      widths: { x: x.length / batch, y: (y?.length ?? 0) / batch, labels: (labels?.length ?? 0) / batch },
      fill(engine, to) {
        engine.f32(to.x, x.length).set(x);
        if (y && to.y) engine.f32(to.y, y.length).set(y);
        if (labels && to.labels) engine.i32(to.labels, labels.length).set(labels);
      },
    },
  };
}
