import { PlateauError } from "../../errors.js";
import type { StopSignal } from "../../pause.js";
import { centroid, type Quantisation, quantise, studyClasses } from "../../targets/quantisation.js";
import { classRank, type FailureRates, failureRates } from "./failure-rate.js";
import { type LinearFit, leastSquares, predictLinear, type TrainingRows } from "./least-squares.js";
import { type ClassCounts, classCounts, countClasses, majorityFailureRate } from "./majority.js";
import type { Centroids, Matched } from "./matched.js";
import { constantRanks } from "./nearest-ranks.js";
import {
  type Evaluation,
  errorsOf,
  type MeasureOptions,
  matchedOf,
  measureRegression,
  type RegressionMeasures,
} from "./regression.js";

/** Multiply-adds that a fit may take unless its caller says how many rows: about two seconds. */
const BUDGET = 2.6e10;

/** Shapes of a target's data: inputs [m,d] and outputs [n,d]. */
export interface Shape {
  readonly inputs: number;
  readonly outputs: number;
  readonly dim: number;
}

/** Predictors that know nothing of Transformers, fitted to training data. */
export interface Baselines {
  readonly shape: Shape;
  /** Also holds the mean output. */
  readonly linear: LinearFit;
  readonly counts: readonly ClassCounts[];
}

/** Evaluation data: x [samples,m,d], y [samples,n,d]. */
export interface EvaluationData {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export interface RegressionBaselines {
  /** Training rows that the baselines were fitted to. */
  readonly rows: number;
  /** The mean output, the same for every input. */
  readonly mean: RegressionMeasures;
  /** The class most frequent at each place of an output: on the matched scale only. */
  readonly majority: { readonly matched: Matched };
  /** Least squares with intercept on all m·d inputs. */
  readonly leastSquares: RegressionMeasures;
}

export interface ClassificationBaselines {
  readonly rows: number;
  /** Classes in order of their centroid's distance to the mean output. */
  readonly mean: FailureRates;
  /** Classes in order of their frequency in training data. */
  readonly majority: FailureRates;
  /** Classes in order of their centroid's distance to the least-squares regression. */
  readonly leastSquares: FailureRates;
}

/** Training rows that least squares uses of `available` ones, unless told: at least 20 an input. */
export function baselineRows(available: number, { inputs, outputs, dim }: Shape): number {
  const p = inputs * dim;
  const affordable = Math.floor(BUDGET / (p * (p / 2 + outputs * dim)));
  return Math.min(available, Math.max(20 * p, affordable));
}

/**
 * Fits mean, majority class and least squares in one pass over the training rows.
 *
 * @param train x [rows, m·d], y [rows, n·d]
 * @param quantisations those that majority classes will be asked for
 * @throws PlateauError `usage`, `aborted`
 */
export async function fitBaselines(
  train: TrainingRows,
  shape: Shape,
  quantisations: readonly Quantisation[],
  signal?: StopSignal,
): Promise<Baselines> {
  const { inputs, outputs, dim } = shape;
  const counts = quantisations.map((quantisation) => classCounts(quantisation, outputs, dim));
  const counting: TrainingRows = {
    count: train.count,
    read(start, rows) {
      const block = train.read(start, rows);
      for (const one of counts) countClasses(one, block.y, dim);
      return block;
    },
  };
  return { shape, linear: await leastSquares(counting, inputs * dim, outputs * dim, signal), counts };
}

/** The quantisations that `regressionBaselines` needs counted. */
export function matchedQuantisations(
  centroids: Centroids,
  classes: readonly number[] = studyClasses,
): Quantisation[] {
  return classes.map((K) => ({ ...centroids, classes: K }));
}

/** The baselines by the measures of a regression. */
export async function regressionBaselines(
  { shape, linear, counts }: Baselines,
  { x, y }: EvaluationData,
  centroids: Centroids,
  { classes = studyClasses, ...options }: MeasureOptions & { readonly classes?: readonly number[] } = {},
): Promise<RegressionBaselines> {
  const { outputs, dim } = shape;
  const evaluation = (predicted: Float32Array): Evaluation => ({
    predicted,
    truth: y,
    outputs,
    dim,
    centroids,
    classes,
  });
  const mean = evaluation(meanOutputs(linear, y.length));
  const quantisations = matchedQuantisations(centroids, classes);
  const labels = quantisations.map((one) => quantise(y, dim, one));
  return {
    rows: linear.rows,
    mean: { errors: errorsOf(mean), failureRate: meanFailureRate(mean), matched: matchedOf(mean) },
    majority: {
      matched: {
        mode: centroids.mode,
        low: centroids.low,
        high: centroids.high,
        samples: labels[0]?.length ?? 0,
        failureRate: Object.fromEntries(
          quantisations.map((one, i) => [
            one.classes,
            majorityFailureRate(countsOf(counts, one), labels[i]).failureRate[1],
          ]),
        ),
      },
    },
    leastSquares: await measureRegression(evaluation(predictLinear(linear, x)), options),
  };
}

/** The baselines by the measure of a classification. */
export function classificationBaselines(
  { shape, linear, counts }: Baselines,
  { x, y }: EvaluationData,
  quantisation: Quantisation,
): ClassificationBaselines {
  const { dim } = shape;
  const labels = quantise(y, dim, quantisation);
  const byDistance = (predicted: Float32Array) => quantisedFailureRate(predicted, labels, dim, quantisation);
  return {
    rows: linear.rows,
    mean: byDistance(meanOutputs(linear, y.length)),
    majority: majorityFailureRate(countsOf(counts, quantisation), labels),
    leastSquares: byDistance(predictLinear(linear, x)),
  };
}

/**
 * The failure rate of a regression read as a classification: classes in order of their centroid's
 * distance to the prediction, ties to the lower class.
 */
export function quantisedFailureRate(
  predicted: Float32Array,
  labels: Int32Array,
  d: number,
  quantisation: Quantisation,
): FailureRates {
  const { classes, mode } = quantisation;
  const width = mode === "diagonal" ? d : 1;
  const centroids = Float64Array.from({ length: classes }, (_, k) => centroid(quantisation, k));
  const nearness = new Float64Array(classes);
  const ranks = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += predicted[i * width + k];
    // On the diagonal only the mean tells centroids apart.
    for (let k = 0; k < classes; k++) nearness[k] = -Math.abs(sum / width - centroids[k]);
    ranks[i] = classRank(nearness, 0, labels[i], classes);
  }
  return failureRates(ranks);
}

