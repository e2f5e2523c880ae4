import { sharedEngine } from "../../runtime/engine.js";
import { type Bounded, up } from "./bounded.js";

/** Between which numbers each weight of one query lies; their sum is 1. */
export interface WeightRange {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Bounds of the weights that query t gives the keys it sees, from bounds of the scores q·k/√E. */
export function boundWeights(
  q: Bounded,
  k: Bounded,
  t: number,
  seen: number,
  normalizer: "softmax" | "hardmax" | "sparsemax",
): WeightRange {
  if (seen === 1) return { low: Float64Array.of(1), high: Float64Array.of(1) };
  const scores = boundScores(q, k, t, seen);
  if (normalizer === "hardmax") return hardmaxRange(scores);
  const range = normalizer === "softmax" ? softmaxRange(scores) : sparsemaxRange(scores);
  // What rounding took, here and in a sum that is not quite 1.
  const slack = (seen + 4) * 2 ** -50;
  return {
    low: range.low.map((w) => (w >= slack ? w - slack : 0)),
    high: range.high.map((w) => (w === 0 ? 0 : w <= 1 - slack ? w + slack : 1)),
  };
}

function boundScores(q: Bounded, k: Bounded, t: number, seen: number): WeightRange {
  const E = q.width;
  const low = new Float64Array(seen);
  const high = new Float64Array(seen);
  for (let s = 0; s < seen; s++) {
    for (let e = 0; e < E; e++) {
      const [a, b] = [q.low[t * E + e], q.high[t * E + e]];
      const [c, d] = [k.low[s * E + e], k.high[s * E + e]];
      low[s] += Math.min(a * c, a * d, b * c, b * d);
      high[s] += Math.max(a * c, a * d, b * c, b * d);
    }
    const length = up(q.norm[t] * k.norm[s]);
    const slack = (E + 4) * 2 ** -52 * length;
    low[s] = (Math.max(low[s], -length) - slack) / Math.sqrt(E);
    high[s] = (Math.min(high[s], length) + slack) / Math.sqrt(E);
  }
  return { low, high };
}

/** 1 at a key that may have the largest score, for certain where no other may, and 0 at all others. */
function hardmaxRange({ low, high }: WeightRange): WeightRange {
  const best = low.reduce((a, b) => Math.max(a, b));
  // Written so that a NaN may be the largest.
  const may = high.map((score) => (score < best ? 0 : 1));
  const one = may.reduce((a, b) => a + b) === 1;
  return { low: one ? may : new Float64Array(may.length), high: may };
}

/** exp(own)/(exp(own) + the others'): most where the own score is high and the others are low. */
function softmaxRange({ low, high }: WeightRange): WeightRange {
  const { exp64 } = sharedEngine().kernels;
  const share = (own: Float64Array, others: Float64Array, unknown: number) =>
    own.map((score, s) => {
      let sum = 0;
      for (let o = 0; o < others.length; o++) if (o !== s) sum += exp64(others[o] - score);
      const weight = 1 / (1 + sum);
      return Number.isFinite(weight) ? weight : unknown;
    });
  return { low: share(low, high, 0), high: share(high, low, 1) };
}

/** Sparsemax is a projection, so weights move no further than scores: ‖Δw‖ ≤ ‖Δscores‖. */
function sparsemaxRange({ low, high }: WeightRange): WeightRange {
  const middle = low.map((score, s) => 0.5 * (score + high[s]));
  let squares = 0;
  for (let s = 0; s < low.length; s++) squares += (0.5 * (high[s] - low[s])) ** 2;
  const reach = Math.sqrt(squares);
  if (!Number.isFinite(reach)) return { low: low.map(() => 0), high: low.map(() => 1) };
  const sorted = middle.slice().sort().reverse();
  let [sum, threshold] = [0, 0];
  for (let s = 0; s < sorted.length; s++) {
    sum += sorted[s];
    if (1 + (s + 1) * sorted[s] > sum) threshold = (sum - 1) / (s + 1);
  }
  const weights = middle.map((score) => Math.max(0, score - threshold));
  // The threshold moves no further than the scores do: what lies this far below it stays 0.
  const far = low.map((score, s) => high[s] - score).reduce((a, b) => Math.max(a, b));
  return {
    low: weights.map((w) => Math.max(0, w - reach)),
    high: weights.map((w, s) => (middle[s] + far + 1e-9 < threshold ? 0 : Math.min(1, w + reach))),
  };
}

/**
 * The largest Σ_s w_s·v_s over weights in their ranges that sum to 1: what the low weights leave over goes
 * to the largest values first. `order`: indices of v, largest first.
 */
export function largestAverage(
  { low, high }: WeightRange,
  v: (s: number) => number,
  order: readonly number[],
): number {
  let left = 1;
  let sum = 0;
  for (let s = 0; s < low.length; s++) {
    left -= low[s];
    sum += low[s] * v(s);
  }
  for (const s of order) {
    const more = Math.min(high[s] - low[s], Math.max(0, left));
    sum += more * v(s);
    left -= more;
  }
  return sum;
}
