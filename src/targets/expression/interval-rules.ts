import { cbrt, cos, exp, expm1, log, log1p, pow, sin, tanh } from "../math.js";
import { above, anything, type Interval, outward, reciprocal, times } from "./interval.js";

/** Values of a function over an interval, and its slopes there: undefined where it may jump. */
export interface Image {
  readonly value: Interval;
  readonly slope: Interval | undefined;
}

/** Our float64 functions are within 2 units in the last place of the true value (test/assembly/math.test.ts). */
const UNITS = 4;
/** sin and cos are within 1.5e-15, large arguments included. */
const TRIG = 2e-15;

/** A function that only rises, by its slopes over the interval. */
const rising =
  (f: (x: number) => number, slope: (a: Interval) => Interval) =>
  ([a, b]: Interval): Image => ({ value: outward(f(a), f(b), UNITS), slope: slope([a, b]) });

/** Where a function is defined for x ≥ or > least only. Arguments below that come of bounds that are not sharp. */
const from =
  (least: number, rule: (a: Interval) => Image) =>
  (a: Interval): Image =>
    a[1] < least ? { value: anything, slope: anything } : rule([Math.max(a[0], least), a[1]]);

/** A positive slope that is largest where |x| is least and falls on both sides. */
const bell = (f: (magnitude: number) => number) => (a: Interval) => {
  const [near, far] = magnitudes(a);
  return outward(f(far), f(near), 2 * UNITS);
};

/** Between which numbers |x| lies. */
export function magnitudes([a, b]: Interval): Interval {
  return [a > 0 ? a : b < 0 ? -b : 0, Math.max(-a, b)];
}

/** Whether [a, b] may hold phase + k·period, with what float64 may be off by. */
function holds([a, b]: Interval, phase: number, period: number): boolean {
  const [s, t] = [(a - phase) / period, (b - phase) / period];
  const slack = 1e-12 * (1 + Math.abs(s) + Math.abs(t));
  return !(Math.floor(t + slack) < Math.ceil(s - slack));
}

/** sin(x + turn): where it is 1, and where −1. */
function wave(f: (x: number) => number, a: Interval, highest: number): Interval {
  if (!(a[1] - a[0] < 2 * Math.PI)) return [-1, 1];
  const [y, z] = [f(a[0]), f(a[1])];
  return [
    holds(a, highest + Math.PI, 2 * Math.PI) ? -1 : Math.max(-1, Math.min(y, z) - TRIG),
    holds(a, highest, 2 * Math.PI) ? 1 : Math.min(1, Math.max(y, z) + TRIG),
  ];
}

const sine = (a: Interval) => wave(sin, a, Math.PI / 2);
const cosine = (a: Interval) => wave(cos, a, 0);
const negated = ([a, b]: Interval): Interval => [-b, -a];

const stepped =
  (f: (x: number) => number) =>
  ([a, b]: Interval): Image => ({ value: [f(a), f(b)], slope: f(a) === f(b) ? [0, 0] : undefined });

function tangent(a: Interval): Image {
  if (!(a[1] - a[0] < Math.PI) || holds(a, Math.PI / 2, Math.PI)) return { value: anything, slope: anything };
  const value = outward(sin(a[0]) / cos(a[0]), sin(a[1]) / cos(a[1]), 16);
  const [near, far] = magnitudes(value);
  return { value, slope: outward(1 + near * near, 1 + far * far, UNITS) };
}

