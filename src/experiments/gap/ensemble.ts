import type { ErrorNorms } from "../../analysis/error-norms.js";
import { exp, log } from "../../targets/math.js";
import type { CellOutcome } from "../cells/run-cells.js";

export type Norm = "sup" | "rmse";

/** What one seed gave: of all learning rates the one whose validation error is least. */
export interface Trained {
  readonly seed: number;
  readonly lr: number;
  /** RMSE on the validation rows, which decides. */
  readonly validation: number;
  /** The largest error that a search found; null where it is not finite. */
  readonly sup: number | null;
  readonly rmse: number | null;
  /** The update whose weights were kept. */
  readonly update: number;
}

/** The trainings of one network from one kind of start. */
export interface Ensemble {
  /** By seed; null where every learning rate diverged. */
  readonly bySeed: readonly (Trained | null)[];
  /** Of all, by validation error: the ensemble's model. */
  readonly best: Trained | null;
  readonly trainings: number;
  readonly diverged: number;
  /** Of the seeds' models, those that are the last of their training: it was still getting better. */
  readonly unfinished: number;
}

/** @param outcomes of one network by learning rate, then by seed */
export function ensembleOf(
  outcomes: readonly (readonly CellOutcome[])[],
  lr: readonly number[],
  steps: number,
): Ensemble {
  const seeds = outcomes[0].map((_, s) => s);
  const bySeed = seeds.map((s) => leastOf(outcomes.map((row, i) => trainedOf(row[s], lr[i]))));
  return {
    bySeed,
    best: leastOf(bySeed),
    trainings: outcomes.length * seeds.length,
    diverged: outcomes.flat().filter(({ state }) => state === "diverged").length,
    unfinished: bySeed.filter((one) => one?.update === steps).length,
  };
}

function trainedOf(outcome: CellOutcome, lr: number): Trained | null {
  if (outcome.state !== "complete" || !Number.isFinite(outcome.value)) return null;
  const { seed, value: validation, result } = outcome;
  const errors = result.more?.["errors"];
  const { sup, rmse } =
    errors && "result" in errors ? (errors.result as ErrorNorms) : { sup: null, rmse: null };
  const update = result.best?.update ?? result.steps;
  return { seed, lr, validation, sup: sup?.value ?? null, rmse: rmse?.value ?? null, update };
}

/** The first of the least validation error. */
function leastOf(models: readonly (Trained | null)[]): Trained | null {
  let least: Trained | null = null;
  for (const one of models) if (one && !(least && least.validation <= one.validation)) least = one;
  return least;
}

/** Geometric mean of errors over seeds; null where none is a number above 0. */
export function middleOf({ bySeed }: Ensemble, norm: Norm): number | null {
  const logs = bySeed.flatMap((one) => (one?.[norm] ? [log(one[norm])] : []));
  return logs.length === 0 ? null : exp(logs.reduce((sum, one) => sum + one, 0) / logs.length);
}
