import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { pacer } from "../pause.js";
import { type Quantisation, quantise } from "../targets/quantisation.js";
import { check, whole } from "../validate.js";
import { baselinePredictions, type FitData, fitData, outputTokens } from "./data/failure-predictors.js";
import { contextEntries, type HeldOut, heldOut } from "./data/held-out.js";
import type { Measure, Subject } from "./measure.js";
import { constantTokenRanks } from "./metrics/baselines.js";
import { failureRanks, regressionRanks } from "./metrics/failure-rate.js";
import { classCounts, countClasses, majorityLabels } from "./metrics/majority.js";
import type { Estimate } from "./statistics/bootstrap.js";
import { percent, withInterval } from "./statistics/say.js";
import { clusteredShare } from "./statistics/wilson.js";

/** Numbers of classes that a curve is drawn through unless told: the study's 5, 10, 15, 20 among them. */
export const curveClasses = [
  2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256,
] as const;

export interface FailureRateOptions {
  /** K of the curve at matched resolution, each from 2 to 65536. Default: 20 from 2 to 256. */
  readonly classes?: readonly number[];
}

/** Shares of failures with 95% intervals (Wilson's, labels of one sample counted as they vary). */
export interface PredictorRates {
  readonly model: Estimate;
  /** The mean output, the same for every input. Null, as the next two, without data to fit to. */
  readonly mean: Estimate | null;
  /** The class most frequent at each place of an output. Null also where there are no classes. */
  readonly majority: Estimate | null;
  /** Least squares with intercept on all inputs. */
  readonly leastSquares: Estimate | null;
}

/** Failure rates at matched resolution against K. */
export interface FailureCurve {
  readonly mode: Quantisation["mode"];
  /** The ends of the interval that centroids are evenly spaced on. */
  readonly low: number;
  readonly high: number;
  /** Classes compared for each K: vectors on the diagonal, single numbers per coordinate. */
  readonly labels: number;
  readonly points: readonly (PredictorRates & { readonly classes: number })[];
  /** The largest K up to which at most half of the model's labels fail; null where 2 classes are too many. */
  readonly resolvedClasses: number | null;
}

/** Predictions and truth are rounded to float32 first. */
export interface FailureRateResult {
  readonly source: HeldOut["source"];
  readonly samples: number;
  /** Output tokens of all samples: the vectors that the study's metric ranks; it grows with their number. */
  readonly vectors: number;
  /** Numbers of a vector. */
  readonly dim: number;
  /** What the baselines were fitted to. */
  readonly fitted: Pick<FitData, "source" | "rows"> | null;
  /** By k: the true vector is not among the k true vectors nearest to the prediction. */
  readonly study: Readonly<Record<string, PredictorRates>>;
  readonly diagonal: FailureCurve;
  readonly perCoordinate: FailureCurve;
}

const schema = v.strictObject({
  ...contextEntries,
  classes: v.optional(v.pipe(v.array(whole(2, 2 ** 16)), v.minLength(1, "expected a number of classes"))),
});

