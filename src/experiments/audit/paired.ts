import type { Estimate } from "../../analysis/statistics/bootstrap.js";
import { spreadOf } from "../../sweep/replicates.js";

/** A mean of differences on the same seeds, with its 95% interval by Student's t. */
export interface Paired extends Estimate {
  /** Seeds that both have a number of. */
  readonly seeds: number;
  /** Standard deviation of the differences. */
  readonly deviation: number;
  /** Means of what the differences are of: subtrahend, minuend. */
  readonly study: number;
  readonly alternative: number;
}

/**
 * alternative − study by seed, paired: a seed that one of them has no number of is left out.
 * @returns undefined of fewer than two seeds: there is no interval then
 */
export function pairedMean(
  alternative: readonly (number | null)[],
  study: readonly (number | null)[],
): Paired | undefined {
  const pairs: [number, number][] = [];
  for (const [i, a] of alternative.entries()) {
    const b = study[i];
    if (a !== null && b !== null && b !== undefined) pairs.push([a, b]);
  }
  const found = spreadOf(pairs.map(([a, b]) => a - b));
  if (!found) return undefined;
  const mean = (which: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[which], 0) / pairs.length;
  return { ...found, seeds: pairs.length, study: mean(1), alternative: mean(0) };
}

/** The mean over seeds with its interval; undefined of fewer than two numbers. */
export function meanOverSeeds(
  values: readonly (number | null)[],
): (Estimate & { readonly seeds: number }) | undefined {
  const known = values.filter((value) => value !== null);
  const found = spreadOf(known);
  return found && { value: found.value, low: found.low, high: found.high, seeds: known.length };
}
