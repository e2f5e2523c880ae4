import { requireArguments } from "../../arguments.js";
import { choose, exactly, type Magnitude, plus, power, times } from "./magnitude.js";

/** The shape of the construction of Yun et al. */
export interface YunShape {
  /** d: numbers of a token. */
  readonly dim: number;
  /** m: tokens in. */
  readonly inputTokens: number;
  /** n: tokens with an output. Default: m. */
  readonly outputTokens?: number;
  /** 1/δ, whole. */
  readonly cells: number;
  readonly positions: boolean;
}

/** What it takes, counted before anything is built: finite however small δ is. */
export interface YunCounts {
  /** Contexts that stage 3 tells apart: δ^{−dm}, or without positions sets of m distinct tokens. */
  readonly contexts: Magnitude;
  readonly layers: {
    /** d/δ, and d for what lies outside. */
    readonly quantise: Magnitude;
    /** A selective shift for each of m·δ^{−d} numbers (δ^{−d} without positions), and the global one. */
    readonly contextual: Magnitude;
    /** One for each token of each context. */
    readonly value: Magnitude;
    readonly total: Magnitude;
  };
  /** Numbers of all matrices as `buildYun` and `yunNetwork` lay them out, the affine maps in and out included. */
  readonly parameters: Magnitude;
  /** Additions and multiplications of its matrix products and attention, for one context. */
  readonly flops: Magnitude;
  /** Order of the layers, as the theorem has it. */
  readonly order: string;
}

/**
 * Exact counts of the construction (arXiv 1912.10077, Theorem 3 with positions, Theorem 2 without), with hardmax
 * attention and activations of three pieces. A token is D = 2d numbers wide inside.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function yunCounts(shape: YunShape): YunCounts {
  requireArguments("yunCounts", { shape: [shape, "YunShape: dim inputTokens cells positions"] });
  const { dim: d, inputTokens: m, outputTokens: n = m, cells, positions } = shape;
  const k = exactly;
  const D = 2 * d;
  const side = k(cells);
  const tokens = power(side, d);
  const contexts = positions ? power(side, d * m) : choose(tokens, m);
  const quantise = plus(times(k(d), side), k(d));
  const shifts = positions ? times(k(m), tokens) : tokens;
  const contextual = plus(shifts, k(1));
  const value = times(k(m), contexts);
  const total = plus(quantise, contextual, value);
  const tokenLayers = plus(quantise, value);
  const ends = m * D * (m * d + 1) + (positions ? m * D : 0) + n * d * m * D;
  const heads = (H: number) => 8 * m * D * H + 4 * H * m * m;
  return {
    contexts,
    layers: { quantise, contextual, value, total },
    parameters: plus(k(ends), times(tokenLayers, k(2 * D + 1)), times(shifts, k(8 * D + 6)), k(4 * D + 3)),
    flops: plus(
      k(2 * m * D * m * d + 2 * n * d * m * D),
      times(tokenLayers, k(4 * D * m)),
      times(shifts, k(heads(2))),
      k(heads(1)),
    ),
    order: positions ? "O(m·δ^(−dm))" : "O(m·δ^(−dm)/m!)",
  };
}
