import type { Estimate } from "../../../analysis/statistics/bootstrap.js";
import { said } from "../../../analysis/statistics/say.js";
import { meanOverSeeds } from "../paired.js";

/** One mode fails more where it does by more than this: of the majority's failures, or of all labels where those are not asked. */
export const MODE_MARGIN = 0.05;

/** Whether regression fails more than classification. */
export type HarderAnswer = "regression" | "classification" | "alike" | "undecided";

/** Which of two modes fails more. */
export interface Harder {
  readonly answer: HarderAnswer;
  /** Regression less classification; null of fewer than two seeds. */
  readonly difference: Estimate | null;
  readonly regression: number | null;
  readonly classification: number | null;
}

/**
 * `regression` where the interval of the difference lies above the margin, `classification` where below minus the
 * margin, `alike` where it lies within, else `undecided`.
 * @param regression by seed, what its failures come to
 * @param classification the same on the same seeds
 */
export function harder(
  regression: readonly (number | null)[],
  classification: readonly (number | null)[],
): Harder {
  const found = meanOverSeeds(differences(regression, classification));
  const means = { regression: mean(regression), classification: mean(classification) };
  if (!found) return { answer: "undecided", difference: null, ...means };
  const { value, low, high } = found;
  return { answer: answerOf({ low, high }), difference: { value, low, high }, ...means };
}

/** The rule by itself: of an interval, or with low = high of a single run. */
export function answerOf({ low, high }: { readonly low: number; readonly high: number }): HarderAnswer {
  if (low > MODE_MARGIN) return "regression";
  if (high < -MODE_MARGIN) return "classification";
  return low > -MODE_MARGIN && high < MODE_MARGIN ? "alike" : "undecided";
}

/** a − b by seed; null where one has no number. */
export function differences(a: readonly (number | null)[], b: readonly (number | null)[]): (number | null)[] {
  return a.map((value, i) => {
    const other = b[i];
    return value === null || other === null || other === undefined ? null : value - other;
  });
}

/** What the claim comes to under the two protocols. */
export type Claim = "holds" | "does-not-hold" | "depends" | "undecided";

/**
 * `holds` where regression fails more under all protocols, `does-not-hold` where it does under none, `depends` where
 * protocols disagree; `undecided` where what is undecided could make the difference.
 */
export function regressionClaim(answers: readonly HarderAnswer[]): Claim {
  const yes = answers.includes("regression");
  const no = answers.some((one) => one === "classification" || one === "alike");
  if (yes && no) return "depends";
  if (answers.includes("undecided") || answers.length === 0) return "undecided";
  return yes ? "holds" : "does-not-hold";
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

/**
 * Such as: regression fails more (0.9 against 0.4: difference 0.5, 95% interval 0.4 to 0.6).
 * @param most what a difference can come to: of rates 1, beyond which an interval says nothing
 */
export function sayHarder(
  { answer, difference, regression, classification }: Harder,
  most = Number.POSITIVE_INFINITY,
): string {
  const words = {
    regression: "regression fails more",
    classification: "classification fails more",
    alike: `they fail alike, to within ${MODE_MARGIN}`,
    undecided: "which fails more is undecided",
  }[answer];
  if (!difference || regression === null || classification === null) return words;
  const { value } = difference;
  const [low, high] = [Math.max(-most, difference.low), Math.min(most, difference.high)];
  return `${words} (${said(regression)} against ${said(classification)}: difference ${said(value)}, 95% interval ${said(low)} to ${said(high)})`;
}