function meanOutputs({ mean, outputs }: LinearFit, length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => mean[i % outputs]);
}

function meanFailureRate(evaluation: Evaluation): FailureRates {
  return failureRates(constantTokenRanks(evaluation));
}

/**
 * Ranks of every vector where every sample has the same prediction, [outputs, dim] of it in front: sorting
 * one list of distances a token does.
 */
export function constantTokenRanks({
  predicted,
  truth,
  outputs,
  dim,
}: Pick<Evaluation, "predicted" | "truth" | "outputs" | "dim">): Int32Array<ArrayBuffer> {
  const vectors = truth.length / dim;
  const ranks = new Int32Array(vectors);
  for (let token = 0; token < outputs; token++) {
    const own = Array.from({ length: vectors / outputs }, (_, i) => i * outputs + token);
    const found = constantRanks(predicted.subarray(token * dim, (token + 1) * dim), truth, dim, own);
    for (let i = 0; i < own.length; i++) ranks[own[i]] = found[i];
  }
  return ranks;
}

function countsOf(counts: readonly ClassCounts[], wanted: Quantisation): ClassCounts {
  const { classes, low, high, mode } = wanted;
  const found = counts.find(
    ({ quantisation: q }) => q.classes === classes && q.low === low && q.high === high && q.mode === mode,
  );
  if (!found) {
    throw new PlateauError("usage", `classes were not counted for K = ${classes}: pass it to fitBaselines`);
  }
  return found;
}
