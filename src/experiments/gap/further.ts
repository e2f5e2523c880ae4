import { type Comparison, compare, type Factor, factorOf } from "./factor.js";

/** What training made of written weights: errors after it over errors before. */
export interface Further {
  readonly sup: Change | null;
  readonly rmse: Change | null;
}

/** What training made of written weights. */
export type Change = Factor & { readonly change: "improves" | "keeps" | "loses" | "undecided" };

/** Factors closer to 1 than this are no change. */
const KEEPS = 1.1;

const changes: Readonly<Record<Comparison, Change["change"]>> = {
  below: "improves",
  alike: "keeps",
  above: "loses",
  undecided: "undecided",
};

/** @param after by seed */
export function changeOf(after: readonly (number | null)[], before: number | null): Change | null {
  const factor = before === null ? null : factorOf(after, before);
  return factor && { ...factor, change: changes[compare(factor, KEEPS)] };
}
