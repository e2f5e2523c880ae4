import { sharedEngine } from "../../runtime/engine.js";
import { memoryRows } from "./bound-memory.js";
import { leastVariance } from "./bound-rules.js";
import type { Bounded, Matrix } from "./bounded.js";

/** Half a unit in the last place of float32, relative. */
const U = 2 ** -24;
/** What float32 may lose where numbers are too small for its exponents. */
const TINY = 2 ** -149;

/** (1 + U)^n − 1: what n roundings one behind the other may add (Higham 2002, Lemma 3.1). */
const roundings = (n: number) => (n * U) / (1 - n * U);

/**
 * A tensor with what float32 may have made of it: bounds of the exact numbers, and by how much each of
 * those that the engine computes may be off.
 */
export interface Rounded {
  readonly z: Bounded;
  readonly error: Float64Array;
}

/** The largest magnitude that a computed element may have. */
function magnitude({ z, error }: Rounded, i: number): number {
  return Math.max(Math.abs(z.low[i]), Math.abs(z.high[i])) + error[i];
}

/** W·x + b: products summed in order, then the bias (assembly/gemm). Zeros are added exactly. */
export function linearError(x: Rounded, matrix: Matrix, b: ArrayLike<number> | undefined): Float64Array {
  const { rows: O, columns: I, data, entries } = matrix;
  const { tokens } = x.z;
  const error = new Float64Array(tokens * O);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < O; o++) {
      const [first, end] = entries ? [entries.starts[o], entries.starts[o + 1]] : [0, I];
      let [passed, size, terms] = [0, b ? Math.abs(b[o]) : 0, 0];
      for (let e = first; e < end; e++) {
        const at = t * I + (entries ? entries.columns[e] : e);
        const most = magnitude(x, at);
        if (most === 0) continue;
        const w = Math.abs(entries ? entries.values[e] : data[o * I + e]);
        passed += w * x.error[at];
        size += w * most;
        terms++;
      }
      error[t * O + o] = passed + roundings(terms + 2) * size + terms * TINY;
    }
  }
  return error;
}

export function sumError(a: Rounded, b: Rounded): Float64Array {
  return a.error.map((error, i) => {
    const both = error + b.error[i];
    return both + U * (magnitude(a, i) + magnitude(b, i));
  });
}

export function productError(a: Rounded, b: Rounded): Float64Array {
  return a.error.map((error, i) => {
    const [p, q] = [magnitude(a, i), magnitude(b, i)];
    return p * b.error[i] + error * q + U * p * q + TINY;
  });
}

/** ReLU rounds nothing; either GELU within 1.5e-7·max(1, |x|) (assembly/activation.ts), its slope below 1.13. */
export function activationError(x: Rounded, name: "relu" | "gelu-erf" | "gelu-tanh"): Float64Array {
  // Where the number is negative for certain, nothing is left of its error.
  if (name === "relu") return x.error.map((error, i) => (x.z.high[i] + error < 0 ? 0 : error));
  return x.error.map((error, i) => 1.13 * error + 2e-7 * Math.max(1, magnitude(x, i)));
}

/** Errors of softmax(s)·v where scores are off by `score` and there are `keys` of a weight to speak of. */
function softmaxError(score: number, keys: number, deviation: number, most: number, far: number): number {
  // Each weight is off by a factor: scores either way, the difference from the largest (up to 45), exp.
  const factor = sharedEngine().kernels.expm1_64(2 * (score + roundings(48)));
  // The sum, its reciprocal, and the sum of products.
  return factor * deviation + roundings(2 * keys + 8) * most + 2 * far * most;
}

