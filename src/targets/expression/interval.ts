/** An interval of numbers; its ends may be infinite. */
export type Interval = readonly [low: number, high: number];

/** All numbers: what is known where nothing is. */
export const anything: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Two units in the last place, and the smallest numbers there are: one rounding is half a unit. */
const UNIT = 2 ** -52;
const TINY = 2 ** -1070;

/** A number not above what x was rounded from. @param units units in the last place that x may be off by */
export function below(x: number, units = 1): number {
  if (x === Number.POSITIVE_INFINITY) return Number.MAX_VALUE;
  return Number.isFinite(x) ? x - (units * UNIT * Math.abs(x) + TINY) : Number.NEGATIVE_INFINITY;
}

/** A number not below what x was rounded from. */
export function above(x: number, units = 1): number {
  if (x === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  return Number.isFinite(x) ? x + (units * UNIT * Math.abs(x) + TINY) : Number.POSITIVE_INFINITY;
}

/** Both ends moved outward. */
export const outward = (low: number, high: number, units = 1): Interval => [
  below(low, units),
  above(high, units),
];

export function plus([a, b]: Interval, [c, d]: Interval): Interval {
  return outward(a + c, b + d);
}

export function minus([a, b]: Interval, [c, d]: Interval): Interval {
  return outward(a - d, b - c);
}

export function times([a, b]: Interval, [c, d]: Interval): Interval {
  // A point times a point needs no four products; 0·∞ is 0: a bound of an empty product.
  const [p, q, r, s] = [product(a, c), product(a, d), product(b, c), product(b, d)];
  return outward(Math.min(p, q, r, s), Math.max(p, q, r, s));
}

function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

/** 1/x; all numbers where x may be 0. */
export function reciprocal([a, b]: Interval): Interval {
  if (a <= 0 && b >= 0) return anything;
  return outward(1 / b, 1 / a);
}

export function hull([a, b]: Interval, [c, d]: Interval): Interval {
  return [Math.min(a, c), Math.max(b, d)];
}

/** What lies in both; the first where float64 has lost what they share. */
export function meet([a, b]: Interval, [c, d]: Interval): Interval {
  const [low, high] = [Math.max(a, c), Math.min(b, d)];
  return low <= high ? [low, high] : [a, b];
}
