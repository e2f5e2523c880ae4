import type { Pieces } from "../../../graph/ops/piecewise.js";
import { exp } from "../../../targets/math.js";

// The two kinds of layers that the construction of Yun et al. (arXiv 1912.10077) is made of, as plain float64
// matrices with a plain forward pass. The graph of `model.ts` is made of the same matrices.

/** Z ← Z + W₂·φ(W₁·Z + b₁), each token by itself. */
export interface TokenLayer {
  readonly kind: "token";
  /** Hidden units. */
  readonly hidden: number;
  /** W₁ [hidden, width] and b₁ [hidden]. */
  readonly into: Float64Array;
  readonly bias: Float64Array;
  readonly activation: Pieces | "relu";
  /** W₂ [width, hidden]. */
  readonly out: Float64Array;
}

/** Z ← Z + W_O·(a of every head), a_h = Σₖ weightₖ·v_h(zₖ), by scores q_h(z)·k_h(zₖ): heads of one number. */
export interface AttentionLayer {
  readonly kind: "attention";
  readonly normalizer: "hardmax" | "softmax";
  readonly heads: number;
  /** Rows q₁ … q_H, k₁ … k_H, v₁ … v_H [3·heads, width] and their biases [3·heads]. */
  readonly into: Float64Array;
  readonly bias: Float64Array;
  /** W_O [width, heads]. */
  readonly out: Float64Array;
}

/** A layer of the construction, in float64. */
export type Layer = TokenLayer | AttentionLayer;

/** Value of a function of three pieces. */
export function pieceValue({ breaks, slopes, shifts }: Pieces, t: number): number {
  const i = t < breaks[0] ? 0 : t < breaks[1] ? 1 : 2;
  // A flat piece takes numbers of any size, infinite ones too.
  return slopes[i] === 0 ? shifts[i] : slopes[i] * t + shifts[i];
}

/** Applies a layer to Z [tokens, width] in place. */
export function applyLayer(layer: Layer, z: Float64Array, width: number): void {
  if (layer.kind === "token") applyToken(layer, z, width);
  else applyAttention(layer, z, width);
}

function applyToken({ hidden, into, bias, activation, out }: TokenLayer, z: Float64Array, D: number): void {
  const change = new Float64Array(D);
  for (let t = 0; t < z.length; t += D) {
    change.fill(0);
    for (let r = 0; r < hidden; r++) {
      const sum = rowTimes(into, r, bias[r], z, t, D);
      const active = activation === "relu" ? Math.max(sum, 0) : pieceValue(activation, sum);
      if (active === 0) continue;
      for (let i = 0; i < D; i++) change[i] += out[i * hidden + r] * active;
    }
    for (let i = 0; i < D; i++) z[t + i] += change[i];
  }
}

function applyAttention(layer: AttentionLayer, z: Float64Array, D: number): void {
  const { heads: H, into, bias, out, normalizer } = layer;
  const T = z.length / D;
  const context = new Float64Array(T * H);
  const [query, key, value] = [0, H, 2 * H];
  const [scores, values] = [new Float64Array(T), new Float64Array(T)];
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < T; s++) values[s] = rowTimes(into, value + h, bias[value + h], z, s * D, D);
    for (let t = 0; t < T; t++) {
      const q = rowTimes(into, query + h, bias[query + h], z, t * D, D);
      for (let s = 0; s < T; s++) scores[s] = q * rowTimes(into, key + h, bias[key + h], z, s * D, D);
      context[t * H + h] = normalizer === "hardmax" ? atLargest(scores, values) : softened(scores, values);
    }
  }
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < D; i++) {
      let change = 0;
      for (let h = 0; h < H; h++) change += out[i * H + h] * context[t * H + h];
      z[t * D + i] += change;
    }
  }
}

/** Row r of W times the token at t, plus b: terms in order, as a matrix product adds them. */
function rowTimes(w: Float64Array, r: number, b: number, z: Float64Array, t: number, D: number): number {
  let sum = 0;
  for (let i = 0; i < D; i++) sum += w[r * D + i] * z[t + i];
  return sum + b;
}

/** Of several largest scores the first: their values are equal wherever the construction compares tokens. */
function atLargest(scores: Float64Array, values: Float64Array): number {
  let best = 0;
  for (let s = 1; s < scores.length; s++) if (scores[s] > scores[best]) best = s;
  return values[best];
}

function softened(scores: Float64Array, values: Float64Array): number {
  let top = scores[0];
  for (const score of scores) top = Math.max(top, score);
  let total = 0;
  let sum = 0;
  for (let s = 0; s < scores.length; s++) {
    const weight = exp(scores[s] - top);
    total += weight;
    sum += weight * values[s];
  }
  return sum / total;
}
