import type { Along } from "../paths/along.js";
import { type Part, ratio } from "../statistics/ratio.js";
import { type Breathe, leastConstantPieces } from "./pieces-constant.js";
import { leastLinearPieces } from "./pieces-linear.js";

/** Knots of linear pieces may lie at the borders of so many equal parts of a segment. */
const KNOT_CELLS = 128;

/**
 * How many optimal pieces approximate the target as well as the model does, in L2 along a segment. Each
 * output of each segment is fitted for itself: pieces of a vector that share their borders have no exact
 * sub-quadratic algorithm.
 */
export interface PieceCount {
  /** Mean over segments and outputs. */
  readonly pieces: number;
  /** 95% interval over segments; with one segment, what half as many cells give, on both sides. */
  readonly low: number;
  /** Null where the grid shows no upper bound. */
  readonly high: number | null;
  /** δ_eff: length of a segment by pieces, in the segment's parameter; at most this where `atLeast`. */
  readonly width: number;
  /** Means over segments, for each output. */
  readonly perOutput: readonly number[];
  /** Counts above this the grid cannot show: a fit that needs more enters as this many. */
  readonly limit: number;
  /** Fits, segments times outputs, and how many of them need more than `limit` pieces. */
  readonly fits: number;
  readonly fitsAtLimit: number;
  /** Whether `pieces` is only a lower bound, some fit needing more than `limit`. */
  readonly atLeast: boolean;
}

/** Of one segment. Null: more than the grid can show. */
export interface SegmentPieces {
  readonly length: number;
  readonly outputs: number;
  readonly fine: Readonly<Record<Kind, readonly (number | null)[]>>;
  /** At half as many cells. */
  readonly coarse: Readonly<Record<Kind, readonly (number | null)[]>>;
}

export type Kind = "constant" | "linear";

/**
 * Most pieces that count. Constant ones are 4 cells wide on average then, and on a straight line the grid
 * makes their error 3.2% too small, √(1 − (K/N)²); linear ones are two parts between knots wide.
 */
export const limitOf = (kind: Kind, cells: number) =>
  kind === "constant" ? cells >> 2 : knotCells(cells) >> 1;

/** Parts of a segment between knots: at least two cells each. */
export const knotCells = (cells: number) => Math.min(KNOT_CELLS, cells >> 1);

/** Fits one segment. `tick` is awaited after every output, `breathe` within. */
export async function segmentPieces(
  target: Along,
  model: Along,
  bothGrids: boolean,
  tick: Breathe,
  breathe: Breathe,
): Promise<SegmentPieces> {
  const { cells, outputs, length } = target;
  const fine: Record<Kind, (number | null)[]> = { constant: [], linear: [] };
  const coarse: Record<Kind, (number | null)[]> = { constant: [], linear: [] };
  for (let j = 0; j < outputs; j++) {
    // Middles of the cells; odd borders are the middles of cells twice as wide.
    await fitBoth(column(target, j, 1, 2), column(model, j, 1, 2), cells, fine, breathe);
    if (bothGrids)
      await fitBoth(column(target, j, 2, 4), column(model, j, 2, 4), cells >> 1, coarse, breathe);
    await tick();
  }
  return { length, outputs, fine, coarse };
}

async function fitBoth(
  f: Float64Array,
  g: Float64Array,
  cells: number,
  into: Record<Kind, (number | null)[]>,
  breathe: Breathe,
): Promise<void> {
  let squares = 0;
  for (let i = 0; i < cells; i++) squares += (g[i] - f[i]) * (g[i] - f[i]);
  const parts = knotCells(cells);
  const knots = Array.from({ length: parts + 1 }, (_, j) => Math.floor((j * cells) / parts));
  const constant = await leastConstantPieces(f, squares, limitOf("constant", cells), breathe);
  into.constant.push(constant?.pieces ?? null);
  into.linear.push(leastLinearPieces(f, squares, knots, limitOf("linear", cells))?.pieces ?? null);
}

/** Output j at rows first, first + stride, … */
function column({ values, outputs, cells }: Along, j: number, first: number, stride: number): Float64Array {
  const count = (2 * cells) / stride;
  return Float64Array.from({ length: count }, (_, i) => values[(first + i * stride) * outputs + j]);
}

/** All segments together. */
export function pieceCount(
  segments: readonly SegmentPieces[],
  kind: Kind,
  cells: number,
  seed: number,
): PieceCount {
  const limit = limitOf(kind, cells);
  const sum = (counts: readonly (number | null)[]) =>
    counts.reduce<number>((all, one) => all + (one ?? limit), 0);
  const fits = segments.flatMap(({ fine }) => fine[kind]);
  const fitsAtLimit = fits.filter((one) => one === null).length;
  const parts = segments.map(({ fine, coarse, outputs }): Part => {
    const over = sum(fine[kind]);
    const change = Math.abs(over - sum(coarse[kind]));
    return { over, under: outputs, low: Math.max(outputs, over - change), high: over + change };
  });
  const { value, low, high } = ratio(parts, seed)!;
  const atLeast = fitsAtLimit > 0;
  const coarseFails = segments.some(({ coarse }) => coarse[kind].includes(null));
  return {
    pieces: value,
    low,
    high: atLeast || coarseFails ? null : high,
    width: segments.reduce((all, { length }) => all + length, 0) / segments.length / value,
    perOutput: segments[0].fine[kind].map(
      (_, j) => sum(segments.map(({ fine }) => fine[kind][j])) / segments.length,
    ),
    limit,
    fits: fits.length,
    fitsAtLimit,
    atLeast,
  };
}
