import { type Bounded, bounded, length, type Matrix, sharpened, up } from "./bounded.js";
import { gelu64, geluTanh64, type Slope } from "./gelu.js";
import { layerNormSlopes, linearSlopes, scaledSlopes, sumSlopes } from "./slope-rules.js";
import { gathered } from "./slopes.js";

/** W·z + b token by token: interval arithmetic around the middle of the box, and ‖W‖ for the rest. */
export function boundLinear(z: Bounded, matrix: Matrix, b: ArrayLike<number> | undefined): Bounded {
  return sharpened([z], ([one]) => linear(one, matrix, b));
}

function linear(z: Bounded, matrix: Matrix, b: ArrayLike<number> | undefined): Bounded {
  const { rows: O, columns: I, data, entries } = matrix;
  const { tokens } = z;
  const low = new Float64Array(tokens * O);
  const high = new Float64Array(tokens * O);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < O; o++) {
      let middle = b ? b[o] : 0;
      let radius = 0;
      let magnitude = Math.abs(middle);
      const [first, end] = entries ? [entries.starts[o], entries.starts[o + 1]] : [0, I];
      for (let e = first; e < end; e++) {
        const i = entries ? entries.columns[e] : e;
        const from = z.low[t * I + i];
        const to = z.high[t * I + i];
        const w = entries ? entries.values[e] : data[o * I + i];
        middle += w * (0.5 * (from + to));
        radius += Math.abs(w) * (0.5 * (to - from));
        magnitude += Math.abs(w) * Math.max(Math.abs(from), Math.abs(to));
      }
      // Rounding: at most I + 3 additions of at most this much.
      radius += (I + 3) * 2 ** -51 * magnitude;
      low[t * O + o] = middle - radius;
      high[t * O + o] = middle + radius;
    }
  }
  const norm = matrix.norm();
  const shift = b ? length(b) : 0;
  return bounded(
    tokens,
    O,
    low,
    high,
    { token: z.token.map((one) => up(norm * one)), whole: up(norm * z.whole) },
    {
      norm: z.norm.map((one) => up(norm * one + shift)),
      origin: { input: z, matrix, bias: b, from: 0 },
      slopes: linearSlopes(z, matrix),
    },
  );
}

/** a + b. */
export function boundSum(a: Bounded, b: Bounded): Bounded {
  return sharpened([a, b], ([one, other]) => sum(one, other));
}

function sum(a: Bounded, b: Bounded): Bounded {
  const add = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + y[i]);
  return bounded(
    a.tokens,
    a.width,
    widened(add(a.low, b.low), -1),
    widened(add(a.high, b.high), 1),
    { token: add(a.token, b.token).map(up), whole: up(a.whole + b.whole) },
    { norm: add(a.norm, b.norm).map(up), slopes: sumSlopes(a, b) },
  );
}

/**
 * LayerNorm, (z − mean z)/√(var z + eps)·g + b. Its Jacobian is diag(g)·(I − 11ᵀ/D − x̂x̂ᵀ/D)/√(var + eps)
 * with a projection's norm in the middle, so at most max|g|/√(var_min + eps), var_min over the box; over
 * one feature it is constant. No normalised number exceeds √(D−1), whatever the box.
 */
export function boundLayerNorm(z: Bounded, g: ArrayLike<number>, b: ArrayLike<number>, eps: number): Bounded {
  return sharpened([z], ([one]) => layerNorm(one, g, b, eps));
}

