import type { Estimate } from "../analysis/statistics/bootstrap.js";
import { studentQuantile, studentTail } from "../analysis/statistics/student.js";
import type { Direction } from "./trial.js";

/** The mean of a trial's seeds. NaN where one of them is no number. */
export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Mean of two or more values with its 95% interval by Student's t, and their standard deviation (n − 1
 * below); undefined of fewer, or where one is not finite.
 */
export function spreadOf(values: readonly number[]): (Estimate & { readonly deviation: number }) | undefined {
  const n = values.length;
  if (n < 2 || !values.every(Number.isFinite)) return undefined;
  const value = meanOf(values);
  const deviation = deviationOf(values, value);
  const half = (studentQuantile(n - 1) * deviation) / Math.sqrt(n);
  return { value, low: value - half, high: value + half, deviation };
}

function deviationOf(values: readonly number[], mean: number): number {
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return Math.sqrt(squares / (values.length - 1));
}

/** A look at a configuration that not all of its seeds have run of. */
export interface Look {
  /** Whether it may stop: it is worse than the incumbent. */
  readonly worse: boolean;
  /** Mean difference to the incumbent on the seeds of both, above 0 where it is worse; null without any. */
  readonly difference: number | null;
  /** How often a configuration as good as the incumbent looks as bad; null where nothing can be said. */
  readonly p: number | null;
  /** What p is held to: the level over the number of looks. */
  readonly level: number;
}

export interface LookOptions {
  /** R, how many seeds a configuration has. */
  readonly seeds: number;
  /** How often, at most, a configuration as good as the incumbent is stopped. Default 0.05. */
  readonly level?: number;
}

/**
 * Below this share of the values themselves, differences are the same but for rounding.
 */
const ROUNDING = 1e-12;

/**
 * Whether a configuration, k of its R seeds done, is worse than the incumbent: the one-sided paired t-test
 * of the differences on the same seeds, place by place, looked at after each of k = 2 … R − 1 seeds. Every
 * look is held to level/(R − 2) (Bonferroni), so that all of them together stop a configuration as good as
 * the incumbent in at most `level` of cases: with normal differences, and an incumbent not chosen for its
 * luck on these seeds. One that is the best of many was lucky, and holds others to a little more.
 *
 * Where differences do not scatter at all, t has nothing to go by, and coarse values (a failure rate) come
 * to the same difference easily by chance: then p is the sign test's, 2^−k. A seed that is not finite where
 * the incumbent's is, is worse without a test; a seed where the incumbent's is not is left out.
 *
 * @param values of the seeds that are done, in the order of seeds
 * @param incumbent values of the best configuration on the same seeds
 */
export function worse(
  values: readonly number[],
  incumbent: readonly number[],
  direction: Direction,
  { seeds, level = 0.05 }: LookOptions,
): Look {
  const held = level / Math.max(1, seeds - 2);
  const differences: number[] = [];
  let largest = 0;
  for (let i = 0; i < Math.min(values.length, incumbent.length); i++) {
    if (!Number.isFinite(incumbent[i])) continue;
    if (!Number.isFinite(values[i])) return { worse: true, difference: null, p: null, level: held };
    differences.push(direction === "minimize" ? values[i] - incumbent[i] : incumbent[i] - values[i]);
    largest = Math.max(largest, Math.abs(values[i]), Math.abs(incumbent[i]));
  }
  const n = differences.length;
  if (n === 0) return { worse: false, difference: null, p: null, level: held };
  const difference = meanOf(differences);
  // After the last seed there is nothing left to save.
  if (n < 2 || values.length >= seeds) return { worse: false, difference, p: null, level: held };
  const deviation = deviationOf(differences, difference);
  let p: number;
  if (deviation > ROUNDING * largest) p = studentTail((difference * Math.sqrt(n)) / deviation, n - 1);
  else if (difference > ROUNDING * largest) p = signTest(n);
  else p = 1;
  return { worse: p <= held, difference, p, level: held };
}

/** How often n fair coins all fall on the same given side. */
function signTest(n: number): number {
  let p = 1;
  for (let i = 0; i < n; i++) p /= 2;
  return p;
}
