import { requireArguments } from "../../arguments.js";
import { log, log1p, pow } from "../../targets/math.js";

/** Whole numbers beyond this many digits are known by their logarithm alone. */
const DIGITS = 60;
const { LN10 } = Math;

/** A count that may explode: its decimal logarithm is finite where the number is not. */
export interface Magnitude {
  /** −Infinity for 0. */
  readonly log10: number;
  /** In decimal digits, where there are at most 60 of them. */
  readonly exact: string | null;
}

/** A whole number, exact. */
export function exactly(value: number | bigint): Magnitude {
  return fromBigInt(BigInt(value));
}

/** Of a number that is known by its logarithm alone. */
export function roughly(log10: number): Magnitude {
  return { log10, exact: null };
}

export function times(...factors: readonly Magnitude[]): Magnitude {
  const zero = factors.find(({ log10 }) => log10 === Number.NEGATIVE_INFINITY);
  if (zero) return zero;
  const sum = factors.reduce((total, { log10 }) => total + log10, 0);
  if (sum > DIGITS || factors.some(({ exact }) => exact === null)) return roughly(sum);
  return fromBigInt(factors.reduce((product, { exact }) => product * BigInt(exact!), 1n));
}

export function plus(...terms: readonly Magnitude[]): Magnitude {
  const most = Math.max(...terms.map(({ log10 }) => log10));
  if (most < DIGITS && terms.every(({ exact }) => exact !== null)) {
    return fromBigInt(terms.reduce((sum, { exact }) => sum + BigInt(exact!), 0n));
  }
  let rest = -1;
  for (const { log10 } of terms) rest += pow10(log10 - most);
  return roughly(most + log1p(rest) / LN10);
}

/** base^exponent. */
export function power(base: Magnitude, exponent: number): Magnitude {
  if (exponent === 0) return exactly(1);
  const log10 = base.log10 * exponent;
  if (log10 > DIGITS || base.exact === null) return roughly(log10);
  return fromBigInt(BigInt(base.exact) ** BigInt(exponent));
}

/** Ways to choose `chosen` of n. */
export function choose(n: Magnitude, chosen: number): Magnitude {
  const exact = n.exact === null ? null : BigInt(n.exact);
  if (exact !== null && exact < BigInt(chosen)) return exactly(0);
  let sum = 0;
  let ways: bigint | null = exact === null ? null : 1n;
  for (let j = 0; j < chosen; j++) {
    // n − j beyond 60 digits is n.
    const left = exact === null ? n.log10 : fromBigInt(exact - BigInt(j)).log10;
    sum += left - log(j + 1) / LN10;
    ways = ways !== null && sum < 2 * DIGITS ? (ways * (exact! - BigInt(j))) / BigInt(j + 1) : null;
  }
  return ways !== null && sum <= DIGITS ? fromBigInt(ways) : roughly(sum);
}

/**
 * As a number: Infinity where float64 has none so large.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function asNumber(magnitude: Magnitude): number {
  requireArguments("asNumber", { magnitude: [magnitude, "Magnitude: log10 exact"] });
  const { log10, exact } = magnitude;
  return exact === null ? pow10(log10) : Number(exact);
}

/**
 * "562", "1.21e+9", "10^1234".
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function sayMagnitude(magnitude: Magnitude): string {
  requireArguments("sayMagnitude", { magnitude: [magnitude, "Magnitude: log10 exact"] });
  const { log10, exact } = magnitude;
  if (log10 === Number.NEGATIVE_INFINITY) return "0";
  if (exact !== null && log10 < 6) return exact;
  if (log10 < 300) return asNumber({ log10, exact }).toExponential(1);
  return log10 < 1e6 ? `10^${Math.round(log10)}` : `10^${log10.toExponential(1)}`;
}

function fromBigInt(value: bigint): Magnitude {
  const exact = value.toString();
  if (value <= 0n) return { log10: Number.NEGATIVE_INFINITY, exact };
  // The first 15 digits, and how many follow.
  const behind = Math.max(0, exact.length - 15);
  return {
    log10: log(Number(exact.slice(0, 15))) / LN10 + behind,
    exact: exact.length <= DIGITS ? exact : null,
  };
}

function pow10(exponent: number): number {
  return exponent > 308.25 ? Number.POSITIVE_INFINITY : exponent < -330 ? 0 : pow(10, exponent);
}