function layerNorm(z: Bounded, g: ArrayLike<number>, b: ArrayLike<number>, eps: number): Bounded {
  const { tokens, width: D } = z;
  const low = new Float64Array(tokens * D);
  const high = new Float64Array(tokens * D);
  let steepest = 0;
  for (let i = 0; i < D; i++) steepest = Math.max(steepest, Math.abs(g[i]));
  const most = up(Math.sqrt(D - 1));
  const normalized = { low: new Float64Array(tokens * D), high: new Float64Array(tokens * D) };
  const scale = { least: new Float64Array(tokens), most: new Float64Array(tokens) };
  const token = new Float64Array(tokens);
  const norm = new Float64Array(tokens);
  let factor = 0;
  for (let t = 0; t < tokens; t++) {
    const [from, to] = [z.low.subarray(t * D, (t + 1) * D), z.high.subarray(t * D, (t + 1) * D)];
    const { least: within, below, above } = spread(from, to);
    // √(D·var) is ‖z − mean z‖, so it changes no faster than z moves away from the middle.
    const { at, reach } = z.middle ?? { at: z, reach: 0 };
    const there = at.low.subarray(t * D, (t + 1) * D);
    const centred = Math.sqrt(D * leastVariance(there, at.high.subarray(t * D, (t + 1) * D)));
    const least = Math.max(within, (Math.max(0, centred - up(z.token[t] * reach)) ** 2 / D) * (1 - 1e-10));
    let squares = 0;
    for (let i = 0; i < D; i++) squares += Math.max(below[i] * below[i], above[i] * above[i]);
    const narrow = Math.sqrt(least + eps);
    const wide = up(Math.sqrt(squares / D + eps));
    for (let i = 0; i < D; i++) {
      const x0 = Math.max(-most, below[i] / (below[i] < 0 ? narrow : wide));
      const x1 = Math.min(most, above[i] / (above[i] > 0 ? narrow : wide));
      normalized.low[t * D + i] = x0;
      normalized.high[t * D + i] = x1;
      low[t * D + i] = Math.min(g[i] * x0, g[i] * x1) + b[i];
      high[t * D + i] = Math.max(g[i] * x0, g[i] * x1) + b[i];
    }
    scale.least[t] = 1 / wide;
    scale.most[t] = up(1 / narrow);
    const slope = D === 1 ? 0 : up(steepest / narrow);
    token[t] = up(slope * z.token[t]);
    factor = Math.max(factor, slope);
    norm[t] = up(steepest * Math.sqrt(D) + length(b));
  }
  const constants = { token, whole: up(factor * z.whole) };
  const slopes = layerNormSlopes(z, g, normalized, scale);
  return bounded(tokens, D, widened(low, -1), widened(high, 1), constants, { norm, slopes });
}

/** Over a box of one token: the least variance, and between what each number's distance from the mean lies. */
function spread(
  from: Float64Array,
  to: Float64Array,
): { least: number; below: Float64Array; above: Float64Array } {
  const D = from.length;
  let [sumLow, sumHigh, magnitude] = [0, 0, 0];
  for (let i = 0; i < D; i++) {
    sumLow += from[i];
    sumHigh += to[i];
    magnitude = Math.max(magnitude, Math.abs(from[i]), Math.abs(to[i]));
  }
  const slack = D * 2 ** -50 * magnitude;
  const rest = 1 - 1 / D;
  return {
    least: leastVariance(from, to),
    below: from.map((value, i) => rest * value - (sumHigh - to[i]) / D - slack),
    above: to.map((value, i) => rest * value - (sumLow - from[i]) / D + slack),
  };
}

/**
 * The least variance in a box: var z = min over c of Σ(zᵢ − c)²/D, so min over c of φ(c), the mean squared
 * distance of c from the sides. φ is convex; at the end of a bisection a tangent bounds it from below.
 */
export function leastVariance(from: Float64Array, to: Float64Array): number {
  const D = from.length;
  let left = to.reduce((a, b) => Math.min(a, b));
  let right = from.reduce((a, b) => Math.max(a, b));
  if (!(left < right)) return 0;
  const at = (c: number) => {
    let [value, slope] = [0, 0];
    for (let i = 0; i < D; i++) {
      const d = c < from[i] ? c - from[i] : c > to[i] ? c - to[i] : 0;
      value += d * d;
      slope += 2 * d;
    }
    return { value: value / D, slope: slope / D };
  };
  for (let turn = 0; turn < 60; turn++) {
    const middle = 0.5 * (left + right);
    if (at(middle).slope < 0) left = middle;
    else right = middle;
  }
  const { value, slope } = at(left);
  return Math.max(0, (value + Math.min(0, slope) * (right - left)) * (1 - 1e-10));
}

/** An activation's extremes: what lies between ends, and the places where it or its slope turns. */
interface Curve {
  /** Value and slope at x. */
  readonly at: (x: number) => Slope;
  /** Where the value is least, for certain, and a bound of that value; absent where it has no minimum. */
  readonly dip?: { from: number; to: number; value: number };
  /** Where |slope| is largest, for certain, and a bound of it. The slope grows up to there from −(there). */
  readonly peak?: { from: number; to: number; slope: number };
  /** The same for the slope's least value. */
  readonly trough?: { from: number; to: number; slope: number };
}

/** A curve that falls to its dip and rises behind it, with a slope that turns at ±peak and sums to 1 over ±x. */
const humped = (at: Curve["at"], dip: [number, number, number], peak: [number, number, number]): Curve => ({
  at,
  dip: { from: dip[0], to: dip[1], value: dip[2] },
  peak: { from: peak[0], to: peak[1], slope: peak[2] },
  trough: { from: -peak[1], to: -peak[0], slope: 1 - peak[2] },
});

