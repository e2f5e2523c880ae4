import { numbersOf, type YunConfig } from "./grid.js";
import type { AttentionLayer } from "./layers.js";
import { widthOf } from "./quantise.js";

/**
 * Stage 2: a selective shift for every value l that a token can have, in increasing order, then the global
 * shift: δ^{−d} + 1 attention layers, or m·δ^{−d} + 1 with positions.
 */
export function contextualLayers(config: YunConfig): AttentionLayer[] {
  return [...valuesOf(config).map((l) => selectiveShift(config, l)), globalShift(config)];
}

/** Every l = uᵀz of a quantised token, ascending: all of them at each position, positions apart. */
export function valuesOf(config: YunConfig): number[] {
  const { dim: d, inputTokens: m, cells: n, positions } = config;
  const { u, stride } = numbersOf(config);
  const step = stride * u.reduce((a, b) => a + b, 0);
  return Array.from({ length: positions ? m : 1 }, (_, j) =>
    Array.from({ length: n ** d }, (_, k) => j * step + k),
  ).flat();
}

/**
 * Two heads with queries l_j − (l − ½) and l_j − (l + ½), keys and values l: a head whose query is positive
 * takes the largest l of the context, one whose query is negative the smallest, and the heads differ for the
 * tokens with l_j = l alone. Those gain c·(max − min) in their first coordinate.
 */
function selectiveShift(config: YunConfig, l: number): AttentionLayer {
  const { shift } = numbersOf(config);
  return shiftLayer(config, [l - 0.5, l + 0.5], [shift, -shift]);
}

/** All tokens gain G·max l: their query is positive, as l ≥ 0. */
function globalShift(config: YunConfig): AttentionLayer {
  return shiftLayer(config, [-0.5], [numbersOf(config).global]);
}

function shiftLayer(config: YunConfig, at: number[], factors: number[]): AttentionLayer {
  const { u } = numbersOf(config);
  const width = widthOf(config.dim);
  const H = at.length;
  const into = new Float64Array(3 * H * width);
  for (let row = 0; row < 3 * H; row++) into.set(u, row * width);
  const bias = new Float64Array(3 * H);
  for (let h = 0; h < H; h++) bias[h] = -at[h];
  const out = new Float64Array(width * H);
  out.set(factors);
  return { kind: "attention", normalizer: "hardmax", heads: H, into, bias, out };
}

/**
 * The numbers that stage 2 gives to the tokens of a context, from their l before it, in place: what the
 * layers do, in closed form. In increasing order of l each token moves to l + c·(max − min); then all by G·max.
 */
export function contextNumbers(config: YunConfig, l: Float64Array): void {
  const { shift, global } = numbersOf(config);
  const order = Array.from(l.keys()).sort((a, b) => l[a] - l[b] || a - b);
  for (let i = 0; i < order.length; ) {
    const at = l[order[i]];
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const one of l) [least, most] = [Math.min(least, one), Math.max(most, one)];
    // Equal tokens are shifted by the same layer.
    for (; i < order.length && l[order[i]] === at; i++) l[order[i]] = at + shift * (most - least);
  }
  let most = Number.NEGATIVE_INFINITY;
  for (const one of l) most = Math.max(most, one);
  for (let j = 0; j < l.length; j++) l[j] += global * most;
}
