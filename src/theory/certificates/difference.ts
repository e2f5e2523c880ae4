import { requireArguments } from "../../arguments.js";
import type { Enclosed, Enclosure } from "./enclosure.js";

/** What is known of |f − g| on a box. */
export interface Difference {
  /** At most this, in the sup norm over outputs, float32's rounding included. */
  readonly upper: number;
  /** What would be left of `upper` if the box were no larger than its middle. */
  readonly floor: number;
  /** At most this in square mean over outputs, and at least this. */
  readonly squareUpper: number;
  readonly squareLower: number;
  /** The side along which halving the box helps most. */
  readonly side: number;
}

/** A little more, for what float64 rounded off in sums of a few numbers. */
const up = (x: number) => x * (1 + 1e-13) + Number.MIN_VALUE;

/**
 * |f − g| on a box, output by output the lesser of two bounds: of the ranges of both; and around the middle,
 * |f(c) − g(c)| + Σₖ |∂ₖf − ∂ₖg|·rₖ, r half of the sides, which sees that f and g rise together.
 */
export function difference(f: Enclosure, g: Enclosure, low: Float64Array, high: Float64Array): Difference {
  const n = low.length;
  const a = f.enclose(low, high);
  const b = g.enclose(low, high);
  const half = low.map((from, k) => up(0.5 * (high[k] - from)));
  const centred =
    a.slopes && b.slopes ? { a: middleOf(f, a, low, high), b: middleOf(g, b, low, high) } : undefined;
  const gains = new Float64Array(n);
  let [upper, floor, squareUpper, squareLower] = [0, 0, 0, 0];
  for (let j = 0; j < f.outputs; j++) {
    let most = larger(a.high[j] - b.low[j], b.high[j] - a.low[j]);
    let least = Math.max(0, a.low[j] - b.high[j], b.low[j] - a.high[j]);
    if (centred) {
      const { a: p, b: q } = centred;
      let spread = 0;
      for (let k = 0; k < n; k++) {
        const at = j * n + k;
        const slope = larger(a.slopes!.high[at] - b.slopes!.low[at], b.slopes!.high[at] - a.slopes!.low[at]);
        gains[k] = Math.max(gains[k], slope * half[k]);
        spread += slope * half[k];
      }
      const here = larger(p.high[j] - q.low[j], q.high[j] - p.low[j]);
      most = Math.min(most, here + up(spread));
      least = Math.max(least, p.low[j] - q.high[j] - up(spread), q.low[j] - p.high[j] - up(spread));
    }
    const rounding = b.rounding?.[j] ?? 0;
    if (centred) {
      const { a: p, b: q } = centred;
      floor = Math.max(floor, larger(p.high[j] - q.low[j], q.high[j] - p.low[j]) + rounding);
    }
    // NaN is no bound.
    const bound = most + rounding >= 0 ? up(most + rounding) : Number.POSITIVE_INFINITY;
    upper = Math.max(upper, bound);
    squareUpper += bound * bound;
    const surely = Math.max(0, least - rounding) * (1 - 1e-13);
    squareLower += surely * surely;
  }
  return {
    upper,
    floor,
    squareUpper: up(squareUpper / f.outputs),
    squareLower: (squareLower / f.outputs) * (1 - 1e-13),
    side: largest(centred && gains.every(Number.isFinite) && gains.some((gain) => gain > 0) ? gains : half),
  };
}

/** The larger of two, NaN where one is. */
function larger(x: number, y: number): number {
  return Math.max(x, y) * (1 + 2 ** -51);
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

function middleOf(of: Enclosure, found: Enclosed, low: Float64Array, high: Float64Array) {
  if (found.middle) return found.middle;
  const middle = low.map((from, k) => 0.5 * (from + high[k]));
  return of.enclose(middle, middle);
}

/**
 * Bounds of |f − g| on a box: see `Difference`.
 * @param low of each side, as `high`
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function errorOnBox(f: Enclosure, g: Enclosure, low: Float64Array, high: Float64Array): Difference {
  requireArguments("errorOnBox", {
    f: [f, "Enclosure: inputs outputs enclose"],
    g: [g, "Enclosure: inputs outputs enclose"],
    low: [low, "doubles"],
    high: [high, "doubles"],
  });
  return difference(f, g, low, high);
}