/** The study's failure rate, and the same question at matched resolution, beside baselines. */
export const failureRate: Measure<FailureRateResult, FailureRateOptions> = {
  name: "failureRate",
  description: "failure rate at k = 1 … 4, and by number of classes at matched resolution, with baselines",
  needs: ["data"],

  async measure(subject, options = {}) {
    const { seed, samples, classes = curveClasses } = check("failureRate", schema, options);
    const { outputs, dim } = outputTokens(subject);
    const { signal } = options;
    const pace = pacer("measuring failure rates", options);
    const data = await heldOut(subject, { seed, samples }, (share) => pace(0.1 * share));
    const truth = Float32Array.from(data.truth);
    if (!truth.every(Number.isFinite)) {
      throw new PlateauError(
        "usage",
        "a true output is not finite in float32: it has no class and no neighbour",
      );
    }
    const predicted = Float32Array.from(data.predicted);
    const fit = await fitData(subject, seed, (share) => pace(0.1 + 0.1 * share));
    const others = fit
      ? await baselinePredictions(fit, subject.model, Float32Array.from(data.x), signal)
      : null;

    const { onProgress } = options;
    const ranks = (predictions: Float32Array, from: number) =>
      regressionRanks(predictions, truth, dim, {
        signal,
        onProgress: onProgress && ((share) => onProgress(from + 0.3 * share)),
      });
    const modelRanks = await ranks(predicted, 0.2);
    const linearRanks = others && (await ranks(others.leastSquares, 0.5));
    const meanRanks = others && constantTokenRanks({ predicted: others.mean, truth, outputs, dim });
    const at = (found: Int32Array, k: number) => share(data.count, found.length, (i) => found[i] >= k);
    const study = failureRanks.map((k) => {
      const rates: PredictorRates = {
        model: at(modelRanks, k),
        mean: meanRanks && at(meanRanks, k),
        majority: null,
        leastSquares: linearRanks && at(linearRanks, k),
      };
      return [k, rates];
    });

    const { low, high } = subject.centroids ?? rangeOf(truth);
    const predictions: Predictions = { count: data.count, outputs, dim, truth, predicted, others, fit };
    const curves: FailureCurve[] = [];
    for (const mode of ["diagonal", "per-coordinate"] as const) {
      const points: (PredictorRates & { classes: number })[] = [];
      for (const [i, K] of classes.entries()) {
        await pace(0.8 + 0.1 * (curves.length + i / classes.length));
        points.push({ classes: K, ...ratesAt({ classes: K, low, high, mode }, predictions) });
      }
      const labels = mode === "diagonal" ? truth.length / dim : truth.length;
      curves.push({ mode, low, high, labels, points, resolvedClasses: resolved(points) });
    }
    onProgress?.(1);
    return {
      source: data.source,
      samples: data.count,
      vectors: truth.length / dim,
      dim,
      fitted: fit && { source: fit.source, rows: fit.rows },
      study: Object.fromEntries(study),
      diagonal: curves[0],
      perCoordinate: curves[1],
    };
  },

  describe({ vectors, study, perCoordinate }) {
    const first = study[1];
    const beside = first.mean ? ` (the mean predictor's: ${percent(first.mean.value)})` : "";
    const { resolvedClasses, points } = perCoordinate;
    const last = points[points.length - 1];
    const half =
      resolvedClasses === null
        ? `more than half of its numbers are in the wrong one of ${points[0].classes} classes`
        : `at least half of its numbers are in the right one of up to ${resolvedClasses} classes`;
    return (
      `For ${withInterval(first.model, percent)} of ${vectors} outputs another true output is nearer to the prediction${beside}; ` +
      `at matched resolution ${half}, ${percent(last.model.value)} in the wrong one of ${last.classes}.`
    );
  },
};

interface Predictions {
  readonly count: number;
  readonly outputs: number;
  readonly dim: number;
  readonly truth: Float32Array;
  readonly predicted: Float32Array;
  readonly others: Awaited<ReturnType<typeof baselinePredictions>> | null;
  readonly fit: FitData | null;
}

function ratesAt(quantisation: Quantisation, predictions: Predictions): PredictorRates {
  const { count, outputs, dim, truth, predicted, others, fit } = predictions;
  const labels = quantise(truth, dim, quantisation);
  const wrong = (found: Int32Array) =>
    share(count, labels.length, (i) => found[i % found.length] !== labels[i]);
  const rate = (values: Float32Array) => wrong(quantise(values, dim, quantisation));
  if (!(fit && others)) return { model: rate(predicted), mean: null, majority: null, leastSquares: null };
  const counts = classCounts(quantisation, outputs, dim);
  countClasses(counts, fit.y, dim);
  return {
    model: rate(predicted),
    mean: rate(others.mean),
    majority: wrong(majorityLabels(counts)),
    leastSquares: rate(others.leastSquares),
  };
}

/** Share of `labels` labels, as many for each of `count` samples, that fail. */
function share(count: number, labels: number, fails: (i: number) => boolean): Estimate {
  const each = labels / count;
  const failures = new Uint32Array(count);
  for (let i = 0; i < labels; i++) if (fails(i)) failures[Math.floor(i / each)]++;
  return clusteredShare(failures, each);
}

function resolved(points: readonly (PredictorRates & { classes: number })[]): number | null {
  let found: number | null = null;
  for (const { classes, model } of [...points].sort((a, b) => a.classes - b.classes)) {
    if (model.value > 0.5) break;
    found = classes;
  }
  return found;
}

/** Least and greatest of some numbers; where there is only one, an interval around it. */
function rangeOf(values: Float32Array): Pick<NonNullable<Subject["centroids"]>, "low" | "high"> {
  let low = values[0];
  let high = values[0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const room = low < high ? 0 : Math.max(1, Math.abs(low));
  return { low: low - room, high: high + room };
}
