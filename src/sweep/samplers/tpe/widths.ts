import { pow } from "../../../targets/math.js";
import type { Axis } from "./axis.js";
import type { WidthRule } from "./mixture.js";

// What was measured on the standard functions (bench/samplers.js): widths that follow the spread of the good
// trials are what matters most; for the bad ones, which lie everywhere, a fixed width does better.

/** Of Scott's width 1 for normal data. */
const GOOD_SCALE = 0.8;
/** Of the unit interval. */
const BAD_SCALE = 0.15;

/** Scott's rule (1992), s n^(−1/(d + 4)), with the standard deviation of the trials on the axis as s. */
export const goodWidth: WidthRule = (axis, places, dimension) =>
  axis.unordered ? smoothing(axis, places) : GOOD_SCALE * spread(axis, places) * shrink(places, dimension);

/** The same with one s for all axes. */
export const badWidth: WidthRule = (axis, places, dimension) =>
  axis.unordered ? smoothing(axis, places) : BAD_SCALE * shrink(places, dimension);

const shrink = ({ length }: Float64Array, dimension: number): number =>
  pow(Math.max(1, length), -1 / (dimension + 4));

/** The prior's share of a choice: as much as that of one trial for each of the values. */
const smoothing = ({ cardinality }: Axis, { length }: Float64Array): number =>
  cardinality / (length + cardinality);

/**
 * Standard deviation on the unit interval, the prior (mean 1/2, variance 1/12) counted as one more trial: so
 * a few trials side by side do not make the search end there.
 */
function spread({ unit }: Axis, places: Float64Array): number {
  const n = places.length + 1;
  const units = places.map(unit);
  const mean = units.reduce((sum, u) => sum + u, 1 / 2) / n;
  const squares = units.reduce((sum, u) => sum + (u - mean) * (u - mean), 1 / 12);
  return Math.sqrt(squares / n);
}