/**
 * GELU's slope Φ(x) + xφ(x) is largest at √2 and least at −√2, monotone between and beyond; the tanh form's
 * turns at ±1.41850. Least values lie at −0.751792 and −0.752461. Extremes are rounded outward.
 */
const curves: Record<"gelu-erf" | "gelu-tanh", Curve> = {
  "gelu-erf": humped(gelu64, [-0.7518, -0.75178, -0.16997120748], [1.4135, 1.4145, 1.1289041451853]),
  "gelu-tanh": humped(geluTanh64, [-0.75247, -0.75245, -0.1700407505713], [1.418, 1.419, 1.1289930686589]),
};

/** What float64 may be off by, for values and slopes of arguments near x. */
const slackAt = (x: number) => 1e-13 * (1 + Math.abs(x));

export function boundActivation(z: Bounded, name: "relu" | keyof typeof curves): Bounded {
  return sharpened([z], ([one]) => (name === "relu" ? rectified(one) : activation(one, name)));
}

/** ReLU: its slope is 0 or 1, or between them where the number may have either sign. */
function rectified(z: Bounded): Bounded {
  const least = z.low.map((from) => (from >= 0 ? 1 : 0));
  const greatest = z.high.map((to) => (to >= 0 ? 1 : 0));
  const token = new Float64Array(z.tokens);
  let steepest = 0;
  for (let t = 0; t < z.tokens; t++) {
    const steep = greatest.subarray(t * z.width, (t + 1) * z.width).includes(1) ? 1 : 0;
    token[t] = steep * z.token[t];
    steepest = Math.max(steepest, steep);
  }
  const positive = (ends: Float64Array) => ends.map((end) => (end > 0 ? end : 0));
  const constants = { token, whole: steepest * z.whole };
  return bounded(z.tokens, z.width, positive(z.low), positive(z.high), constants, {
    slopes: scaledSlopes(z, least, greatest),
  });
}

function activation(z: Bounded, name: keyof typeof curves): Bounded {
  const { at, dip, peak, trough } = curves[name];
  const n = z.low.length;
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  const steep = new Float64Array(z.tokens);
  const [least, greatest] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const [x0, x1] = [z.low[i], z.high[i]];
    const [a, b] = [at(x0), at(x1)];
    const meets = (range?: { from: number; to: number }) => range && x0 <= range.to && x1 >= range.from;
    low[i] = Math.min(a[0], b[0], meets(dip) ? dip!.value : Number.POSITIVE_INFINITY);
    high[i] = Math.max(a[0], b[0]);
    least[i] = Math.min(a[1], b[1], meets(trough) ? trough!.slope : Number.POSITIVE_INFINITY) - 1e-13;
    greatest[i] = Math.max(a[1], b[1], meets(peak) ? peak!.slope : Number.NEGATIVE_INFINITY) + 1e-13;
    low[i] -= slackAt(x0);
    high[i] += slackAt(x1);
    const t = Math.floor(i / z.width);
    steep[t] = Math.max(steep[t], -least[i], greatest[i]);
  }
  const steepest = steep.reduce((x, y) => Math.max(x, y));
  const constants = {
    token: z.token.map((one, t) => up(steep[t] * one)),
    whole: up(steepest * z.whole),
  };
  return bounded(z.tokens, z.width, low, high, constants, { slopes: scaledSlopes(z, least, greatest) });
}

/** The start vector, then all tokens but the last. */
export function boundShift(start: Bounded, z: Bounded): Bounded {
  return sharpened([start, z], ([first, rest]) => shiftRight(first, rest));
}

function shiftRight(start: Bounded, z: Bounded): Bounded {
  const shift = (one: Float64Array, rest: Float64Array, width: number) => {
    const out = new Float64Array(rest.length);
    out.set(one.subarray(0, width));
    out.set(rest.subarray(0, rest.length - width), width);
    return out;
  };
  return bounded(
    z.tokens,
    z.width,
    shift(start.low, z.low, z.width),
    shift(start.high, z.high, z.width),
    { token: shift(start.token, z.token, 1), whole: z.whole },
    {
      norm: shift(start.norm, z.norm, 1),
      slopes:
        z.slopes &&
        gathered(z.tokens, z.width, z.slopes.inputs, (row) =>
          row < z.width ? [undefined, 0] : [z.slopes, row - z.width],
        ),
    },
  );
}

/** Ends of intervals moved outward (`way` −1: lower ends) by what float64 may have rounded off. */
function widened(ends: Float64Array, way: 1 | -1): Float64Array {
  return ends.map((end) => end + way * 1e-14 * Math.abs(end));
}
