import { bootstrap, type Estimate } from "../src/analysis/statistics/bootstrap.js";

/** What was measured, in rounds with pauses between: neighbours on the machine differ from round to round. */
export interface Timing {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The median of each round: what intervals are drawn from. */
  readonly rounds: readonly number[];
}

/** Samples of each round, in any unit. */
export function timing(rounds: readonly (readonly number[])[]): Timing {
  const all = rounds.flat();
  return {
    median: digits(median(all)),
    min: digits(all.reduce((a, b) => Math.min(a, b))),
    max: digits(all.reduce((a, b) => Math.max(a, b))),
    rounds: rounds.map((round) => digits(median(round))),
  };
}

/** Numbers in another unit. */
export function scaled({ median, min, max, rounds }: Timing, factor: number): Timing {
  const by = (value: number) => digits(value * factor);
  return { median: by(median), min: by(min), max: by(max), rounds: rounds.map(by) };
}

/** Median of a/b round by round, with its 95% interval: for rounds that were measured side by side. */
export function pairedRatio(a: readonly number[], b: readonly number[], name: string): Estimate {
  const ratios = a.slice(0, b.length).map((value, i) => value / b[i]);
  const of = (indices: ArrayLike<number>) => median(Array.from(indices, (i) => ratios[i]));
  return estimate(median(ratios), bootstrap(ratios.length, of, { name }));
}

/** Median of a over median of b, with its 95% interval: for rounds that have nothing to do with each other. */
export function unpairedRatio(a: readonly number[], b: readonly number[], name: string): Estimate {
  const n = a.length + b.length;
  // Indices of both from one draw: i of n gives one of a and one of b.
  const of = (indices: ArrayLike<number>) => {
    const pick = (from: readonly number[], first: number) =>
      median(from.map((_, i) => from[Math.floor((indices[first + i] / n) * from.length)]));
    return pick(a, 0) / pick(b, a.length);
  };
  return estimate(median(a) / median(b), bootstrap(n, of, { name }));
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function estimate(value: number, { low, high }: { low: number; high: number }): Estimate {
  return { value: digits(value), low: digits(low), high: digits(high) };
}

/** Four significant digits: no measurement here is better than that. */
export function digits(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
}

/** 1.23 [1.1, 1.4]. */
export function sayRatio({ value, low, high }: Estimate): string {
  return `${short(value)} [${short(low)}, ${short(high)}]`;
}

/** Three significant digits without an exponent. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
