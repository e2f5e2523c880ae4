import { sharedEngine } from "../../runtime/engine.js";
import { type Bounded, bounded, type Matrix, sharpened, up } from "./bounded.js";
import { addProduct, carried, emptySum, slopes } from "./slopes.js";

/** A weight whose logarithm is this far below the largest one's counts only in sum. */
const FAR = 45;

/** What one query's softmax over fixed keys and values is known to be, on a box of queries. */
export interface Row {
  /** Σ w·v [O]: middle and radius. */
  readonly out: Float64Array;
  readonly outRadius: Float64Array;
  /** Cov_w(v, k) [O, E]: middle and radius. */
  readonly covariance: Float64Array;
  readonly covarianceRadius: Float64Array;
  /** At least Σ w·|v − out| [O]. */
  readonly deviation: Float64Array;
  /** Keys whose weights are not negligible, and what all others weigh together at most. */
  readonly near: number;
  readonly farShare: number;
}

const known = new WeakMap<Bounded, Row[]>();

/** What is known of the attention of each token of q. */
export function memoryRows(q: Bounded, k: Matrix, v: Matrix): readonly Row[] {
  let found = known.get(q);
  if (!found) {
    const E = k.columns;
    const cut = (ends: Float64Array, t: number) => ends.subarray(t * E, (t + 1) * E);
    found = Array.from({ length: q.tokens }, (_, t) => rowOf(cut(q.low, t), cut(q.high, t), k, v));
    known.set(q, found);
  }
  return found;
}

/**
 * softmax(q·kᵀ)·v with fixed keys k [S, E] and values v [S, O], its Jacobian by q being Cov_w(v, k). Weights
 * change by what scores change against their weighted mean, (kⱼ − k̄)·dq, so what all keys share (a constant
 * feature, the offset of the grid) counts for nothing: bounds are sharp on boxes smaller than the distance
 * of neighbouring keys (ours).
 */
export function boundMemoryAttention(q: Bounded, k: Matrix, v: Matrix): Bounded {
  return sharpened([q], ([one]) => memoryAttention(one, k, v));
}

function memoryAttention(q: Bounded, k: Matrix, v: Matrix): Bounded {
  const [T, E, O] = [q.tokens, k.columns, v.columns];
  const low = new Float64Array(T * O);
  const high = new Float64Array(T * O);
  const token = new Float64Array(T);
  const p = q.slopes?.inputs;
  const sum = p !== undefined && carried(T * O, p) ? emptySum(T * O, p) : undefined;
  for (let t = 0; t < T; t++) {
    const row = memoryRows(q, k, v)[t];
    let squares = 0;
    for (let o = 0; o < O; o++) {
      const at = t * O + o;
      low[at] = row.out[o] - row.outRadius[o];
      high[at] = row.out[o] + row.outRadius[o];
      for (let e = 0; e < E; e++) {
        const [middle, radius] = [row.covariance[o * E + e], row.covarianceRadius[o * E + e]];
        squares += (Math.abs(middle) + radius) ** 2;
        if (sum && q.slopes) addProduct(sum, at, middle - radius, middle + radius, q.slopes, t * E + e);
      }
    }
    token[t] = up(Math.sqrt(squares) * q.token[t]);
  }
  return bounded(
    T,
    O,
    low,
    high,
    { token, whole: Number.POSITIVE_INFINITY },
    { slopes: sum && p !== undefined ? slopes(T, p, sum.middle, sum.radius) : undefined },
  );
}

