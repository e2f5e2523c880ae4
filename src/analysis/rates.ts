import * as v from "valibot";
import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { sharedEngine } from "../runtime/engine.js";
import { check, nonNegative, seedNumber, whole } from "../validate.js";
import { type Estimate, RESAMPLES } from "./statistics/bootstrap.js";
import { bendsBy, type Curvature, curvatureOf, fitLine, lineIntervals } from "./statistics/line.js";
import { short, withInterval } from "./statistics/say.js";

/** A model's size (parameters, width, depth, tokens of data or steps) and its error. */
export interface RatePoint {
  /** Above 0. */
  readonly size: number;
  /** Above 0, in any unit. */
  readonly error: number;
}

/** How a power law is fitted. */
export interface RateOptions {
  /** What the sizes count, for sentences. Default "size". */
  readonly size?: string;
  /** The exponent that a theory gives (p of error ~ C·size^−p), to compare with. */
  readonly theory?: number;
  /** An error below which no size can go (noise of the data, rounding): points under twice that are at it. */
  readonly floor?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Bootstrap draws. Default 1000. */
  readonly resamples?: number;
}

/** Why data do not support a power law. */
export interface Doubt {
  readonly rule: "sizes" | "range" | "decrease" | "curvature" | "floor";
  readonly why: string;
}

/** error ≈ C·size^−p, by least squares of log error on log size. */
export interface RateFit {
  readonly size: string;
  /** Points, replicates included. */
  readonly points: number;
  /** Different sizes. */
  readonly sizes: number;
  /** Largest size over smallest. */
  readonly range: number;
  /** p with its 95% interval (residual bootstrap-t). */
  readonly exponent: Estimate;
  /** C: the error that the law gives at size 1. */
  readonly constant: Estimate;
  /** Share of the variance of log error that the law explains. */
  readonly r2: number;
  /** Standard deviation of log error around the law (natural logarithms). */
  readonly deviation: number;
  /**
   * p at the smallest and at the largest size where log error is a parabola in log size, and the t of its
   * bend beside the |t| that only 5% of straight laws exceed. Null with fewer than 4 sizes.
   */
  readonly curvature: Curvature | null;
  /** For a residual plot, in ascending order of size: what the law says, and log(error / fitted). */
  readonly residuals: readonly {
    readonly size: number;
    readonly error: number;
    readonly fitted: number;
    readonly residual: number;
  }[];
  /** Whether the data support a power law: there are no doubts. */
  readonly powerLaw: boolean;
  readonly doubts: readonly Doubt[];
  readonly theory: {
    readonly exponent: number;
    /** p less the theory's. */
    readonly difference: Estimate;
    /** Whether the interval of p holds it. */
    readonly within: boolean;
  } | null;
}

/** Rules of `fitRate`, all ours: what data must show before they are called a power law. */
export const rateRules = {
  /** Different sizes, at least. */
  sizes: 4,
  /** Largest over smallest, at least. */
  range: 4,
  /** Change of p from the smallest size to the largest that a significant bend may make, as a share of p. */
  change: 0.2,
  /** A law that bends so that p falls to less than this share of what it was levels off. */
  level: 0.25,
} as const;

const schema = v.strictObject({
  size: v.optional(v.string(), "size"),
  theory: v.optional(v.pipe(v.number(), v.finite("expected a finite number"))),
  floor: v.optional(nonNegative, 0),
  seed: v.optional(seedNumber, 0),
  resamples: v.optional(whole(100, 1e6), RESAMPLES),
});

/**
 * Fits error ~ C·size^−p to a series of models; several points of one size are replicates (seeds). It
 * works on a series, not on one subject, so it is a plain function and no `Measure`. Doubts:
 * - `sizes`: fewer than 4 different sizes;
 * - `range`: the largest size is less than 4 times the smallest;
 * - `decrease`: the interval of p reaches 0 or below;
 * - `curvature`: log error bends in log size, significantly (t test of a parabola at 5%) and relevantly (p
 *   changes by more than a fifth of itself over the sizes);
 * - `floor`: it bends so that p falls below a quarter of what it was, or an error is below twice `floor`.
 *
 * @throws PlateauError `usage` with fewer than 3 points or 2 sizes, or numbers that have no logarithm
 */
