import { PlateauError, quote } from "../../errors.js";

/** @throws PlateauError `usage` */
export function requireTrials(trials: unknown): asserts trials is number {
  if (Number.isSafeInteger(trials) && (trials as number) >= 1) return;
  throw new PlateauError(
    "usage",
    `trials is ${quote(trials)}: expected how many the study is to have in all, 1 or more`,
  );
}

/** @throws PlateauError `usage` */
export function requireWorkers(workers: unknown): void {
  if (Number.isSafeInteger(workers) && (workers as number) >= 1 && (workers as number) <= 1024) return;
  throw new PlateauError("usage", `workers is ${quote(workers)}: expected a whole number from 1 to 1024`);
}