function rowOf(low: Float64Array, high: Float64Array, k: Matrix, v: Matrix): Row {
  const { exp64 } = sharedEngine().kernels;
  const [S, E, O] = [k.rows, k.columns, v.columns];
  const keys = k.data;
  const values = v.data;
  const middle = low.map((from, e) => 0.5 * (from + high[e]));
  const radius = low.map((from, e) => 0.5 * (high[e] - from));

  const scores = new Float64Array(S);
  let top = Number.NEGATIVE_INFINITY;
  let longest = 0;
  for (let s = 0; s < S; s++) {
    let [score, size] = [0, 0];
    for (let e = 0; e < E; e++) {
      const term = keys[s * E + e] * middle[e];
      score += term;
      size += Math.abs(term);
    }
    scores[s] = score;
    if (score > top) top = score;
    if (size > longest) longest = size;
  }
  // Near keys, with e^(score − top) and what rounding may have made of the scores.
  const rounding = (E + 4) * 2 ** -50 * longest;
  const near: number[] = [];
  const weights = new Float64Array(S);
  const key = new Float64Array(E);
  const value = new Float64Array(O);
  let total = 0;
  for (let s = 0; s < S; s++) {
    const below = scores[s] - top;
    if (below < -FAR) continue;
    weights[s] = exp64(below);
    total += weights[s];
    for (let e = 0; e < E; e++) key[e] += weights[s] * keys[s * E + e];
    for (let o = 0; o < O; o++) value[o] += weights[s] * values[s * O + o];
  }
  for (let e = 0; e < E; e++) key[e] /= total;
  for (let o = 0; o < O; o++) value[o] /= total;

  // Unnormalised weights are in [w/x, w·x], x = e^spread; those of far keys at most `far` in all.
  const stretch = new Float64Array(S);
  let [sumLow, sumHigh, far, farValue, farKey] = [0, 0, 0, 0, 0];
  for (let s = 0; s < S; s++) {
    let spread = rounding;
    for (let e = 0; e < E; e++) spread += Math.abs(keys[s * E + e] - key[e]) * radius[e];
    const reach = scores[s] - top + spread;
    if (reach < -FAR) {
      far += exp64(-FAR);
      for (let e = 0; e < E; e++) farKey = Math.max(farKey, Math.abs(keys[s * E + e] - key[e]));
      for (let o = 0; o < O; o++) farValue = Math.max(farValue, Math.abs(values[s * O + o] - value[o]));
      continue;
    }
    near.push(s);
    if (weights[s] === 0) weights[s] = exp64(scores[s] - top);
    stretch[s] = exp64(spread) * (1 + 1e-14);
    sumLow += weights[s] / stretch[s];
    sumHigh += weights[s] * stretch[s];
  }
  const slack = (S + 8) * 2 ** -50;
  const out = new Float64Array(O);
  const outRadius = new Float64Array(O);
  const mean = new Float64Array(E);
  const meanRadius = new Float64Array(E);
  const covariance = new Float64Array(O * E);
  const covarianceRadius = new Float64Array(O * E);
  const deviation = new Float64Array(O);
  const farShare = far === 0 ? 0 : Math.min(1, far / sumLow) * (1 + 1e-9);
  for (const s of near) {
    const [least, most] = [weights[s] / stretch[s], weights[s] * stretch[s]];
    const others = Math.max(0, sumLow - least - slack * sumLow);
    const w1 = Math.min(1, (most / (most + others)) * (1 + slack));
    const rest = sumHigh - most + far + slack * sumHigh;
    const w0 = (least / (least + rest)) * (1 - slack);
    // NaN: a spread too large for float64 says nothing.
    const [from, to] = [w0 >= 0 ? w0 : 0, w1 >= 0 ? w1 : 1];
    const [w, r] = [0.5 * (from + to), 0.5 * (to - from) + 2 ** -53];
    for (let o = 0; o < O; o++) {
      const dv = values[s * O + o] - value[o];
      out[o] += w * dv;
      outRadius[o] += r * Math.abs(dv);
      deviation[o] += (w + r) * Math.abs(dv);
      for (let e = 0; e < E; e++) {
        const product = dv * (keys[s * E + e] - key[e]);
        covariance[o * E + e] += w * product;
        covarianceRadius[o * E + e] += r * Math.abs(product);
      }
    }
    for (let e = 0; e < E; e++) {
      const dk = keys[s * E + e] - key[e];
      mean[e] += w * dk;
      meanRadius[e] += r * Math.abs(dk);
    }
  }
  // Cov = Σ w (v − a)(k − b) − (Σ w v − a)(Σ w k − b) for any a and b.
  for (let o = 0; o < O; o++) {
    deviation[o] = up(deviation[o] + farShare * farValue + Math.abs(out[o]) + outRadius[o]);
    outRadius[o] += farShare * farValue + slack * (Math.abs(out[o]) + outRadius[o]);
    for (let e = 0; e < E; e++) {
      const dk = Math.abs(mean[e]) + meanRadius[e] + farShare * farKey;
      const at = o * E + e;
      covarianceRadius[at] += farShare * farValue * farKey + (Math.abs(out[o]) + outRadius[o]) * dk;
      covarianceRadius[at] += slack * (Math.abs(covariance[at]) + covarianceRadius[at]);
    }
    out[o] += value[o];
    outRadius[o] += 2 ** -50 * Math.abs(out[o]);
  }
  return { out, outRadius, covariance, covarianceRadius, deviation, near: near.length, farShare };
}
