import { baselineRows } from "../../analysis/metrics/baselines.js";
import { errors } from "../../analysis/metrics/errors.js";
import { regressionFailureRate } from "../../analysis/metrics/failure-rate.js";
import { leastSquares, predictLinear } from "../../analysis/metrics/least-squares.js";
import { classCounts, countClasses, majorityFailureRate } from "../../analysis/metrics/majority.js";
import { matched } from "../../analysis/metrics/matched.js";
import type { StopSignal } from "../../pause.js";
import { type Quantisation, quantise } from "../../targets/quantisation.js";
import { findTarget } from "../../targets/registry.js";
import type { Target } from "../../targets/target.js";
import { generatedRows } from "../data.js";
import type { Start } from "./answers.js";
import type { Setting } from "./cell.js";
import type { AuditConfig } from "./config.js";
import type { EqualSize } from "./equal-size.js";
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
export interface SeedBaselines extends TrivialBaselines {
  /** Of as many numbers as the regression model of each protocol. */
  readonly equalSize: Readonly<Record<Start, EqualSize>>;
}

/** Those that know next to nothing. */
export interface TrivialBaselines {
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
export async function trivialBaselines(
  { target: name, dim }: Omit<Setting, "classes">,
  { classes, trainRows, testRows }: Pick<AuditConfig, "classes" | "trainRows" | "testRows">,
  seed: number,
  signal?: StopSignal,
): Promise<TrivialBaselines[]> {
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
  const at = { target, dim, classes };
  const constant = Float32Array.from(y, (_, i) => fit.mean[i % (outputs * dim)]);
  const mean = await judge(constant, y, at, signal);
  const linear = await judge(predictLinear(fit, x), y, at, signal);
  return quantisations.map((all, k) => ({
    seed,
    majority: counts[k].map((one, i) => majorityFailureRate(one, quantise(y, dim, all[i])).failureRate[1]),
    mean: mean[k],
    leastSquares: linear[k],
  }));
}

/**
 * What a predictor comes to on test rows.
 * @param predicted [rows, outputs·dim], as truth
 * @returns one for each K of `classes`
 * @throws PlateauError `aborted`
 */
export async function judge(
  predicted: Float32Array,
  truth: Float32Array,
  { target: { outputs, range }, dim, classes }: JudgedAt,
  signal?: StopSignal,
): Promise<BaselineScore[]> {
  const { r2 } = errors(predicted, truth, outputs * dim);
  const nearest = (await regressionFailureRate(predicted, truth, dim, { signal })).failureRate[1];
  return classes.map((K) => ({
    r2,
    nearest,
    matched: scales.map((scale) => rateOn(predicted, truth, dim, quantisationOf(scale, K, range))),
  }));
}

interface JudgedAt {
  readonly target: Pick<Target, "outputs" | "range">;
  readonly dim: number;
  readonly classes: readonly number[];
}

function rateOn(predicted: Float32Array, truth: Float32Array, dim: number, scale: Quantisation): number {
  return matched(predicted, truth, dim, scale, [scale.classes]).failureRate[scale.classes];
}
