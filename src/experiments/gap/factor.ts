import { studentQuantile } from "../../analysis/statistics/student.js";
import { exp, log } from "../../targets/math.js";

/** By what factor errors lie above others: the geometric mean over seeds, with its 95% t interval. */
export interface Factor {
  readonly value: number;
  /** Null with one seed: nothing is known of its scatter. */
  readonly low: number | null;
  readonly high: number | null;
  readonly seeds: number;
}

/** How two errors compare, with an interval. */
export type Comparison = "above" | "alike" | "below" | "undecided";

/** Factors closer to 1 than this are no difference that matters. */
const ALIKE = 1.25;

/**
 * errors[s] / others[s] over the seeds that have both, both above 0. Null where there are none.
 * @param others of each seed, or one for all
 */
export function factorOf(
  errors: readonly (number | null)[],
  others: readonly (number | null)[] | number,
): Factor | null {
  const logs: number[] = [];
  errors.forEach((error, s) => {
    const other = typeof others === "number" ? others : others[s];
    if (error !== null && other !== null && error > 0 && other > 0) logs.push(log(error / other));
  });
  const n = logs.length;
  if (n === 0) return null;
  const mean = logs.reduce((sum, one) => sum + one, 0) / n;
  if (n === 1) return { value: exp(mean), low: null, high: null, seeds: n };
  const squares = logs.reduce((sum, one) => sum + (one - mean) * (one - mean), 0);
  const half = studentQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { value: exp(mean), low: exp(mean - half), high: exp(mean + half), seeds: n };
}

/**
 * `alike`: the whole interval is within a factor of 1.25 of 1. Else `above` or `below`: it does not hold 1. Else
 * `undecided`.
 */
export function compare(factor: Factor | null, alike = ALIKE): Comparison {
  if (factor === null || factor.low === null || factor.high === null) return "undecided";
  if (factor.low >= 1 / alike && factor.high <= alike) return "alike";
  if (factor.low > 1) return "above";
  return factor.high < 1 ? "below" : "undecided";
}
