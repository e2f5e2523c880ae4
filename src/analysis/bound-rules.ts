import { sharedEngine } from "../runtime/engine.js";
import { type Bounded, bounded, length, type Matrix, sharpened, up } from "./bounded.js";

/** W·z + b token by token: interval arithmetic around the middle of the box, and ‖W‖ for the rest. */
export function boundLinear(z: Bounded, matrix: Matrix, b: ArrayLike<number> | undefined): Bounded {
  return sharpened([z], ([one]) => linear(one, matrix, b));
}

function linear(z: Bounded, matrix: Matrix, b: ArrayLike<number> | undefined): Bounded {
  const { rows: O, columns: I, data } = matrix;
  const { tokens } = z;
  const low = new Float64Array(tokens * O);
  const high = new Float64Array(tokens * O);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < O; o++) {
      let middle = b ? b[o] : 0;
      let radius = 0;
      let magnitude = Math.abs(middle);
      for (let i = 0; i < I; i++) {
        const from = z.low[t * I + i];
        const to = z.high[t * I + i];
        const w = data[o * I + i];
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
    { norm: z.norm.map((one) => up(norm * one + shift)), origin: { input: z, matrix, bias: b, from: 0 } },
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
    { norm: add(a.norm, b.norm).map(up) },
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
      low[t * D + i] = Math.min(g[i] * x0, g[i] * x1) + b[i];
      high[t * D + i] = Math.max(g[i] * x0, g[i] * x1) + b[i];
    }
    const slope = D === 1 ? 0 : up(steepest / narrow);
    token[t] = up(slope * z.token[t]);
    factor = Math.max(factor, slope);
    norm[t] = up(steepest * Math.sqrt(D) + length(b));
  }
  const constants = { token, whole: up(factor * z.whole) };
  return bounded(tokens, D, widened(low, -1), widened(high, 1), constants, { norm });
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
function leastVariance(from: Float64Array, to: Float64Array): number {
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
  /** Values and slopes at x. */
  readonly at: (x: Float64Array) => { value: Float64Array; slope: Float64Array };
  /** Where the value is least, for certain, and a bound of that value; absent where it has no minimum. */
  readonly dip?: { from: number; to: number; value: number };
  /** Where |slope| is largest, for certain, and a bound of it. The slope grows up to there from −(there). */
  readonly peak?: { from: number; to: number; slope: number };
  /** The same for the slope's least value. */
  readonly trough?: { from: number; to: number; slope: number };
}

/**
 * GELU's slope Φ(x) + xφ(x) has its largest value, 1.12890, at √2 and its least, −0.12890, at −√2, and
 * is monotone between and beyond; its value is least, −0.16997, near −0.7518. The tanh form's turning
 * points lie within the same brackets. Values and slopes come from the float32 kernels: hence the slack.
 */
function geluCurve(kernel: "geluForward" | "geluTanhForward"): Curve {
  return {
    at(x) {
      const n = x.length;
      return sharedEngine().scoped((engine) => {
        const [from, value, slope] = [0, 1, 2].map(() => engine.allocate(4 * n));
        engine.f32(from, n).set(x);
        engine.kernels[kernel](value, slope, from, n);
        return {
          value: Float64Array.from(engine.f32(value, n)),
          slope: Float64Array.from(engine.f32(slope, n)),
        };
      });
    },
    dip: { from: -0.8, to: -0.7, value: -0.1702 },
    peak: { from: 1.3, to: 1.55, slope: 1.1292 },
    trough: { from: -1.55, to: -1.3, slope: -0.1292 },
  };
}

const curves: Record<"relu" | "gelu-erf" | "gelu-tanh", Curve> = {
  "gelu-erf": geluCurve("geluForward"),
  "gelu-tanh": geluCurve("geluTanhForward"),
  relu: {
    at: (x) => ({ value: x.map((v) => Math.max(0, v)), slope: x.map((v) => (v >= 0 ? 1 : 0)) }),
  },
};

/** Error of the float32 kernels and of rounding their argument, for values and slopes of arguments near x. */
const slackAt = (x: number) => 2e-6 * (1 + Math.abs(x));

export function boundActivation(z: Bounded, name: keyof typeof curves): Bounded {
  return sharpened([z], ([one]) => activation(one, name));
}

function activation(z: Bounded, name: keyof typeof curves): Bounded {
  const { at, dip, peak, trough } = curves[name];
  const [a, b] = [at(z.low), at(z.high)];
  const n = z.low.length;
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  const slopes = new Float64Array(z.tokens);
  for (let i = 0; i < n; i++) {
    const [x0, x1] = [z.low[i], z.high[i]];
    const meets = (range?: { from: number; to: number }) => range && x0 <= range.to && x1 >= range.from;
    low[i] = Math.min(a.value[i], b.value[i], meets(dip) ? dip!.value : Number.POSITIVE_INFINITY);
    high[i] = Math.max(a.value[i], b.value[i]);
    const most = Math.max(
      Math.abs(a.slope[i]),
      Math.abs(b.slope[i]),
      meets(peak) ? peak!.slope : 0,
      meets(trough) ? -trough!.slope : 0,
    );
    if (name !== "relu") {
      low[i] -= slackAt(x0);
      high[i] += slackAt(x1);
    }
    const t = Math.floor(i / z.width);
    slopes[t] = Math.max(slopes[t], name === "relu" ? most : most + 2e-6);
  }
  const steepest = slopes.reduce((x, y) => Math.max(x, y));
  return bounded(z.tokens, z.width, low, high, {
    token: z.token.map((one, t) => up(slopes[t] * one)),
    whole: up(steepest * z.whole),
  });
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
    { norm: shift(start.norm, z.norm, 1) },
  );
}

/** Ends of intervals moved outward (`way` −1: lower ends) by what float64 may have rounded off. */
function widened(ends: Float64Array, way: 1 | -1): Float64Array {
  return ends.map((end) => end + way * 1e-14 * Math.abs(end));
}
