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

/** By how much computed numbers may be off exact ones: each element, and each token in 2-norm. */
export interface Errors {
  readonly element: Float64Array;
  readonly token: Float64Array;
}

/** A tensor's bounds in exact arithmetic, and what float32 may have made of it. */
export interface Rounded {
  readonly z: Bounded;
  readonly error: Errors;
}

/** Errors of `tokens` tokens: of elements and, where more is known, of tokens, each sharpened by the other. */
export function errors(element: Float64Array, tokens: number, token?: ArrayLike<number>): Errors {
  const width = element.length / tokens;
  const norms = Float64Array.from({ length: tokens }, (_, t) =>
    Math.min(norm(element, t * width, width), token?.[t] ?? Number.POSITIVE_INFINITY),
  );
  return { element: element.map((error, i) => Math.min(error, norms[Math.floor(i / width)])), token: norms };
}

export function noErrors({ tokens, low }: Bounded): Errors {
  return { element: new Float64Array(low.length), token: new Float64Array(tokens) };
}

function norm(values: ArrayLike<number>, from: number, width: number): number {
  let squares = 0;
  for (let i = from; i < from + width; i++) squares += values[i] * values[i];
  return Math.sqrt(squares) * (1 + 1e-12);
}

/** The largest magnitude that a computed element may have. */
function magnitude({ z, error }: Rounded, i: number): number {
  return Math.max(Math.abs(z.low[i]), Math.abs(z.high[i])) + error.element[i];
}

/** What passes through an op, and what the op itself rounds off: both added, in elements and in norm. */
function together(
  passed: { element: Float64Array; token: ArrayLike<number> },
  own: Float64Array,
  tokens: number,
): Errors {
  const width = own.length / tokens;
  const token = Float64Array.from(passed.token, (error, t) => error + norm(own, t * width, width));
  return errors(
    own.map((error, i) => error + passed.element[i]),
    tokens,
    token,
  );
}

/** W·x + b: products summed in order, then the bias (assembly/gemm). Zeros are added exactly. */
export function linearError(x: Rounded, matrix: Matrix, b: ArrayLike<number> | undefined): Errors {
  const { rows: O, columns: I, data, entries } = matrix;
  const { tokens } = x.z;
  const element = new Float64Array(tokens * O);
  const own = new Float64Array(tokens * O);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < O; o++) {
      const [first, end] = entries ? [entries.starts[o], entries.starts[o + 1]] : [0, I];
      let [passed, size, terms] = [0, b ? Math.abs(b[o]) : 0, 0];
      for (let e = first; e < end; e++) {
        const at = t * I + (entries ? entries.columns[e] : e);
        const most = magnitude(x, at);
        if (most === 0) continue;
        const w = Math.abs(entries ? entries.values[e] : data[o * I + e]);
        passed += w * x.error.element[at];
        size += w * most;
        terms++;
      }
      element[t * O + o] = Math.min(passed, matrix.rowNorm(o) * x.error.token[t]);
      own[t * O + o] = roundings(terms + 2) * size + terms * TINY;
    }
  }
  const token = x.error.token.map((error) => (error === 0 ? 0 : matrix.norm() * error));
  return together({ element, token }, own, tokens);
}

export function sumError(a: Rounded, b: Rounded): Errors {
  const own = a.error.element.map((_, i) => U * (magnitude(a, i) + magnitude(b, i)));
  const element = a.error.element.map((error, i) => error + b.error.element[i]);
  const token = a.error.token.map((error, t) => error + b.error.token[t]);
  return together({ element, token }, own, a.z.tokens);
}

export function productError(a: Rounded, b: Rounded): Errors {
  const element = a.error.element.map((error, i) => {
    const [p, q] = [magnitude(a, i), magnitude(b, i)];
    return p * b.error.element[i] + error * q + U * p * q + TINY;
  });
  return errors(element, a.z.tokens);
}

/** ReLU rounds nothing; either GELU within 1.5e-7·max(1, |x|) (assembly/activation.ts), its slope below 1.13. */
export function activationError(x: Rounded, name: "relu" | "gelu-erf" | "gelu-tanh"): Errors {
  const { element, token } = x.error;
  // Where a number is negative for certain, nothing is left of its error.
  if (name === "relu") {
    return errors(
      element.map((error, i) => (x.z.high[i] + error < 0 ? 0 : error)),
      x.z.tokens,
      token,
    );
  }
  const passed = { element: element.map((error) => 1.13 * error), token: token.map((error) => 1.13 * error) };
  const own = element.map((_, i) => 2e-7 * Math.max(1, magnitude(x, i)));
  return together(passed, own, x.z.tokens);
}

/**
 * Errors of softmax(s)·v by weights alone, where scores are off by `score` and `keys` of them have a weight to
 * speak of.
 */
function softmaxError(score: number, keys: number, deviation: number, most: number, far: number): number {
  // Each weight is off by a factor: scores either way, the difference from the largest (up to 45), exp.
  const factor = sharedEngine().kernels.expm1_64(2 * (score + roundings(48)));
  // The sum, its reciprocal, and the sum of products.
  return factor * deviation + roundings(2 * keys + 8) * most + 2 * far * most;
}

