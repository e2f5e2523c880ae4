import { answerOf, type HarderAnswer } from "./regression-harder.js";

/** Question 12: what one run a setting would have concluded. */
export interface SingleSeeds {
  /** How many seeds would each by itself have answered so. */
  readonly answers: Readonly<Partial<Record<HarderAnswer, number>>>;
  readonly seeds: number;
  /** How many answer otherwise than the mean of all. */
  readonly otherwise: number;
}

/** @param differences by seed, regression less classification: a single run is read without an interval */
export function singleSeeds(differences: readonly (number | null)[]): SingleSeeds {
  const known = differences.filter((value) => value !== null);
  const read = (value: number) => answerOf({ low: value, high: value });
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const answers: Partial<Record<HarderAnswer, number>> = {};
  for (const value of known) answers[read(value)] = (answers[read(value)] ?? 0) + 1;
  return {
    answers,
    seeds: known.length,
    otherwise: known.filter((value) => read(value) !== read(mean)).length,
  };
}

/** Question 11: what failure rates would seem to say without baselines. */
export interface WithoutBaselines {
  readonly cells: number;
  /** Cells that are right more often than not. */
  readonly seemGood: number;
  /** Of those, cells that are not better than the majority class. */
  readonly notBetter: number;
}

/** @param cells mean failure rate of each, and whether it beats the majority class on the same scale */
export function withoutBaselines(
  cells: readonly { readonly rate: number; readonly better: boolean }[],
): WithoutBaselines {
  const good = cells.filter(({ rate }) => rate < 0.5);
  return {
    cells: cells.length,
    seemGood: good.length,
    notBetter: good.filter(({ better }) => !better).length,
  };
}
