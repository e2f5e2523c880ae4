import { PlateauError } from "../../errors.js";

/**
 * A two-level fractional factorial design 2^(k−p) in 16 runs (Box, Hunter & Hunter, Statistics for
 * Experimenters, 2nd ed., ch. 6): four factors in all combinations, each further one the product of three.
 */
export interface Factorial {
  /** Ids of the factors. */
  readonly factors: readonly string[];
  /** Each further factor, and the three whose product it is. */
  readonly generators: readonly { readonly factor: string; readonly product: readonly string[] }[];
  /** Length of the shortest word of the defining relation: 4 where main effects are clear of pairs; null where it is complete. */
  readonly resolution: number | null;
  /** Levels by run and factor: −1 is the study's answer, 1 the alternative. */
  readonly runs: readonly (readonly (-1 | 1)[])[];
  /**
   * Contrasts that the runs tell apart: first every factor, with the products of three that it cannot be told
   * from; then groups of pairs that cannot be told from each other. Higher products are left out.
   */
  readonly contrasts: readonly Contrast[];
}

/** Sets of factors whose effects the runs only show together. */
export interface Contrast {
  /** Such as 1, or 1×13. */
  readonly names: readonly string[];
  /** Whether it is a factor's own effect. */
  readonly main: boolean;
  /** The sign of every run. */
  readonly signs: readonly (-1 | 1)[];
  readonly aliases: readonly string[];
}

const BASE = 4;
/** Products for the fifth to eighth factor: every word of the defining relation then has four letters or eight. */
const PRODUCTS = [
  [1, 2, 3],
  [0, 2, 3],
  [0, 1, 2],
  [0, 1, 3],
] as const;

/** @throws PlateauError `usage` for fewer than 4 or more than 8 factors */
export function factorial(factors: readonly string[]): Factorial {
  const k = factors.length;
  if (k < BASE || k > BASE + PRODUCTS.length) {
    throw new PlateauError("usage", `a factorial design of ${k} factors: give 4 to 8`);
  }
  const products = PRODUCTS.slice(0, k - BASE);
  const runs = Array.from({ length: 2 ** BASE }, (_, run) => {
    const base = Array.from({ length: BASE }, (_, i): -1 | 1 => ((run >> i) & 1 ? 1 : -1));
    return [...base, ...products.map((three) => sign(three.map((i) => base[i])))];
  });
  const words = definingWords(k, products);
  const say = (mask: number) => factors.filter((_, i) => (mask >> i) & 1).join("×");
  /** Every set that cannot be told from one, by how many factors it has. */
  const aliased = (mask: number, size: number) =>
    words.map((word) => mask ^ word).filter((other) => bits(other) === size);
  const signs = (mask: number) => runs.map((run) => sign(run.filter((_, i) => (mask >> i) & 1)));

  const mains = factors.map(
    (name, i): Contrast => ({
      ...{ names: [name], main: true, signs: signs(1 << i) },
      aliases: aliased(1 << i, 2)
        .concat(aliased(1 << i, 3))
        .map(say),
    }),
  );
  const seen = new Set<number>();
  const pairs: Contrast[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++) {
      const pair = (1 << i) | (1 << j);
      if (seen.has(pair)) continue;
      const group = [pair, ...aliased(pair, 2)];
      for (const one of group) seen.add(one);
      const names = group.map(say);
      pairs.push({ names, main: false, signs: signs(pair), aliases: names.slice(1) });
    }
  }
  return {
    factors,
    generators: products.map((three, i) => ({
      factor: factors[BASE + i],
      product: three.map((at) => factors[at]),
    })),
    resolution: words.length > 0 ? Math.min(...words.map(bits)) : null,
    runs,
    contrasts: [...mains, ...pairs],
  };
}

/** Every product of factors that is 1 in all runs, as bit masks: all products of generators' words. */
function definingWords(k: number, products: readonly (readonly number[])[]): number[] {
  const generators = products.map((three, i) =>
    three.reduce((mask, at) => mask | (1 << at), 1 << (BASE + i)),
  );
  const words: number[] = [];
  for (let chosen = 1; chosen < 2 ** (k - BASE); chosen++) {
    words.push(generators.reduce((word, one, i) => ((chosen >> i) & 1 ? word ^ one : word), 0));
  }
  return words;
}

/** The effect of a contrast: the mean of runs with sign 1 less that of runs with sign −1. */
export function contrastEffect(signs: readonly (-1 | 1)[], values: readonly number[]): number {
  let sum = 0;
  for (let run = 0; run < signs.length; run++) sum += signs[run] * values[run];
  return (2 * sum) / signs.length;
}

function sign(levels: readonly (-1 | 1)[]): -1 | 1 {
  return levels.filter((level) => level < 0).length % 2 === 0 ? 1 : -1;
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
