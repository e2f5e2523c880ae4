import { requireArguments, requireOptions } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { type AttentionMaps, attentionMaps } from "../nn/attention-maps.js";
import type { Model, PredictOptions } from "../nn/model.js";
import type { StopSignal } from "../pause.js";
import type { Experiment } from "./config.js";
import { decode } from "./decode.js";
import { evaluationSample, predictFor } from "./evaluate.js";
import { testStart } from "./run.js";

/** What a model answers, beside what is true. All row-major; d numbers a token. */
export interface Predictions {
  readonly rows: number;
  /** Tokens of an input and of an output. */
  readonly tokens: { readonly inputs: number; readonly outputs: number };
  readonly dim: number;
  /** [rows, inputs, d]. */
  readonly x: Float32Array;
  /** [rows, outputs, d]; of a classification, the centroids of the predicted classes. */
  readonly predicted: Float32Array;
  /** [rows, outputs, d]. */
  readonly truth: Float32Array;
}

/** Which rows are predicted. */
export interface PredictRowsOptions {
  /** Inputs [rows, inputs, d]. Default: those of the test rows. */
  readonly x?: Float32Array;
  /** Most rows of them, from the first. Default: all. */
  readonly rows?: number;
  readonly signal?: StopSignal;
}

/**
 * What the model of an experiment predicts of its test rows, or of other inputs, its decoder fed as the protocol
 * says; and what the target is there.
 * @throws PlateauError `usage` where x is no whole number of rows; `aborted`
 */
export function predictRows(
  experiment: Experiment,
  model: Model,
  options: PredictRowsOptions = {},
): Predictions {
  requireArguments("predictRows", {
    experiment: [experiment, "Experiment: config target protocol architecture"],
    model: [model, "Model: architecture parameters seed config"],
  });
  requireOptions("predictRows", options, { x: "floats?", rows: "number?", signal: "signal?" });
  const { x, rows, signal } = options;
  const { target, quantisation, config } = experiment;
  const { dim, mode, classes } = config;
  const tokens = { inputs: target.inputs, outputs: target.outputs };
  const [xWidth, yWidth] = [tokens.inputs * dim, tokens.outputs * dim];
  const all = x ? { x, y: truthOf(experiment, x) } : evaluationSample(experiment, "test");
  const count = Math.min(rows ?? Number.POSITIVE_INFINITY, all.x.length / xWidth);
  const sample = { x: all.x.subarray(0, count * xWidth), y: all.y.subarray(0, count * yWidth) };
  const output = predictFor(experiment, model, sample, { start: testStart(experiment), signal });
  const predicted = mode === "classification" ? decode(output, dim, quantisation(classes)) : output;
  return { rows: count, tokens, dim, x: sample.x, predicted, truth: sample.y };
}

/** Attention weights, block by block, on the inputs of predictions. @throws PlateauError `usage`, `aborted` */
export function attentionOf(
  { protocol, quantisation, config }: Experiment,
  model: Model,
  { x, truth }: Predictions,
  signal?: StopSignal,
): AttentionMaps[] {
  const { mode, dim, classes } = config;
  const feedback: PredictOptions["feedback"] = (logits) => decode(logits, dim, quantisation(classes));
  if (protocol.decoding === "teacher-forcing") return attentionMaps(model, x, { teacher: truth, signal });
  return attentionMaps(model, x, mode === "classification" ? { feedback, signal } : { signal });
}

function truthOf({ target, config }: Experiment, x: Float32Array): Float32Array {
  const f = target.asFunction(config.dim);
  if (x.length === 0 || x.length % f.inputs !== 0) {
    throw new PlateauError(
      "usage",
      `inputs of ${x.length} numbers are no rows of ${f.inputs}: ${target.name} takes ${target.inputs} ${target.inputs === 1 ? "token" : "tokens"} of ${config.dim} each`,
    );
  }
  return Float32Array.from(f.evaluate(Float64Array.from(x), x.length / f.inputs));
}
