import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { type Interval, quantile, RESAMPLES } from "./bootstrap.js";
import { studentQuantile } from "./student.js";

/** A straight line through points (x, y) by least squares. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** y less the line, at every point. */
  readonly residuals: Float64Array<ArrayBuffer>;
  /** Standard errors, from residuals with n − 2 degrees of freedom. */
  readonly slopeError: number;
  readonly interceptError: number;
  /** Root of the residuals' sum of squares over n − 2. */
  readonly deviation: number;
  /** Share of y's variance that the line explains; 1 where y does not vary. */
  readonly r2: number;
}

/** @param x at least 3 numbers, not all the same */
export function fitLine(x: Float64Array, y: Float64Array): Line {
  const n = x.length;
  let xMean = 0;
  let yMean = 0;
  for (let i = 0; i < n; i++) {
    xMean += x[i] / n;
    yMean += y[i] / n;
  }
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let i = 0; i < n; i++) {
    sxx += (x[i] - xMean) * (x[i] - xMean);
    sxy += (x[i] - xMean) * (y[i] - yMean);
    syy += (y[i] - yMean) * (y[i] - yMean);
  }
  const slope = sxy / sxx;
  const residuals = new Float64Array(n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    residuals[i] = y[i] - yMean - slope * (x[i] - xMean);
    squares += residuals[i] * residuals[i];
  }
  const deviation = Math.sqrt(squares / (n - 2));
  return {
    slope,
    intercept: yMean - slope * xMean,
    residuals,
    slopeError: deviation / Math.sqrt(sxx),
    interceptError: deviation * Math.sqrt(1 / n + (xMean * xMean) / sxx),
    deviation,
    r2: syy > 0 ? 1 - squares / syy : 1,
  };
}

/**
 * 95% intervals of slope and intercept by the residual bootstrap-t (Efron & Tibshirani 1993, 12.5 and
 * 9.4): residuals, each raised by 1/√(1 − leverage) and centred, are drawn with replacement onto the line,
 * and the refitted line's distances in its own standard errors are read off.
 */
export function lineIntervals(
  x: Float64Array,
  line: Line,
  { seed, name, resamples = RESAMPLES }: { seed: number; name: string; resamples?: number },
): { slope: Interval; intercept: Interval } {
  const n = x.length;
  const key = streamKey(seed, `bootstrap/${name}`);
  const raised = raisedResiduals(x, line);
  const slopes = new Float64Array(resamples);
  const intercepts = new Float64Array(resamples);
  const y = new Float64Array(n);
  for (let b = 0; b < resamples; b++) {
    const draws = uniform64(key, 0, n, b);
    for (let i = 0; i < n; i++) y[i] = line.intercept + line.slope * x[i] + raised[Math.floor(draws[i] * n)];
    const again = fitLine(x, y);
    slopes[b] = distance(again.slope - line.slope, again.slopeError);
    intercepts[b] = distance(again.intercept - line.intercept, again.interceptError);
  }
  const interval = (distances: Float64Array, value: number, error: number): Interval => {
    distances.sort();
    return {
      low: value - error * quantile(distances, 0.975),
      high: value - error * quantile(distances, 0.025),
    };
  };
  return {
    slope: interval(slopes, line.slope, line.slopeError),
    intercept: interval(intercepts, line.intercept, line.interceptError),
  };
}

function distance(moved: number, error: number): number {
  return error > 0 ? moved / error : 0;
}

function raisedResiduals(x: Float64Array, { residuals }: Line): Float64Array {
  const n = x.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += x[i] / n;
  let sxx = 0;
  for (let i = 0; i < n; i++) sxx += (x[i] - mean) * (x[i] - mean);
  const raised = residuals.map((residual, i) => {
    const free = 1 - 1 / n - ((x[i] - mean) * (x[i] - mean)) / sxx;
    // A point that alone decides the slope has no residual to raise.
    return free > 1e-12 ? residual / Math.sqrt(free) : 0;
  });
  let centre = 0;
  for (let i = 0; i < n; i++) centre += raised[i] / n;
  return raised.map((value) => value - centre);
}

/** Whether a parabola fits points better than the line does. */
export interface Curvature {
  /** Slope of the parabola at the least and at the greatest x. */
  readonly first: number;
  readonly last: number;
  /** The quadratic coefficient over its standard error, and what |t| a straight law exceeds in 5% of cases. */
  readonly t: number;
  readonly critical: number;
}

/** @param x at least 4 numbers, three of them different */
export function curvatureOf(x: Float64Array, line: Line): Curvature {
  const n = x.length;
  let low = x[0];
  let high = x[0];
  for (const value of x) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  // (x − m)² less its own line is orthogonal to the line, so its coefficient is fitted by itself.
  const middle = (low + high) / 2;
  const bent = fitLine(
    x,
    x.map((value) => (value - middle) * (value - middle)),
  );
  let square = 0;
  let product = 0;
  let left = 0;
  for (let i = 0; i < n; i++) {
    square += bent.residuals[i] * bent.residuals[i];
    product += bent.residuals[i] * line.residuals[i];
  }
  const c = product / square;
  for (let i = 0; i < n; i++) {
    const rest = line.residuals[i] - c * bent.residuals[i];
    left += rest * rest;
  }
  const error = Math.sqrt(left / (n - 3) / square);
  const slopeAt = (at: number) => line.slope - c * bent.slope + 2 * c * (at - middle);
  return {
    first: slopeAt(low),
    last: slopeAt(high),
    // A bend without any scatter is as sure as a number can say.
    t: error > 0 ? c / error : Math.sign(c) * Number.MAX_VALUE,
    critical: studentQuantile(n - 3),
  };
}

/** Whether the bend is significant, and changes the slope by more than a share of it. */
export function bendsBy(
  { first, last, t, critical }: Curvature,
  { slope }: Pick<Line, "slope">,
  change: number,
): boolean {
  return Math.abs(t) > critical && Math.abs(last - first) > change * Math.abs(slope);
}
