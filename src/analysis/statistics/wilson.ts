import { PlateauError } from "../../errors.js";
import type { Estimate, Interval } from "./bootstrap.js";

/** The 97.5% quantile of the normal distribution. */
const Z = 1.959963984540054;

/** 95% interval of a share p of n independent trials (Wilson 1927): sound at p = 0 and 1, too. */
export function wilson(p: number, n: number): Interval {
  const shrink = 1 + (Z * Z) / n;
  const centre = (p + (Z * Z) / (2 * n)) / shrink;
  const half = (Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n))) / shrink;
  return { low: p === 0 ? 0 : Math.max(0, centre - half), high: p === 1 ? 1 : Math.min(1, centre + half) };
}

/**
 * Share of failures among labels of which each sample has `each`, with Wilson's interval at the effective
 * sample size (Korn & Graubard 1998): labels of one sample fail together, so they count as p(1 − p) over
 * the variance that the samples' own shares show. Where nothing or all fails that variance says nothing,
 * and a sample counts once.
 * @param failures of each sample, 0 … each
 */
export function clusteredShare(failures: ArrayLike<number>, each: number): Estimate {
  const n = failures.length;
  if (n < 1) throw new PlateauError("usage", "a share of no samples");
  let sum = 0;
  for (let i = 0; i < n; i++) sum += failures[i];
  const p = sum / (n * each);
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (failures[i] / each - p) * (failures[i] / each - p);
  const effective = p > 0 && p < 1 ? Math.min((n * n * p * (1 - p)) / variance, n * each) : n;
  return { value: p, ...wilson(p, effective) };
}