export function fitRate(points: readonly RatePoint[], options: RateOptions = {}): RateFit {
  requireArguments("fitRate", {
    points: [points, "list of RatePoint: size error"],
    options: [options, "object?"],
  });

  const { size, theory, floor, seed, resamples } = check("rates", schema, options);
  const { log64, exp64 } = sharedEngine().kernels;
  const sorted = checked(points);
  const x = Float64Array.from(sorted, (point) => log64(point.size));
  const y = Float64Array.from(sorted, (point) => log64(point.error));
  const line = fitLine(x, y);
  const intervals = lineIntervals(x, line, { seed, name: "rates", resamples });
  const exponent = {
    value: 0 - line.slope,
    low: 0 - intervals.slope.high,
    high: 0 - intervals.slope.low,
  };
  const distinct = new Set(sorted.map((point) => point.size)).size;
  const range = sorted[sorted.length - 1].size / sorted[0].size;
  const bend = distinct >= rateRules.sizes ? curvatureOf(x, line) : null;
  const curvature = bend && { ...bend, first: 0 - bend.first, last: 0 - bend.last };
  const found = { size, sizes: distinct, range, exponent, curvature };
  const doubts = doubtsOf(found, sorted, floor);
  return {
    ...found,
    points: sorted.length,
    constant: {
      value: exp64(line.intercept),
      low: exp64(intervals.intercept.low),
      high: exp64(intervals.intercept.high),
    },
    r2: line.r2,
    deviation: line.deviation,
    residuals: sorted.map((point, i) => ({
      ...point,
      fitted: exp64(line.intercept + line.slope * x[i]),
      residual: line.residuals[i],
    })),
    powerLaw: doubts.length === 0,
    doubts,
    theory:
      theory === undefined
        ? null
        : {
            exponent: theory,
            difference: {
              value: exponent.value - theory,
              low: exponent.low - theory,
              high: exponent.high - theory,
            },
            within: exponent.low <= theory && theory <= exponent.high,
          },
  };
}

/**
 * One sentence on a fit, with the numbers that carry it.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function describeRate(fit: RateFit): string {
  requireArguments("describeRate", { fit: [fit, "RateFit: size points sizes range"] });
  const { size, points, exponent, powerLaw, doubts, theory } = fit;
  const law = `error ~ ${size}^−p with p = ${withInterval(exponent)}`;
  const beside = theory
    ? `; theory's ${short(theory.exponent)} is ${theory.within ? "inside" : "outside"} the interval`
    : "";
  if (powerLaw) return `${law}, from ${points} points${beside}.`;
  return `${points} points do not support a power law in ${size}: ${doubts.map(({ why }) => why).join("; ")} (fitted all the same, ${law}${beside}).`;
}

function doubtsOf(
  {
    size,
    sizes,
    range,
    exponent,
    curvature,
  }: Pick<RateFit, "size" | "sizes" | "range" | "exponent" | "curvature">,
  points: readonly RatePoint[],
  floor: number,
): Doubt[] {
  const doubts: Doubt[] = [];
  if (sizes < rateRules.sizes) {
    doubts.push({ rule: "sizes", why: `${sizes} different sizes are too few (at least ${rateRules.sizes})` });
  }
  if (range < rateRules.range) {
    doubts.push({
      rule: "range",
      why: `the largest ${size} is only ${short(range)} times the smallest (at least ${rateRules.range})`,
    });
  }
  if (!(exponent.low > 0)) {
    doubts.push({
      rule: "decrease",
      why: `errors do not surely fall: the interval of p begins at ${short(exponent.low)}`,
    });
  }
  if (curvature) {
    const { first, last } = curvature;
    if (bendsBy(curvature, { slope: exponent.value }, rateRules.change)) {
      const levels = first > 0 && last < rateRules.level * first;
      doubts.push({
        rule: levels ? "floor" : "curvature",
        why:
          `p ${levels ? "falls" : "goes"} from ${short(first)} at the smallest ${size} to ${short(last)} at the largest` +
          (levels ? ": errors level off" : ""),
      });
    }
  }
  const low = points.filter(({ error }) => error < 2 * floor).length;
  if (low > 0) {
    doubts.push({ rule: "floor", why: `${low} errors are below twice the floor of ${short(floor)}` });
  }
  return doubts;
}

/** Points in ascending order of size, then of error, so that their order does not matter. */
function checked(points: readonly RatePoint[]): RatePoint[] {
  for (const [i, { size, error }] of points.entries()) {
    for (const [name, value] of Object.entries({ size, error })) {
      if (!(Number.isFinite(value) && value > 0)) {
        throw new PlateauError(
          "usage",
          `rates: the ${name} of point ${i + 1} is ${quote(value)}: it has no logarithm (leave such points out)`,
        );
      }
    }
  }
  const sorted = points
    .map(({ size, error }) => ({ size, error }))
    .sort((a, b) => a.size - b.size || a.error - b.error);
  if (sorted.length < 3 || sorted[0].size === sorted[sorted.length - 1].size) {
    throw new PlateauError(
      "usage",
      `rates: ${sorted.length} points are no series: give 3 or more, of different sizes`,
    );
  }
  return sorted;
}