export function memoryError(q: Rounded, k: Matrix, v: Matrix): Float64Array {
  const [E, S, O] = [k.columns, k.rows, v.columns];
  const error = new Float64Array(q.z.tokens * O);
  const most = v.data.reduce((x, y) => Math.max(x, Math.abs(y)), 0);
  for (const [t, { deviation, near, farShare }] of memoryRows(q.z, k, v).entries()) {
    let score = 0;
    for (let s = 0; s < S; s++) {
      let [passed, size] = [0, 0];
      for (let e = 0; e < E; e++) {
        const key = Math.abs(k.data[s * E + e]);
        passed += key * q.error[t * E + e];
        size += key * magnitude(q, t * E + e);
      }
      score = Math.max(score, passed + roundings(E + 1) * size);
    }
    const far = farShare + S * 2 ** -60;
    for (let o = 0; o < O; o++) error[t * O + o] = softmaxError(score, near, deviation[o], most, far);
  }
  return error;
}

/** One or more heads of softmax attention, queries and keys as wide as values. */
export function attentionError(
  q: Rounded,
  k: Rounded,
  v: Rounded,
  { heads, causal }: { heads: number; causal: boolean },
): Float64Array {
  const [T, S, D] = [q.z.tokens, k.z.tokens, v.z.width];
  const E = D / heads;
  const error = new Float64Array(T * D);
  for (let t = 0; t < T; t++) {
    const seen = causal ? Math.min(S, t + 1) : S;
    for (let h = 0; h < heads; h++) {
      let score = 0;
      for (let s = 0; s < seen; s++) {
        let sum = 0;
        for (let e = h * E; e < (h + 1) * E; e++) {
          const [a, b] = [t * D + e, s * D + e];
          const [p, r] = [magnitude(q, a), magnitude(k, b)];
          sum += p * k.error[b] + q.error[a] * r + roundings(E + 3) * p * r;
        }
        score = Math.max(score, sum / Math.sqrt(E));
      }
      for (let e = h * E; e < (h + 1) * E; e++) {
        let [low, high, most, passed] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
        for (let s = 0; s < seen; s++) {
          const at = s * D + e;
          low = Math.min(low, v.z.low[at]);
          high = Math.max(high, v.z.high[at]);
          most = Math.max(most, magnitude(v, at));
          passed = Math.max(passed, v.error[at]);
        }
        error[t * D + e] = passed + softmaxError(seen > 1 ? score : 0, seen, high - low, most, 0);
      }
    }
  }
  return error;
}

/**
 * LayerNorm, rows shifted by their first number before mean and variance are taken (assembly/layernorm.ts). With
 * σ ≥ σ₀ > 0 for what is computed: distances from the mean are off by d in all, so is σ, and x̂ by
 * (1 + |x̂|)·d/σ₀. Nothing is known where d is not small against σ₀.
 */
export function layerNormError(
  x: Rounded,
  g: ArrayLike<number>,
  b: ArrayLike<number>,
  eps: number,
): Float64Array {
  const { tokens, width: D } = x.z;
  const error = new Float64Array(tokens * D);
  for (let t = 0; t < tokens; t++) {
    const [from, to] = [t * D, (t + 1) * D];
    let [most, passed] = [0, 0];
    for (let i = from; i < to; i++) {
      most = Math.max(most, magnitude(x, i));
      passed = Math.max(passed, x.error[i]);
    }
    const least = leastVariance(x.z.low.subarray(from, to), x.z.high.subarray(from, to));
    const sigma = Math.sqrt(least + Math.fround(eps));
    // Of the input, and of the mean and of the differences: 4D + 16 roundings of numbers up to twice the largest.
    const d = 2 * passed + 2 * roundings(2 * D + 8) * most;
    const share = d / (0.9 * sigma);
    for (let i = 0; i < D; i++) {
      const gain = Math.abs(g[i]);
      const root = Math.sqrt(D);
      const off = share < 0.1 ? (1 + root) * share + root * roundings(D + 16) : Number.POSITIVE_INFINITY;
      error[from + i] = gain * off + U * (gain * root + Math.abs(b[i]));
    }
  }
  return error;
}