function logistic(x: number): number {
  const e = exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/** Functions of one argument, by name. */
export const unaryRules: ReadonlyMap<string, (a: Interval) => Image> = new Map([
  ["sin", (a: Interval) => ({ value: sine(a), slope: cosine(a) })],
  ["cos", (a: Interval) => ({ value: cosine(a), slope: negated(sine(a)) })],
  ["tan", tangent],
  ["exp", rising(exp, ([a, b]) => outward(exp(a), exp(b), UNITS))],
  ["expm1", rising(expm1, ([a, b]) => outward(exp(a), exp(b), UNITS))],
  [
    "log",
    from(
      0,
      rising((x) => (x > 0 ? log(x) : Number.NEGATIVE_INFINITY), positiveReciprocal),
    ),
  ],
  [
    "log1p",
    from(
      -1,
      rising(
        (x) => (x > -1 ? log1p(x) : Number.NEGATIVE_INFINITY),
        ([a, b]) => positiveReciprocal(outward(1 + a, 1 + b)),
      ),
    ),
  ],
  [
    "sqrt",
    from(
      0,
      rising(Math.sqrt, ([a, b]) => outward(0.5 / Math.sqrt(b), a > 0 ? 0.5 / Math.sqrt(a) : 1 / 0, 2)),
    ),
  ],
  [
    "cbrt",
    rising(
      cbrt,
      bell((x) => (x > 0 ? 1 / (3 * cbrt(x) * cbrt(x)) : Number.POSITIVE_INFINITY)),
    ),
  ],
  [
    "tanh",
    rising(
      tanh,
      bell((x) => 4 / ((exp(x) + exp(-x)) * (exp(x) + exp(-x)))),
    ),
  ],
  [
    "sigmoid",
    rising(
      logistic,
      bell((x) => logistic(x) * logistic(-x)),
    ),
  ],
  [
    "abs",
    (a: Interval) => ({
      value: magnitudes(a),
      slope: [a[0] >= 0 && a[1] > 0 ? 1 : -1, a[1] <= 0 && a[0] < 0 ? -1 : 1] as Interval,
    }),
  ],
  ["sign", stepped(Math.sign)],
  ["floor", stepped(Math.floor)],
  ["ceil", stepped(Math.ceil)],
]);

/** 1/x of x ≥ 0, infinite at 0. */
function positiveReciprocal([a, b]: Interval): Interval {
  return outward(1 / b, a > 0 ? 1 / a : Number.POSITIVE_INFINITY);
}

/** x^n for whole n: values, and slopes n·x^(n−1). */
export function wholePower(a: Interval, n: number): Image {
  if (n === 0) return { value: [1, 1], slope: [0, 0] };
  return { value: raised(a, n), slope: n === 1 ? [1, 1] : times([n, n], raised(a, n - 1)) };
}

function raised(a: Interval, n: number): Interval {
  if (n === 0) return [1, 1];
  if (n < 0) return reciprocal(raised(a, -n));
  const of = (x: number) => pow(x, n);
  if (n % 2 === 1) return outward(of(a[0]), of(a[1]), UNITS);
  const [near, far] = magnitudes(a);
  return outward(of(near), of(far), UNITS);
}

/** x^p of x ≥ 0, for any fixed p: values, and slopes p·x^(p−1). */
export function realPower(a: Interval, p: number): Image {
  if (a[1] < 0) return { value: anything, slope: anything };
  const [x, y] = [Math.max(0, a[0]), a[1]];
  const of = (e: number): Interval => {
    if (e === 0) return [1, 1];
    // 0 to a negative power is infinite.
    const ends = [x, y].map((side) => (side === 0 ? (e > 0 ? 0 : Number.POSITIVE_INFINITY) : pow(side, e)));
    return outward(Math.min(...ends), Math.max(...ends), UNITS);
  };
  // What p − 1 is rounded by changes the power by |log x| times as much: a margin for |log x| up to 1e4.
  const [low, high] = times([p, p], of(p - 1));
  return { value: of(p), slope: [low - 1e-11 * Math.abs(low), high + 1e-11 * Math.abs(high)] };
}

/** Values of a^b at negative a: ±|a|^b for the whole numbers b there are; undefined where there is none. */
export function negativePower(a: Interval, b: Interval): Interval | undefined {
  const [least, most] = [Math.ceil(b[0]), Math.floor(b[1])];
  if (!(least <= most)) return undefined;
  const [near, far] = magnitudes([a[0], Math.min(a[1], 0)]);
  // Of a power of two variables the ends are at corners; 0 to a negative power is infinite.
  const corners = [near, far].flatMap((x) => [least, most].map((n) => raisedTo(x, n)));
  const top = above(Math.max(...corners), UNITS);
  return [-top, top];
}

function raisedTo(x: number, n: number): number {
  if (x === 0) return n > 0 ? 0 : n === 0 ? 1 : Number.POSITIVE_INFINITY;
  const value = pow(x, n);
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}
