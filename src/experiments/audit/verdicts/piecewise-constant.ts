import { PLATEAU_SHARE } from "../../../analysis/plateaus.js";
import type { Estimate } from "../../../analysis/statistics/bootstrap.js";
import { percent, said } from "../../../analysis/statistics/say.js";
import { meanOverSeeds } from "../paired.js";

/** A model whose predictions vary by less than this share of what the target does is one constant, not several. */
export const CONSTANT_VARIANCE = 0.01;

/** Whether fitted functions are piecewise constant. */
export type PiecewiseAnswer = "yes" | "no" | "one-constant" | "undecided" | "not-measured";

/** Whether fitted functions are piecewise constant. */
export interface Piecewise {
  readonly answer: PiecewiseAnswer;
  /** Share of segments that is flat where the target is not. */
  readonly flatBeyond: Estimate | null;
  /** Variance of predictions over the target's. */
  readonly variance: Estimate | null;
  /** How many optimal pieces a segment err as much as the model. */
  readonly constantPieces: Estimate | null;
  readonly linearPieces: Estimate | null;
}

/** Responses by seed of one cell; null where there is none. */
export interface PiecewiseInput {
  readonly flatBeyond: readonly (number | null)[];
  readonly variance: readonly (number | null)[];
  readonly constantPieces: readonly (number | null)[];
  readonly linearPieces: readonly (number | null)[];
}

/**
 * `one-constant` where the interval of the variance ratio lies below its threshold: such a model is flat, but has no
 * pieces. Else `yes` where the interval of the flat share beyond the target's lies above the threshold of the
 * measure, `no` where below, else `undecided`. Pieces say how coarse a staircase would err as much; they decide nothing.
 */
export function piecewiseConstant(input: PiecewiseInput): Piecewise {
  const [flatBeyond, variance, constantPieces, linearPieces] = (
    ["flatBeyond", "variance", "constantPieces", "linearPieces"] as const
  ).map((name) => estimateOf(input[name]));
  const found = { flatBeyond, variance, constantPieces, linearPieces };
  if (variance && variance.high < CONSTANT_VARIANCE) return { answer: "one-constant", ...found };
  if (!flatBeyond) return { answer: "not-measured", ...found };
  if (flatBeyond.low > PLATEAU_SHARE) return { answer: "yes", ...found };
  return { answer: flatBeyond.high < PLATEAU_SHARE ? "no" : "undecided", ...found };
}

function estimateOf(values: readonly (number | null)[]): Estimate | null {
  const found = meanOverSeeds(values);
  return found ? { value: found.value, low: found.low, high: found.high } : null;
}

/** Such as: not piecewise constant (flat on their own over 0.1%, …). */
export function sayPiecewise({
  answer,
  flatBeyond,
  variance,
  constantPieces,
  linearPieces,
}: Piecewise): string {
  const words = {
    yes: "piecewise constant",
    no: "not piecewise constant",
    "one-constant": "one constant, which has no pieces",
    undecided: "undecided whether piecewise constant",
    "not-measured": "flatness was not measured",
  }[answer];
  // Of a share, what lies beyond 0 and 1 is no value that it could have.
  const interval = ({ low, high }: Estimate) =>
    `95% interval ${percent(Math.max(0, low))} to ${percent(Math.min(1, high))}`;
  const numbers = [
    ...(flatBeyond
      ? [
          `flat where the target is not over ${percent(flatBeyond.value)}, ${interval(flatBeyond)}; above ${percent(PLATEAU_SHARE)} counts`,
        ]
      : []),
    ...(variance ? [`variance ${said(variance.value)} of the target's`] : []),
    ...(constantPieces && linearPieces
      ? [
          `the error of ${said(constantPieces.value)} optimal constant pieces or ${said(linearPieces.value)} linear ones`,
        ]
      : []),
  ];
  return numbers.length > 0 ? `${words} (${numbers.join("; ")})` : words;
}
