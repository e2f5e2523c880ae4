import { baselineRows } from "../../analysis/metrics/baselines.js";
import { errors } from "../../analysis/metrics/errors.js";
import { regressionFailureRate } from "../../analysis/metrics/failure-rate.js";
import { leastSquares, predictLinear } from "../../analysis/metrics/least-squares.js";
import { classCounts, countClasses, majorityFailureRate } from "../../analysis/metrics/majority.js";
import { matched } from "../../analysis/metrics/matched.js";
import type { StopSignal } from "../../pause.js";
import { type Quantisation, quantise } from "../../targets/quantisation.js";
import { findTarget } from "../../targets/registry.js";
import { generatedRows } from "../data.js";
import type { Setting } from "./cell.js";
import type { AuditConfig } from "./config.js";
import { quantisationOf, scales } from "./scales.js";

/** What a predictor that knows nothing of Transformers reaches on the data of one seed. */
export interface BaselineScore {
  readonly r2: number;
  /** Failure rate among all true vectors, as the study measures a regression. */
  readonly nearest: number;
  /** Failure rate at matched resolution, by scale. */
  readonly matched: readonly number[];
}

/** Baselines on the training and test rows of one seed. */
export interface SeedBaselines {
  readonly seed: number;
  /** Failure rate of the most frequent class, by scale. */
  readonly majority: readonly number[];
  readonly mean: BaselineScore;
  readonly leastSquares: BaselineScore;
}

/**
 * Fits baselines to the training rows that models see, and judges them on their test rows.
 * @returns one for each K of `classes`
 * @throws PlateauError `aborted`
 */
export async function seedBaselines(
  { target: name, dim }: Omit<Setting, "classes">,
  { classes, trainRows, testRows }: Pick<AuditConfig, "classes" | "trainRows" | "testRows">,
  seed: number,
  signal?: StopSignal,
): Promise<SeedBaselines[]> {
  const target = findTarget(name);
  const { inputs, outputs, range } = target;
  const quantisations = classes.map((K) => scales.map((scale) => quantisationOf(scale, K, range)));
  const counts = quantisations.map((all) => all.map((one) => classCounts(one, outputs, dim)));
  const available = Math.min(trainRows, target.sizes.train);
  const rows = generatedRows(target, baselineRows(available, { inputs, outputs, dim }), dim, seed);
  const counting = {
    count: rows.count,
    read(start: number, count: number) {
      const block = rows.read(start, count);
      for (const one of counts.flat()) countClasses(one, block.y, dim);
      return block;
    },
  };
  const fit = await leastSquares(counting, inputs * dim, outputs * dim, signal);
  const { x, y } = target.sample("test", { start: 0, count: testRows }, dim, seed);
  const judge = async (predicted: Float32Array) => {
    const r2 = errors(predicted, y, outputs * dim).r2;
    const nearest = (await regressionFailureRate(predicted, y, dim, { signal })).failureRate[1];
    return quantisations.map((all) => ({
      r2,
      nearest,
      matched: all.map((one) => rateOn(predicted, y, dim, one)),
    }));
  };
  const mean = await judge(Float32Array.from(y, (_, i) => fit.mean[i % (outputs * dim)]));
  const linear = await judge(predictLinear(fit, x));
  return quantisations.map((all, k) => ({
    seed,
    majority: counts[k].map((one, i) => majorityFailureRate(one, quantise(y, dim, all[i])).failureRate[1]),
    mean: mean[k],
    leastSquares: linear[k],
  }));
}

function rateOn(predicted: Float32Array, truth: Float32Array, dim: number, scale: Quantisation): number {
  return matched(predicted, truth, dim, scale, [scale.classes]).failureRate[scale.classes];
}