export function memoryError(q: Rounded, k: Matrix, v: Matrix): Errors {
  const [E, S, O] = [k.columns, k.rows, v.columns];
  const { tokens } = q.z;
  const element = new Float64Array(tokens * O);
  const most = v.data.reduce((x, y) => Math.max(x, Math.abs(y)), 0);
  for (const [t, { deviation, near, farShare }] of memoryRows(q.z, k, v).entries()) {
    let score = 0;
    for (let s = 0; s < S; s++) {
      let [passed, size] = [0, 0];
      for (let e = 0; e < E; e++) {
        const key = Math.abs(k.data[s * E + e]);
        passed += key * q.error.element[t * E + e];
        size += key * magnitude(q, t * E + e);
      }
      score = Math.max(score, passed + roundings(E + 1) * size);
    }
    const far = farShare + S * 2 ** -60;
    for (let o = 0; o < O; o++) element[t * O + o] = softmaxError(score, near, deviation[o], most, far);
  }
  return errors(element, tokens);
}

/** One or more heads of softmax attention, queries and keys as wide as values. */
export function attentionError(
  q: Rounded,
  k: Rounded,
  v: Rounded,
  { heads, causal }: { heads: number; causal: boolean },
): Errors {
  const [T, S, D] = [q.z.tokens, k.z.tokens, v.z.width];
  const E = D / heads;
  const passed = { element: new Float64Array(T * D), token: new Float64Array(T) };
  const own = new Float64Array(T * D);
  for (let t = 0; t < T; t++) {
    const seen = causal ? Math.min(S, t + 1) : S;
    for (let h = 0; h < heads; h++) {
      const score = seen > 1 ? scoreError(q, k, t, seen, h * E, E) : 0;
      for (let e = h * E; e < (h + 1) * E; e++) {
        let [low, high, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
        for (let s = 0; s < seen; s++) {
          const at = s * D + e;
          low = Math.min(low, v.z.low[at]);
          high = Math.max(high, v.z.high[at]);
          most = Math.max(most, magnitude(v, at));
          passed.element[t * D + e] = Math.max(passed.element[t * D + e], v.error.element[at]);
        }
        own[t * D + e] = softmaxError(score, seen, high - low, most, 0);
      }
    }
    // Convex combinations, of each head by itself.
    for (let s = 0; s < seen; s++) {
      passed.token[t] = Math.max(passed.token[t], Math.sqrt(heads) * v.error.token[s]);
    }
  }
  return together(passed, own, T);
}

/** By how much the scores of query t, of one head, may be off. */
function scoreError(q: Rounded, k: Rounded, t: number, seen: number, from: number, E: number): number {
  const D = q.z.width;
  let score = 0;
  for (let s = 0; s < seen; s++) {
    let [passed, own, queries, keys] = [0, 0, 0, 0];
    for (let e = from; e < from + E; e++) {
      const [a, b] = [t * D + e, s * D + e];
      const [p, r] = [magnitude(q, a), magnitude(k, b)];
      passed += p * k.error.element[b] + q.error.element[a] * r;
      own += p * r;
      queries += p * p;
      keys += r * r;
    }
    const byNorm = Math.sqrt(queries) * k.error.token[s] + q.error.token[t] * Math.sqrt(keys);
    score = Math.max(score, (Math.min(passed, byNorm * (1 + 1e-9)) + roundings(E + 3) * own) / Math.sqrt(E));
  }
  return score;
}

/**
 * LayerNorm, rows shifted by their first number before mean and variance are taken (assembly/layernorm.ts). What its
 * input is off by passes with ‖J‖₂ ≤ 1/σ, σ the least between exact and computed input. Its own distances from
 * the mean are off by at most d, so is its σ, and x̂ by (1 + |x̂|)·d/σ. Exact or computed, no x̂ exceeds √D: so
 * no error exceeds twice that.
 */
export function layerNormError(x: Rounded, g: ArrayLike<number>, b: ArrayLike<number>, eps: number): Errors {
  const { tokens, width: D } = x.z;
  const passed = { element: new Float64Array(tokens * D), token: new Float64Array(tokens) };
  const own = new Float64Array(tokens * D);
  const root = Math.sqrt(D);
  let largest = 0;
  for (let i = 0; i < D; i++) largest = Math.max(largest, Math.abs(g[i]));
  for (let t = 0; t < tokens; t++) {
    const [from, to] = [t * D, (t + 1) * D];
    let most = 0;
    for (let i = from; i < to; i++) most = Math.max(most, magnitude(x, i));
    const input = x.error.token[t];
    const variance = leastVariance(x.z.low.subarray(from, to), x.z.high.subarray(from, to));
    // √var changes by at most ‖dz‖/√D.
    const spread = Math.max(0, Math.sqrt(variance) - input / root);
    const sigma = Math.sqrt(spread * spread + eps) * (1 - 1e-6);
    const share = (2 * roundings(2 * D + 8) * most) / sigma;
    const rounded =
      share < 0.1 ? 1.2 * (1 + root) * share + root * roundings(D + 16) : Number.POSITIVE_INFINITY;
    const bound = 2 * root * (1 + 1e-4);
    passed.token[t] = largest * Math.min(input / sigma, bound);
    for (let i = 0; i < D; i++) {
      const gain = Math.abs(g[i]);
      passed.element[from + i] = gain * Math.min(input / sigma, bound);
      own[from + i] = gain * Math.min(rounded, bound) + 2 * U * (gain * root + Math.abs(b[i]));
    }
  }
  return together(passed, own, tokens);
}
