import type { StopSignal } from "../../pause.js";
import { studyClasses } from "../../targets/quantisation.js";
import { type Errors, errors } from "./errors.js";
import { type FailureRates, regressionFailureRate } from "./failure-rate.js";
import { type Centroids, type Matched, matched } from "./matched.js";

/** Predicted and true outputs of one evaluation set, [samples, outputs, dim] each. */
export interface Evaluation {
  readonly predicted: Float32Array;
  readonly truth: Float32Array;
  /** n: tokens of an output. */
  readonly outputs: number;
  /** d: numbers a token has. */
  readonly dim: number;
  /** Where the centroids of the matched failure rate lie. */
  readonly centroids: Centroids;
  /** K of the matched failure rate. Default: 5, 10, 15, 20. */
  readonly classes?: readonly number[];
}

export interface MeasureOptions {
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: StopSignal;
}

/** What every regression is measured by, models and baselines alike. */
export interface RegressionMeasures {
  readonly errors: Errors;
  readonly failureRate: FailureRates;
  readonly matched: Matched;
}

/** @throws PlateauError `usage` on shapes that do not fit, `aborted` through the signal */
export async function measureRegression(
  evaluation: Evaluation,
  options: MeasureOptions = {},
): Promise<RegressionMeasures> {
  return {
    errors: errorsOf(evaluation),
    failureRate: await failureRateOf(evaluation, options),
    matched: matchedOf(evaluation),
  };
}

export function errorsOf({ predicted, truth, outputs, dim }: Evaluation): Errors {
  return errors(predicted, truth, outputs * dim);
}

export function failureRateOf(
  { predicted, truth, dim }: Evaluation,
  options: MeasureOptions = {},
): Promise<FailureRates> {
  return regressionFailureRate(predicted, truth, dim, options);
}

export function matchedOf({ predicted, truth, dim, centroids, classes = studyClasses }: Evaluation): Matched {
  return matched(predicted, truth, dim, centroids, classes);
}
