import type { FailureCurve, FailureRateResult, PredictorRates } from "../../analysis/failure-curve.js";
import { percent } from "../../analysis/statistics/say.js";
import { grouped } from "./encodings.js";
import { failureRate } from "./failure-rate.js";
import type { FigureKind } from "./figure-kind.js";

export type FailureCurveData = Pick<FailureRateResult, "samples" | "perCoordinate">;

const predictors: readonly [keyof PredictorRates, string][] = [
  ["model", "model"],
  ["mean", "mean predictor"],
  ["majority", "majority class"],
  ["leastSquares", "least squares"],
];

export const failureCurve: FigureKind<FailureCurveData> = {
  name: "failure-curve",
  description: "failure rate at matched resolution by the number of classes K, beside baselines",
  draw(
    { samples, perCoordinate: { points, resolvedClasses, labels } },
    { name = "failure-curve", note } = {},
  ) {
    if (points.length === 0) return undefined;
    const last = points[points.length - 1];
    return failureRate.draw(
      {
        title:
          resolvedClasses === null
            ? `Two classes are too many: ${percent(points[0].model.value)} of the numbers fall into the wrong one`
            : resolvedClasses === last.classes
              ? `At ${last.classes} classes still ${percent(1 - last.model.value)} of the numbers are in the right one`
              : `Half of the numbers are in the right one of up to ${resolvedClasses} classes`,
        x: "classes, K",
        y: "numbers in the wrong class",
        about: `Predicted and true numbers quantised with the same K centroids (matched resolution, ours), on ${grouped(samples)} samples, ${grouped(labels)} numbers. Intervals: 95%.`,
        series: predictors.map(([field, title]) => ({
          name: title,
          kind: field === "model" ? "model" : "baseline",
          points: points.flatMap(({ classes, [field]: rate }) => (rate ? [{ x: classes, ...rate }] : [])),
        })),
      },
      { name, ...(note === undefined ? {} : { note }) },
    );
  },
  examples: { "failure-curve": { samples: 2000, perCoordinate: example() } },
  nothing: { samples: 0, perCoordinate: { ...example(), points: [] } },
};

function example(): FailureCurve {
  const rate = (value: number) => ({ value, low: 0.97 * value, high: Math.min(1, 1.03 * value) });
  return {
    mode: "per-coordinate",
    low: -2,
    high: 2,
    labels: 8000,
    resolvedClasses: 64,
    points: [2, 4, 8, 16, 32, 64, 128, 256].map((classes) => ({
      classes,
      model: rate(1 - 40 / (40 + classes)),
      mean: rate(1 - 1 / classes),
      majority: rate(1 - 1.4 / classes),
      leastSquares: null,
    })),
  };
}
