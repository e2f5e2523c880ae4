import type { Along } from "./along.js";

/** An increment breaks a flat run, as a jump, where it is this many times what the derivative explains. */
const JUMP_RATIO = 6;
/** And where it is above this share of the mean increment. */
const JUMP_FLOOR = 0.05;
/** Steps of the last place of the largest value that rounding may make of nothing. */
const ROUNDING_STEPS = 16;

/** Where a function rises along a segment of N cells of length h, norms being Euclidean over its outputs. */
export interface Profile {
  /** In the segment's parameter. */
  readonly length: number;
  readonly cells: number;
  /** |g(t + h) − g(t)| of each cell. */
  readonly increments: Float64Array;
  /** |g′| in the middle of each cell; infinite where it has no finite value. */
  readonly speeds: Float64Array;
  /** Sum of the increments: the total variation as the grid shows it, which is at most the true one. */
  readonly totalVariation: number;
  /** Whether nothing but rounding happens along the segment. */
  readonly constant: boolean;
  /** Cells whose increment the derivative does not explain. */
  readonly jumps: readonly Jump[];
}

/** A rise within one cell: to be told from a discontinuity only by smaller cells. */
export interface Jump {
  readonly cell: number;
  readonly height: number;
}

/** The profile of what was sampled. The derivative is the exact one, or read off increments where there is none. */
export function profile(along: Along): Profile {
  const { cells, length, outputs, values } = along;
  const increments = incrementsOf(along, 2);
  let totalVariation = 0;
  for (const increment of increments) totalVariation += increment;
  const noise = roundingNoise(values);
  const constant = !widerThan(values, outputs, noise);
  const h = length / cells;
  const speeds = along.speeds ?? medianOfThree(increments).map((increment) => increment / h);
  const floor = Math.max((JUMP_FLOOR * totalVariation) / cells, noise);
  const jumps: Jump[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const height = increments[cell];
    if (height > floor && height > JUMP_RATIO * speeds[cell] * h) jumps.push({ cell, height });
  }
  return { length, cells, increments, speeds, totalVariation, constant, jumps: constant ? [] : jumps };
}

/** |g(t + h) − g(t)| over cells of `stride` half cells each, starting at 0. */
export function incrementsOf({ values, outputs, cells }: Along, stride: number): Float64Array<ArrayBuffer> {
  const increments = new Float64Array((2 * cells) / stride);
  for (let i = 0; i < increments.length; i++) {
    const from = i * stride * outputs;
    let squares = 0;
    for (let j = 0; j < outputs; j++) {
      const difference = values[from + stride * outputs + j] - values[from + j];
      squares += difference * difference;
    }
    increments[i] = Math.sqrt(squares);
  }
  return increments;
}

/** The flat part of a segment at one threshold. */
export interface Flatness {
  /** 1 where a cell is flat. */
  readonly flat: Uint8Array;
  /** Cells that are flat. */
  readonly cells: number;
  /** Lengths of the flat runs, in cells: a jump inside a flat cell ends one and starts the next. */
  readonly runs: readonly number[];
  /** Borders between flat cells and others: where one lies is known to half a cell. */
  readonly borders: number;
}

/** Flat is where |g′| ≤ τ · total variation / length; all of a constant is. */
export function flatness(profile: Profile, tau: number): Flatness {
  const { length, cells, speeds, totalVariation, constant, jumps } = profile;
  const threshold = constant ? Number.POSITIVE_INFINITY : (tau * totalVariation) / length;
  const flat = Uint8Array.from(speeds, (speed) => (speed <= threshold ? 1 : 0));
  const jumpsAt = new Set(jumps.map(({ cell }) => cell));
  const runs: number[] = [];
  let count = 0;
  let borders = 0;
  let run = 0;
  const end = () => {
    if (run > 0) runs.push(run);
    run = 0;
  };
  for (let i = 0; i < cells; i++) {
    if (i > 0 && flat[i] !== flat[i - 1]) borders++;
    if (!flat[i]) {
      end();
      continue;
    }
    count++;
    if (jumpsAt.has(i)) {
      run += 0.5;
      end();
      run = 0.5;
    } else run++;
  }
  end();
  return { flat, cells: count, runs, borders };
}

/**
 * Σ (run + change)² / cells: the expected length, in cells, of the flat run that a uniformly random
 * point lies in, 0 where it lies in none; with `change`, the same for runs that are so much longer.
 */
export function expectedRun({ runs }: Flatness, cells: number, change = 0): number {
  let squares = 0;
  for (const run of runs) {
    const length = Math.max(0, run + change);
    squares += length * length;
  }
  return Math.min(cells, squares / cells);
}

/**
 * Share of the total variation in the steepest `share` of the length; null without variation. Cells that
 * hold a jump come first and cost no length: a jump has none.
 */
export function jumpMass(
  increments: Float64Array,
  share: number,
  jumps: ReadonlySet<number> = new Set(),
): number | null {
  const ascending = increments.filter((_, cell) => !jumps.has(cell)).sort();
  let steepest = 0;
  for (const cell of jumps) steepest += increments[cell];
  let total = steepest;
  for (const increment of ascending) total += increment;
  if (!(total > 0)) return null;
  const wanted = Math.min(share * increments.length, ascending.length);
  const whole = Math.floor(wanted);
  for (let i = 0; i < whole; i++) steepest += ascending[ascending.length - 1 - i];
  if (wanted > whole) steepest += (wanted - whole) * ascending[ascending.length - 1 - whole];
  return Math.min(1, steepest / total);
}

/**
 * Stands in for the derivative of a function that only has values: the median of a cell's increment and
 * its neighbours', so that one jump does not make its cell steep. At an end, the lesser of two.
 */
function medianOfThree(increments: Float64Array): Float64Array<ArrayBuffer> {
  const last = increments.length - 1;
  return Float64Array.from(increments, (b, i) => {
    if (i === 0) return Math.min(b, increments[1]);
    if (i === last) return Math.min(b, increments[last - 1]);
    const a = increments[i - 1];
    const c = increments[i + 1];
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  });
}

/** A difference of values below which it is rounding, in float32 where all values are float32 numbers. */
function roundingNoise(values: Float64Array): number {
  let largest = 0;
  let single = true;
  for (const value of values) {
    if (Math.abs(value) > largest) largest = Math.abs(value);
    if (Math.fround(value) !== value) single = false;
  }
  return ROUNDING_STEPS * (single ? 2 ** -23 : 2 ** -52) * largest;
}

/** Whether any output spans more than `width`. */
function widerThan(values: Float64Array, outputs: number, width: number): boolean {
  for (let j = 0; j < outputs; j++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = j; i < values.length; i += outputs) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
    if (high - low > width) return true;
  }
  return false;
}
