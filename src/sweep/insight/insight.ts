import type { Parameters } from "../space/parameter.js";
import type { Space } from "../space/space.js";
import type { Direction, TrialState } from "../trial.js";

/** What insight needs to know of a trial. */
export interface InsightTrial {
  readonly number: number;
  readonly parameters: Parameters;
  readonly state: TrialState;
  readonly value: number | null;
}

/** What an insight looks at. */
export interface InsightInput {
  readonly trials: readonly InsightTrial[];
  readonly space: Space;
  readonly direction: Direction;
}

/** Something to be seen in a study: one file, one line in the registry. Its result is plain JSON. */
export interface Insight<Result, Options = object> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** @throws PlateauError `usage` where the trials do not suffice */
  see(input: InsightInput, options?: Options): Result;
}

/** A trial that ran to its end. */
export type CompleteTrial = InsightTrial & { readonly value: number };

/** The complete ones, by number. */
export function completeTrials(trials: readonly InsightTrial[]): CompleteTrial[] {
  return byNumber(trials).filter(
    (trial): trial is CompleteTrial => trial.state === "complete" && hasValue(trial),
  );
}

/** Whether a trial's value is a finite number: of those that failed or diverged it is not. */
export function hasValue(trial: InsightTrial): trial is CompleteTrial {
  return trial.value !== null && Number.isFinite(trial.value);
}

export function byNumber<T extends { readonly number: number }>(trials: readonly T[]): T[] {
  return [...trials].sort((a, b) => a.number - b.number);
}
