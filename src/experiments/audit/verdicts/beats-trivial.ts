import type { Estimate } from "../../../analysis/statistics/bootstrap.js";
import { percent } from "../../../analysis/statistics/say.js";
import { meanOverSeeds } from "../paired.js";

/** A model is better than a trivial predictor where it saves more than this share of that one's loss. */
export const TRIVIAL_MARGIN = 0.05;

/** Whether a model is better than guessing. */
export type TrivialAnswer = "better" | "no-better" | "undecided";

/** Whether a model beats a predictor that does not look at its input. */
export interface BeatsTrivial {
  readonly answer: TrivialAnswer;
  /** Share of the trivial predictor's loss that the model saves: 1 is perfect, 0 as bad, below 0 worse; null of fewer than two seeds. */
  readonly saved: Estimate | null;
  /** Mean losses over seeds. */
  readonly model: number;
  readonly trivial: number;
}

/**
 * `better` where the interval of the saved share lies above the margin, `no-better` where it lies below, else
 * `undecided`.
 * @param model losses by seed: failure rates, or 1 − R²
 * @param trivial losses of the trivial predictor on the same data
 */
export function beatsTrivial(model: readonly number[], trivial: readonly number[]): BeatsTrivial {
  const saved = meanOverSeeds(model.map((loss, i) => (trivial[i] > 0 ? 1 - loss / trivial[i] : null)));
  const losses = { model: mean(model), trivial: mean(trivial) };
  if (!saved) return { answer: "undecided", saved: null, ...losses };
  const { value, low, high } = saved;
  const answer = low > TRIVIAL_MARGIN ? "better" : high < TRIVIAL_MARGIN ? "no-better" : "undecided";
  return { answer, saved: { value, low, high }, ...losses };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Such as: better than the majority class (saves 40% of its failures, 95% interval 30% to 50%). */
export function sayBeatsTrivial({ answer, saved }: BeatsTrivial, trivial: string, losses: string): string {
  const words = {
    better: `better than ${trivial}`,
    "no-better": `no better than ${trivial}`,
    undecided: `not shown to be better than ${trivial}, nor not to be`,
  }[answer];
  if (!saved) return words;
  return `${words} (saves ${percent(saved.value)} of its ${losses}, 95% interval ${percent(saved.low)} to ${percent(Math.min(1, saved.high))}; above ${percent(TRIVIAL_MARGIN)} counts)`;
}
