import * as v from "valibot";
import { PlateauError } from "../../../errors.js";
import { check, count, flag, oneOf, positive } from "../../../validate.js";
import { exactly, sayMagnitude, times } from "../../bounds/magnitude.js";
import { yunCounts } from "../../bounds/yun-counts.js";
import { largestThat } from "../../grid.js";

/** What decides the shape of the construction. Everything is in units of δ: a cell has side 1. */
export const yunSchema = v.strictObject({
  /** d: numbers of a token. */
  dim: count,
  /** m: tokens of a context. */
  inputTokens: count,
  /** n: tokens that carry an output, the first of them; at most m. */
  outputTokens: count,
  /** 1/δ: cells a side of the unit cube. */
  cells: count,
  /** Whether token j has j added to its coordinates, which makes tokens distinct (Theorem 3 of Yun et al.). */
  positions: v.optional(flag, true),
  /**
   * Factor G of the global shift. Default: that of the proof, which tells all numbers apart whatever they
   * are. `leastGlobal` finds the least that does for the contexts of the grid.
   */
  global: v.optional(count),
  /** Hardmax and activations with jumps, or softmax and ReLU at temperature `lambda`. */
  kind: v.optional(oneOf(["hardmax", "softmax"]), "hardmax"),
  lambda: v.optional(positive),
});

/**
 * What a user writes: tokens, their numbers, and cells a side.
 * @useDeclaredType
 */
export type YunOptions = v.InferInput<typeof yunSchema>;
/**
 * With every default filled in.
 * @useDeclaredType
 */
export type YunConfig = v.InferOutput<typeof yunSchema>;

/** @throws PlateauError `usage` */
export function yunConfig(options: YunOptions): YunConfig {
  const config = check("yun", yunSchema, options);
  if (config.outputTokens > config.inputTokens) {
    throw new PlateauError(
      "usage",
      `${config.outputTokens} output tokens of ${config.inputTokens} input tokens: the construction writes outputs where inputs are`,
    );
  }
  if ((config.kind === "softmax") !== (config.lambda !== undefined)) {
    throw new PlateauError("usage", "lambda belongs to kind softmax, and kind softmax needs it");
  }
  return config;
}

/** The numbers of the proof, all in units of δ. Exact as long as they are below 2⁵³. */
export interface Numbers {
  /** u = (1, δ⁻¹, …, δ^{−d+1}). */
  readonly u: readonly number[];
  /** What position j adds to each coordinate: j times this; 0 without positions. */
  readonly stride: number;
  /** R/δ: every number l = uᵀz of a quantised token is a whole number from 0 to below it. */
  readonly range: number;
  /** c, by which a selective shift moves a token: c·(max l − min l). */
  readonly shift: number;
  /** G, by which the global shift moves all: G·max l. */
  readonly global: number;
  /** Every l after the selective shifts is below it. It is the proof's G. */
  readonly shifted: number;
  /** Where what lies outside of the cube is sent: to its negative. */
  readonly far: number;
  /** No number of a context in the cube reaches this. */
  readonly largest: number;
}

/**
 * Without positions c = R/δ = δ^{−d} and G = δ^{−(m+1)d}, as in the proof. With them c = R/δ + 1 [ours: see
 * docs/theory.md]; G = c^m·R/δ in both cases, as a selective shift multiplies the largest number by at most c,
 * and each of m tokens has one.
 */
export function numbersOf({ dim: d, inputTokens: m, cells: n, positions, global: given }: Grid): Numbers {
  const u = Array.from({ length: d }, (_, i) => n ** i);
  const sum = u.reduce((a, b) => a + b, 0);
  const stride = positions ? n : 0;
  const range = positions ? (m - 1) * n * sum + n ** d : n ** d;
  const shift = positions ? range + 1 : range;
  const shifted = shift ** m * range;
  const global = given ?? shifted;
  return { u, stride, range, shift, global, shifted, far: 2 * shifted, largest: shifted * (1 + global) };
}

export type Grid = Pick<YunConfig, "dim" | "inputTokens" | "cells" | "positions" | "global">;

/** Contexts whose numbers are stored: each of the grid, or without positions each set of distinct tokens. */
export function contextsOf({ dim: d, inputTokens: m, cells: n, positions }: Grid): number {
  if (positions) return n ** (d * m);
  let count = 1;
  for (let j = 0; j < m; j++) count = (count * (n ** d - j)) / (j + 1);
  return Math.max(0, Math.round(count));
}

/** Layers of the value mapping that are held at most. */
const MOST_LAYERS = 2 ** 24;
/** What float64 and float32 count in exactly. */
const EXACT = { float64: 2 ** 53, float32: 2 ** 24, "float32 at quarters": 2 ** 22 } as const;
export type Arithmetic = keyof typeof EXACT;

/** Bytes of the value mapping: a number and the outputs of every token of every context, and a lookup of them. */
export function bytesOfToken({ dim }: Pick<Grid, "dim">): number {
  return 8 + 8 * dim + 4;
}

/** Why a grid does not fit; undefined where it does. */
export function obstacle(grid: Grid, arithmetic: Arithmetic = "float64"): string | undefined {
  const layers = contextsOf(grid) * grid.inputTokens;
  if (!(layers <= MOST_LAYERS)) {
    const { contexts } = yunCounts(grid);
    const bytes = times(contexts, exactly(grid.inputTokens * bytesOfToken(grid)));
    return `${sayMagnitude(contexts)} contexts of ${grid.inputTokens} tokens take ${sayMagnitude(bytes)} bytes and a layer a token, of which ${MOST_LAYERS} are held`;
  }
  const { largest } = numbersOf(grid);
  if (!(largest <= EXACT[arithmetic])) {
    return `tokens get numbers up to ${largest.toPrecision(3)}, and ${arithmetic} counts exactly to ${EXACT[arithmetic]}`;
  }
  return undefined;
}

/** The finest grid of this shape that fits; 0 where none does. */
export function finest(grid: Grid, arithmetic: Arithmetic = "float64"): number {
  return largestThat((cells) => obstacle({ ...grid, cells }, arithmetic) === undefined);
}

/** @throws PlateauError `memory` where the grid does not fit, saying why and which δ does */
export function requireFit(grid: Grid, arithmetic: Arithmetic = "float64"): void {
  const reason = obstacle(grid, arithmetic);
  if (reason === undefined) return;
  const best = finest(grid, arithmetic);
  const advice =
    best > 0 ? `δ = 1/${best} would fit` : "no δ fits so many tokens: use fewer, or fewer numbers each";
  throw new PlateauError("memory", `yun with δ = 1/${grid.cells}: ${reason}; ${advice}`);
}
