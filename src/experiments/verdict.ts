import { percent, rSquared } from "../text.js";
import type { RunResult } from "./run.js";

/** The fields of a result that its verdict follows from. */
export type Judged = Pick<RunResult, "mode" | "test" | "baselines" | "diverged">;

/** Least squares at or above this R² means that the target is linear in its inputs, but for rounding. */
const LINEAR = 1 - 1e-9;

/**
 * One line on how well a run approximates, by fixed rules on its test scores, beside the baselines.
 * Regression, by R²: no better than a constant (≤ 0.01), poor (< 0.9), rough (< 0.99), close (< 0.999),
 * very close; then whether least squares does better. Classification, by the failure rate at k = 1: not
 * better than the majority class, better than it but not than least squares, or better than both.
 */
export function verdict(result: Judged): string {
  const { diverged } = result;
  if (diverged) {
    return `diverged at update ${diverged.update}: loss ${diverged.loss}, gradient norm ${diverged.gradientNorm}`;
  }
  return result.mode === "classification" ? classification(result) : regression(result);
}

function regression({ test, baselines }: Judged): string {
  const { r2, rmse } = test;
  const K = "5";
  const scale = `at K = ${K} it fails ${percent(test.matched[K])}, the majority class ${percent(baselines.majority.matched![K])}`;
  const { rmse: linearRmse, r2: linearR2 } = baselines.leastSquares as { rmse: number; r2: number };
  const exact = linearR2 >= LINEAR;
  return `${graded(r2, rmse)}; ${scale}; ${besideLeastSquares(rmse, linearRmse, exact)}`;
}

/** How well values are met, where there is a number for that. */
function graded(r2: number, rmse: number): string {
  if (!Number.isFinite(rmse)) return `no better than a constant (its RMSE is ${rmse})`;
  if (!Number.isNaN(r2)) return `${grade(r2)} (R² ${rSquared(r2)})`;
  return `the target is constant on the test rows, where there is no R² (RMSE ${rmse.toPrecision(3)})`;
}

/** What is not finite is never better. */
function besideLeastSquares(rmse: number, linear: number, exact: boolean): string {
  if (!Number.isFinite(linear)) {
    return Number.isFinite(rmse)
      ? `least squares is worse: its RMSE is ${linear}`
      : `least squares is no better: its RMSE is ${linear}`;
  }
  if (rmse < linear) return `least squares has ${times(linear / rmse)}`;
  if (exact) return "least squares is exact: the target is linear in its inputs";
  if (rmse === linear) return `least squares is as good (RMSE ${rmse.toPrecision(3)})`;
  return `least squares is better (RMSE ${linear.toPrecision(3)} against ${rmse.toPrecision(3)})`;
}

/** How many times as large another RMSE is, a factor above 1: one that rounds to 1 is no "1 times". */
function times(factor: number): string {
  const rounded = Number(factor.toPrecision(2));
  if (rounded > 1) return `${rounded} times its RMSE`;
  const more = 100 * (factor - 1);
  return more < 0.05 ? "practically its RMSE" : `an RMSE ${more.toFixed(1)}% above its own`;
}

function grade(r2: number): string {
  if (!(r2 > 0.01)) return "no better than a constant";
  if (r2 < 0.9) return "a poor fit";
  if (r2 < 0.99) return "a rough fit";
  return r2 < 0.999 ? "a close fit" : "a very close fit";
}

function classification({ test, baselines }: Judged): string {
  const own = test.failureRate["1"];
  const majority = baselines.majority.failureRate!["1"];
  const linear = baselines.leastSquares.failureRate!["1"];
  const found = !(own < majority)
    ? "no better than the majority class"
    : own < linear
      ? "better than the majority class and least squares"
      : "better than the majority class, not than least squares";
  return `${found}: it fails ${percent(own)}, the majority class ${percent(majority)}, quantised least squares ${percent(linear)}`;
}
