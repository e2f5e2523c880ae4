import type { WeightRange } from "./bound-weights.js";
import type { Bounded, Matrix } from "./bounded.js";
import { addProduct, carried, emptySum, gathered, type Slopes, slopes } from "./slopes.js";

/** The slopes of tensors that vary, if all of those are known; how many inputs there are. */
function known(...tensors: Bounded[]): number | undefined {
  let inputs: number | undefined;
  for (const { whole, slopes } of tensors) {
    if (whole === 0) continue;
    if (!slopes) return undefined;
    inputs = slopes.inputs;
  }
  return inputs;
}

export function linearSlopes(z: Bounded, { data, rows: O, entries }: Matrix): Slopes | undefined {
  const p = known(z);
  const I = z.width;
  if (p === undefined || !carried(z.tokens * O, p)) return undefined;
  const sum = emptySum(z.tokens * O, p);
  for (let t = 0; t < z.tokens; t++) {
    for (let o = 0; o < O; o++) {
      const [first, end] = entries ? [entries.starts[o], entries.starts[o + 1]] : [0, I];
      for (let e = first; e < end; e++) {
        const i = entries ? entries.columns[e] : e;
        const w = entries ? entries.values[e] : data[o * I + i];
        addProduct(sum, t * O + o, w, w, z.slopes!, t * I + i);
      }
    }
  }
  return slopes(z.tokens, p, sum.middle, sum.radius);
}

export function sumSlopes(a: Bounded, b: Bounded): Slopes | undefined {
  const p = known(a, b);
  if (p === undefined) return undefined;
  const rows = a.tokens * a.width;
  const sum = emptySum(rows, p);
  for (const { slopes: one } of [a, b]) {
    for (let row = 0; one && row < rows; row++) addProduct(sum, row, 1, 1, one, row);
  }
  return slopes(a.tokens, p, sum.middle, sum.radius);
}

/** a ⊙ b: b·da + a·db. */
export function productSlopes(a: Bounded, b: Bounded): Slopes | undefined {
  const p = known(a, b);
  if (p === undefined) return undefined;
  const rows = a.tokens * a.width;
  const sum = emptySum(rows, p);
  for (const [one, factor] of [
    [a, b],
    [b, a],
  ]) {
    for (let row = 0; one.slopes && row < rows; row++) {
      addProduct(sum, row, factor.low[row], factor.high[row], one.slopes, row);
    }
  }
  return slopes(a.tokens, p, sum.middle, sum.radius);
}

/** Each element by its own factor, between low and high. */
export function scaledSlopes(
  z: Bounded,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
): Slopes | undefined {
  const p = known(z);
  if (p === undefined) return undefined;
  const sum = emptySum(z.tokens * z.width, p);
  for (let row = 0; row < z.tokens * z.width; row++)
    addProduct(sum, row, low[row], high[row], z.slopes!, row);
  return slopes(z.tokens, p, sum.middle, sum.radius);
}

/**
 * g·r·(dz − mean dz − x̂·mean(x̂·dz)), with x̂ between low and high and r = 1/√(var + eps) of each token
 * between least and most.
 */
export function layerNormSlopes(
  z: Bounded,
  g: ArrayLike<number>,
  normalized: { low: Float64Array; high: Float64Array },
  scale: { least: Float64Array; most: Float64Array },
): Slopes | undefined {
  const p = known(z);
  if (p === undefined) return undefined;
  const { tokens, width: D } = z;
  const centred = emptySum(tokens * D, p);
  const inner = emptySum(tokens, p);
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < D; j++) {
        const share = (i === j ? 1 : 0) - 1 / D;
        addProduct(centred, t * D + i, share, share, z.slopes!, t * D + j);
      }
    }
  }
  const c: Slopes = { ...z.slopes!, ...centred };
  for (let row = 0; row < tokens * D; row++) {
    addProduct(inner, Math.floor(row / D), normalized.low[row] / D, normalized.high[row] / D, c, row);
  }
  const means: Slopes = { ...z.slopes!, ...inner };
  for (let row = 0; row < tokens * D; row++) {
    addProduct(centred, row, -normalized.high[row], -normalized.low[row], means, Math.floor(row / D));
  }
  const out = emptySum(tokens * D, p);
  for (let row = 0; row < tokens * D; row++) {
    const t = Math.floor(row / D);
    const ends = [g[row % D] * scale.least[t], g[row % D] * scale.most[t]];
    addProduct(out, row, Math.min(...ends), Math.max(...ends), { ...z.slopes!, ...centred }, row);
  }
  return slopes(tokens, p, out.middle, out.radius);
}

/**
 * One head: d out = Σ_s w_s dv_s + Σ_s w_s(v_s − out)·(dq·k_s + q·dk_s)/√E, by the ranges of weights, of
 * values and of the output [T, E], for softmax.
 */
export function attentionSlopes(
  q: Bounded,
  k: Bounded,
  v: Bounded,
  weights: readonly WeightRange[],
  out: { low: Float64Array; high: Float64Array },
): Slopes | undefined {
  const p = known(q, k, v);
  if (p === undefined) return undefined;
  const [T, E] = [q.tokens, q.width];
  const root = 1 / Math.sqrt(E);
  const sum = emptySum(T * E, p);
  for (let t = 0; t < T; t++) {
    const { low, high } = weights[t];
    for (let s = 0; s < low.length; s++) {
      const score = emptySum(1, p);
      for (let e = 0; e < E; e++) {
        const [at, key] = [t * E + e, s * E + e];
        if (q.slopes) addProduct(score, 0, root * k.low[key], root * k.high[key], q.slopes, at);
        if (k.slopes) addProduct(score, 0, root * q.low[at], root * q.high[at], k.slopes, key);
      }
      const one: Slopes = { inputs: p, ...score, token: new Float64Array(0), whole: 0 };
      for (let e = 0; e < E; e++) {
        const [at, key] = [t * E + e, s * E + e];
        if (v.slopes) addProduct(sum, at, low[s], high[s], v.slopes, key);
        const [below, above] = [v.low[key] - out.high[at], v.high[key] - out.low[at]];
        const products = [low[s] * below, high[s] * below, low[s] * above, high[s] * above];
        addProduct(sum, at, Math.min(...products), Math.max(...products), one, 0);
      }
    }
  }
  return slopes(T, p, sum.middle, sum.radius);
}

/** Heads side by side, each [T, E]. */
export function joinedSlopes(
  heads: readonly (Slopes | undefined)[],
  T: number,
  E: number,
): Slopes | undefined {
  const p = heads[0]?.inputs;
  if (p === undefined || !heads.every((head) => head)) return undefined;
  const D = E * heads.length;
  return gathered(T, D, p, (row) => {
    const [t, i] = [Math.floor(row / D), row % D];
    return [heads[Math.floor(i / E)], t * E + (i % E)];
  });
}
