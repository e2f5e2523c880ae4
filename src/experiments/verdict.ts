import type { RunResult } from "./run.js";

/** The fields of a result that its verdict follows from. */
export type Judged = Pick<RunResult, "mode" | "test" | "baselines" | "diverged">;

const percent = (share: number) =>
  share === 0 || share >= 0.0005 ? `${(100 * share).toFixed(1)}%` : `${(100 * share).toPrecision(1)}%`;

/**
 * One line on how well a run approximates, by fixed rules on its test scores beside the baselines:
 * diverged; else by R² (regression) no better than a constant (R² ≤ 0.01), no better than least squares
 * (RMSE not below its), rough (R² < 0.99), close (R² < 0.999) or very close; in classification by the
 * failure rate at k = 1 no better than the majority class, no better than quantised least squares, or
 * better by a factor.
 */
export function verdict(result: Judged): string {
  const { mode, test, baselines, diverged } = result;
  if (diverged)
    return `diverged at update ${diverged.update}: loss ${diverged.loss}, gradient norm ${diverged.gradientNorm}`;
  if (mode === "classification") return classification(result);
  const { r2, rmse } = test;
  const linear = baselines.leastSquares.rmse ?? Number.POSITIVE_INFINITY;
  const scale = `at K = 5 it fails ${percent(test.matched["5"])}, the majority class ${percent(baselines.majority.matched!["5"])}`;
  const fit = `R² ${r2.toFixed(r2 > 0.99 ? 5 : 3)}`;
  if (!(r2 > 0.01)) return `no better than a constant: ${fit}; ${scale}`;
  if (!(rmse < linear))
    return `no better than least squares (RMSE ${rmse.toPrecision(3)} against ${linear.toPrecision(3)}): ${fit}; ${scale}`;
  const grade = r2 < 0.99 ? "a rough fit" : r2 < 0.999 ? "a close fit" : "a very close fit";
  return `${grade}: ${fit}, RMSE ${(linear / rmse).toPrecision(2)} times below least squares; ${scale}`;
}

function classification({ test, baselines }: Judged): string {
  const own = test.failureRate["1"];
  const majority = baselines.majority.failureRate!["1"];
  const linear = baselines.leastSquares.failureRate!["1"];
  const numbers = `fails ${percent(own)}, majority class ${percent(majority)}, quantised least squares ${percent(linear)}`;
  if (!(own < majority)) return `no better than the majority class: ${numbers}`;
  if (!(own < linear)) return `better than the majority class, not than least squares: ${numbers}`;
  const better = Math.min(majority, linear) / own;
  return `better than both baselines${Number.isFinite(better) ? ` (${better.toPrecision(2)} times)` : ""}: ${numbers}`;
}
