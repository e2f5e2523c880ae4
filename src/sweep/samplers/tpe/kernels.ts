import { log } from "../../../targets/math.js";
import { normalCdf, normalQuantile } from "./normal.js";

/**
 * The kernels of a mixture on one axis. Densities are relative to the uniform prior (of an integer or a
 * choice: probability over prior probability), so that "says nothing" is the factor 1 whatever the kind.
 */
export interface Kernels {
  /** Adds to terms[k] the log of kernel k's density at a place; nothing where k has no place on this axis. */
  addLogDensity(place: number, terms: Float64Array): void;
  /** A u, 0 ≤ u < 1, drawn from kernel k by another such number. */
  draw(k: number, uniform: number): number;
}

const LOG_SQRT_2_PI = 0.9189385332046727;
const BELOW_ONE = 1 - 2 ** -53;
/** Masses that rounding makes 0 are this, and so no kernel excludes anything. */
const LEAST_MASS = 1e-300;

/**
 * A part of the interval that is narrower than this share of a kernel's width has the density at its middle:
 * to the factor 1 ± 7e-4 (z² − 1), the first term that the midpoint rule leaves.
 */
const NARROW = 1 / 8;

/** Normal distributions of one width, cut off where the unit interval ends. */
export function realKernels(places: Float64Array, width: number): Kernels {
  const norms = places.map((center) => -log(width * massInside(center, width)) - LOG_SQRT_2_PI);
  return {
    addLogDensity(place, terms) {
      for (let k = 0; k < places.length; k++) {
        const z = (place - places[k]) / width;
        if (!Number.isNaN(z)) terms[k] += norms[k] - (z * z) / 2;
      }
    },
    draw: (k, uniform) => drawNormal(places[k], width, uniform),
  };
}

/**
 * Of each integer the mass that such a distribution has on its part of the interval, over that part's length.
 * @param edges where the n-th integer's part begins
 * @param unit where the n-th integer itself is
 */
export function integerKernels(
  places: Float64Array,
  width: number,
  { edges, unit }: { edges: (n: number) => number; unit: (n: number) => number },
): Kernels {
  const distinct = new Float64Array(new Set(places.filter((n) => !Number.isNaN(n))));
  const which = new Int32Array(places.length);
  for (let k = 0; k < which.length; k++) which[k] = distinct.indexOf(places[k]);
  const centers = distinct.map(unit);
  const inside = centers.map((at) => massInside(at, width));
  const norms = inside.map((mass) => -log(width * mass) - LOG_SQRT_2_PI);
  /** By integer, the log density of kernels at each distinct place. */
  const columns = new Map<number, Float64Array>();
  const column = (n: number) => {
    const [start, end] = [edges(n), edges(n + 1)];
    if (end - start < NARROW * width) {
      return centers.map((at, i) => {
        const z = ((start + end) / 2 - at) / width;
        return norms[i] - (z * z) / 2;
      });
    }
    return centers.map((at, i) => {
      const mass = massBetween((start - at) / width, (end - at) / width);
      return log(Math.max(mass, LEAST_MASS) / (inside[i] * (end - start)));
    });
  };
  return {
    addLogDensity(place, terms) {
      let factors = columns.get(place);
      if (!factors) columns.set(place, (factors = column(place)));
      for (let k = 0; k < which.length; k++) if (which[k] >= 0) terms[k] += factors[which[k]];
    },
    draw: (k, uniform) => drawNormal(centers[which[k]], width, uniform),
  };
}

/**
 * A kernel is its own value, but for the share `width` that it leaves to the prior: Aitchison & Aitken (1976)
 * with λ = 1 − width (c − 1) / c.
 */
export function choiceKernels(places: Float64Array, width: number, cardinality: number): Kernels {
  const same = log(cardinality * (1 - width) + width);
  const other = log(width);
  return {
    addLogDensity(place, terms) {
      for (let k = 0; k < places.length; k++) {
        if (!Number.isNaN(places[k])) terms[k] += places[k] === place ? same : other;
      }
    },
    draw: (k, uniform) =>
      uniform < width ? uniform / width : (places[k] + (uniform - width) / (1 - width)) / cardinality,
  };
}

const massInside = (center: number, width: number): number =>
  massBetween(-center / width, (1 - center) / width);

/** Φ(high) − Φ(low), by the lower tail where both are above 0: the upper one has no digits left. */
const massBetween = (low: number, high: number): number =>
  low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);

/** By the inverse of the distribution function between the ends of the interval. */
function drawNormal(center: number, width: number, uniform: number): number {
  const low = normalCdf(-center / width);
  const high = normalCdf((1 - center) / width);
  const at = center + width * normalQuantile(low + uniform * (high - low));
  return Math.min(BELOW_ONE, Math.max(0, at));
}
