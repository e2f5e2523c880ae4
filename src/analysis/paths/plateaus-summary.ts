import type { Estimate } from "../statistics/bootstrap.js";
import { type Part, ratio } from "../statistics/ratio.js";
import { expectedRun, type Flatness, flatness, jumpMass, type Profile } from "./flatness.js";

/** Parts of the length that jump mass is told for. */
export const steepest = [0.01, 0.05, 0.1] as const;
const LISTED_HEIGHTS = 100;

/** How flat and how steep one function is along segments. Lengths are in the segments' parameter. */
export interface Flat {
  /** Where |g′| comes from: exact vector–Jacobian products, or increments of a function that only has values. */
  readonly derivative: "exact" | "increments";
  /** Total variation by length: the mean of |g′|, as the grid shows it. */
  readonly variation: Estimate;
  /** Share of the length where |g′| ≤ τ · total variation / length, each segment for itself. */
  readonly flatShare: Estimate;
  /** δ̂: expected length of the flat run that a uniformly random point lies in, 0 if in none. */
  readonly resolution: Estimate;
  /** Both at other thresholds. */
  readonly sweep: readonly {
    readonly tau: number;
    readonly flatShare: Estimate;
    readonly resolution: Estimate;
  }[];
  readonly jumps: {
    /**
     * Rises within one cell that the derivative does not explain, on all segments. A continuous one that
     * crosses a border is counted in both cells.
     */
    readonly count: number;
    /** Largest first, at most 100 of them. */
    readonly heights: readonly number[];
    /** Their share of the total variation; null without variation. */
    readonly variationShare: number | null;
  };
  /** Share of the total variation in the steepest part of each segment's length; null without variation. */
  readonly jumpMass: readonly { readonly length: number; readonly variationShare: Estimate | null }[];
}

/** A function's profile along one segment, and the increments of cells twice as wide. */
export interface Profiled {
  readonly profile: Profile;
  readonly coarse: Float64Array;
}

export function summarise(
  derivative: Flat["derivative"],
  segments: readonly Profiled[],
  tau: number,
  sweep: readonly number[],
  seed: number,
): Flat {
  const jumps = segments
    .flatMap(({ profile }) => profile.jumps.map(({ height }) => height))
    .sort((a, b) => b - a);
  const total = segments.reduce((sum, { profile }) => sum + profile.totalVariation, 0);
  const at = (threshold: number) => {
    const flat = segments.map(({ profile }) => flatness(profile, threshold));
    return {
      flatShare: ratio(
        segments.map(({ profile }, s) => sharePart(profile, flat[s].cells, flat[s].borders)),
        seed,
      )!,
      resolution: ratio(
        segments.map(({ profile }, s) => runPart(profile, flat[s])),
        seed,
      )!,
    };
  };
  return {
    derivative,
    variation: ratio(segments.map(variationPart), seed)!,
    ...at(tau),
    sweep: sweep.map((other) => ({ tau: other, ...at(other) })),
    jumps: {
      count: jumps.length,
      heights: jumps.slice(0, LISTED_HEIGHTS),
      variationShare: total > 0 ? jumps.reduce((sum, height) => sum + height, 0) / total : null,
    },
    jumpMass: steepest.map((length) => ({
      length,
      variationShare: ratio(
        segments.map((one) => massPart(one, length)),
        seed,
      ),
    })),
  };
}

/** Each border between flat and steep is known to half a cell. */
export function sharePart({ length, cells }: Profile, flat: number, borders: number): Part {
  const part = (count: number) => (Math.min(cells, Math.max(0, count)) / cells) * length;
  return { over: part(flat), under: length, low: part(flat - borders / 2), high: part(flat + borders / 2) };
}

/** Both ends of a run are, so its length is known to one cell. */
function runPart({ length, cells }: Profile, flat: Flatness): Part {
  const part = (change: number) => (expectedRun(flat, cells, change) / cells) * length * length;
  return { over: part(0), under: length, low: part(-1), high: part(1) };
}

/** A finer grid shows no less variation; how much more is judged by what halving the cells has added. */
function variationPart({ profile, coarse }: Profiled): Part {
  const over = profile.totalVariation;
  const added = over - coarse.reduce((sum, increment) => sum + increment, 0);
  return { over, under: profile.length, low: over, high: over + Math.max(0, added) };
}

function massPart({ profile, coarse }: Profiled, share: number): Part {
  const under = profile.totalVariation;
  const jumps = profile.jumps.map(({ cell }) => cell);
  const mass = jumpMass(profile.increments, share, new Set(jumps)) ?? 0;
  const wide = new Set(jumps.map((cell) => Math.floor(cell / 2)));
  const change = Math.abs(mass - (jumpMass(coarse, share, wide) ?? 0));
  const part = (value: number) => Math.min(1, Math.max(0, value)) * under;
  return { over: part(mass), under, low: part(mass - change), high: part(mass + change) };
}
