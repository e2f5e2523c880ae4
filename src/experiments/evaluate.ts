import {
  type Baselines,
  baselineRows,
  classificationBaselines,
  fitBaselines,
  matchedQuantisations,
  regressionBaselines,
} from "../analysis/metrics/baselines.js";
import { errors } from "../analysis/metrics/errors.js";
import { matched } from "../analysis/metrics/matched.js";
import type { RegressionMeasures } from "../analysis/metrics/regression.js";
import { requireArguments } from "../arguments.js";
import type { Model, PredictOptions } from "../nn/model.js";
import type { StopSignal } from "../pause.js";
import { studyClasses } from "../targets/quantisation.js";
import type { Sample, Split } from "../targets/target.js";
import type { Experiment } from "./config.js";
import { generatedRows } from "./data.js";
import { decode } from "./decode.js";
import { failureRatesOf, measureBy, protocolMetric } from "./metric.js";

/** How well predictions approximate the true outputs. In classification, the centroids of predicted classes do. */
export interface Scores {
  rmse: number;
  relativeL2: number;
  r2: number;
  sup: number;
  /** By k: among all true vectors (regression), or among the classes (classification). */
  failureRate: Record<string, number>;
  /** By K: after quantising predictions and true outputs with the same centroids. */
  matched: Record<string, number>;
}

/** What predictors that know nothing of Transformers reach on the same data. */
export interface BaselineScores {
  mean: Partial<Scores>;
  majority: Partial<Scores>;
  leastSquares: Partial<Scores>;
}

/** How judging is watched and stopped. */
export interface EvaluateOptions {
  signal?: StopSignal;
  /** Which draw of a random start vector the model gets. Default: that of training. */
  start?: PredictOptions["start"];
}

/**
 * The samples that a split of an experiment is judged on.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function evaluationSample(experiment: Experiment, split: Exclude<Split, "train">): Sample {
  requireArguments("evaluationSample", {
    experiment: [experiment, "Experiment: config target protocol architecture"],
    split: [split, "text"],
  });

  const { config, target, rows } = experiment;
  return target.sample(split, { start: 0, count: rows[split] }, config.dim, config.seed);
}

/** Outputs of a model for x, its decoder fed as the protocol says. */
export function predictFor(
  experiment: Experiment,
  model: Model,
  { x, y }: { readonly x: Float32Array; readonly y: Float32Array },
  { start, signal }: Pick<PredictOptions, "start" | "signal"> = {},
): Float32Array {
  const { config, protocol, quantisation } = experiment;
  const options: PredictOptions = { start, signal };
  if (protocol.decoding === "teacher-forcing") options.teacher = y;
  else if (config.mode === "classification") {
    options.feedback = (logits) => decode(logits, config.dim, quantisation(config.classes));
  }
  return model.predict(x, options);
}

/** What validation minimises. */
export async function validationValue(
  experiment: Experiment,
  model: Model,
  sample: Sample,
  options: EvaluateOptions = {},
): Promise<number> {
  const output = predictFor(experiment, model, sample, options);
  return measureBy(protocolMetric(experiment), experiment, output, sample, options);
}

/**
 * Judges a model on a sample.
 * @throws PlateauError `usage` on shapes that do not fit, `aborted` through the signal
 */
export async function score(
  experiment: Experiment,
  model: Model,
  sample: Sample,
  options: EvaluateOptions = {},
): Promise<Scores> {
  requireArguments("score", {
    experiment: [experiment, "Experiment: config target protocol architecture"],
    model: [model, "Model: architecture parameters seed config"],
    sample: [sample, "Sample: x y u"],
    options: [options, "object?"],
  });

  const { config, quantisation, target } = experiment;
  const { dim, mode, classes } = config;
  const output = predictFor(experiment, model, sample, options);
  const predicted = mode === "classification" ? decode(output, dim, quantisation(classes)) : output;
  const { rmse, relativeL2, r2, sup } = errors(predicted, sample.y, target.outputs * dim);
  const failureRate = await failureRatesOf(experiment, output, sample.y, options);
  const scale = matched(predicted, sample.y, dim, quantisation(classes), studyClasses);
  return {
    rmse,
    relativeL2,
    r2,
    sup,
    failureRate,
    matched: { ...scale.failureRate },
  };
}

/**
 * Judges mean predictor, majority class and least squares on the same sample.
 * @throws PlateauError `usage` on shapes that do not fit, `aborted` through the signal
 */
export async function scoreBaselines(
  experiment: Experiment,
  sample: Sample,
  options: EvaluateOptions = {},
): Promise<BaselineScores> {
  requireArguments("scoreBaselines", {
    experiment: [experiment, "Experiment: config target protocol architecture"],
    sample: [sample, "Sample: x y u"],
    options: [options, "object?"],
  });

  const { config, target, rows, quantisation } = experiment;
  const { dim, seed, mode, classes } = config;
  const shape = { inputs: target.inputs, outputs: target.outputs, dim };
  const centroids = quantisation(classes);
  const counted = [...matchedQuantisations(centroids, studyClasses), centroids];
  const train = generatedRows(target, baselineRows(rows.train, shape), dim, seed);
  const fitted: Baselines = await fitBaselines(train, shape, counted, options.signal);
  const data = { x: sample.x, y: sample.y };
  if (mode === "classification") {
    const { mean, majority, leastSquares } = classificationBaselines(fitted, data, centroids);
    return {
      mean: { failureRate: { ...mean.failureRate } },
      majority: { failureRate: { ...majority.failureRate } },
      leastSquares: { failureRate: { ...leastSquares.failureRate } },
    };
  }
  const { mean, majority, leastSquares } = await regressionBaselines(fitted, data, centroids, options);
  return {
    mean: flat(mean),
    majority: { matched: { ...majority.matched.failureRate } },
    leastSquares: flat(leastSquares),
  };
}

function flat({
  errors: { rmse, relativeL2, r2, sup },
  failureRate,
  matched: scale,
}: RegressionMeasures): Scores {
  return {
    rmse,
    relativeL2,
    r2,
    sup,
    failureRate: { ...failureRate.failureRate },
    matched: { ...scale.failureRate },
  };
}
