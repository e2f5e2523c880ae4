import { errors } from "../../analysis/metrics/errors.js";
import { matched } from "../../analysis/metrics/matched.js";
import type { Model } from "../../nn/model.js";
import type { StopSignal } from "../../pause.js";
import type { Quantisation } from "../../targets/quantisation.js";
import type { Experiment } from "../config.js";
import { decode } from "../decode.js";
import { evaluationSample, predictFor } from "../evaluate.js";
import { testStart } from "../run.js";

/**
 * What a model's predictions of the test rows look like, fed as its protocol says. In classification the
 * centroids of predicted classes stand for predictions. Null where a number is none.
 */
export interface PredictionMeasures {
  /** Failure rate at matched resolution on each of the scales that were asked for. */
  readonly matched: readonly number[];
  /** Variance of predictions over that of true outputs, both summed over coordinates: 0 of a constant. */
  readonly varianceRatio: number | null;
  /** R² of each vector's mean over its d coordinates. */
  readonly meanR2: number | null;
  /** R² of what is left of each coordinate without that mean. */
  readonly deviationR2: number | null;
}

/** @throws PlateauError `aborted` through the signal */
export function predictionMeasures(
  experiment: Experiment,
  model: Model,
  scales: readonly Quantisation[],
  signal?: StopSignal,
): PredictionMeasures {
  const { config, quantisation, target } = experiment;
  const { dim, mode, classes } = config;
  const sample = evaluationSample(experiment, "test");
  const output = predictFor(experiment, model, sample, { start: testStart(experiment), signal });
  const predicted = mode === "classification" ? decode(output, dim, quantisation(classes)) : output;
  return {
    matched: scales.map(
      (scale) => matched(predicted, sample.y, dim, scale, [scale.classes]).failureRate[scale.classes],
    ),
    ...spread(predicted, sample.y, target.outputs, dim),
  };
}

/** The same measures of any predictions [N, outputs, dim] of truth. */
export function spread(
  predicted: Float32Array,
  truth: Float32Array,
  outputs: number,
  dim: number,
): Omit<PredictionMeasures, "matched"> {
  const [own, other] = [predicted, truth].map((y) => parts(y, dim));
  return {
    varianceRatio: finite(variance(predicted, outputs * dim) / variance(truth, outputs * dim)),
    meanR2: finite(errors(own.means, other.means, outputs).r2),
    deviationR2: dim > 1 ? finite(errors(own.rest, other.rest, outputs * dim).r2) : null,
  };
}

/** Means over the d coordinates of each vector, and what is left of each coordinate. */
function parts(y: Float32Array, dim: number): { means: Float64Array; rest: Float64Array } {
  const means = new Float64Array(y.length / dim);
  const rest = new Float64Array(y.length);
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += y[i * dim + k];
    means[i] = sum / dim;
    for (let k = 0; k < dim; k++) rest[i * dim + k] = y[i * dim + k] - means[i];
  }
  return { means, rest };
}

/** Sum of squares around each coordinate's mean. */
function variance(y: Float32Array, coordinates: number): number {
  const rows = y.length / coordinates;
  const means = new Float64Array(coordinates);
  for (let i = 0; i < y.length; i++) means[i % coordinates] += y[i] / rows;
  let squares = 0;
  for (let i = 0; i < y.length; i++) squares += (y[i] - means[i % coordinates]) ** 2;
  return squares;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
