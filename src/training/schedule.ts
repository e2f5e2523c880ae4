import { PlateauError, quote, unknownName } from "../errors.js";

export interface ScheduleOptions {
  /** How the rate falls after the warm-up. Default "cosine". */
  readonly kind?: ScheduleName;
  /** Peak learning rate, reached at update `warmup`. */
  readonly lr: number;
  /** Total number of updates. */
  readonly steps: number;
  /** Updates of linear warm-up, below `steps`. Default 0. */
  readonly warmup?: number;
  /** The rate never falls below `lr·minFactor` after the warm-up; 0 to 1. Default 0. */
  readonly minFactor?: number;
}

/**
 * Factor of the peak rate after `done` = 0 … `total` updates past the warm-up. `cos` is handed in
 * because Math.cos differs between engines in its last bit.
 */
type Decay = (done: number, total: number, cos: (x: number) => number) => number;

/** Each begins at 1; all but constant end at 0. */
const decays = {
  cosine: (done, total, cos) => 0.5 * (1 + cos((Math.PI * done) / total)),
  linear: (done, total) => 1 - done / total,
  constant: () => 1,
} satisfies Record<string, Decay>;

export type ScheduleName = keyof typeof decays;
export const scheduleNames = Object.keys(decays) as ScheduleName[];

/** Learning rate of update t = 1 … steps. */
export type Schedule = (update: number) => number;

/**
 * The learning rate as a function of the number of the update, t = 1 … steps:
 * lr·t/warmup for t < warmup, then lr·max(minFactor, decay), where decay is
 * ½(1 + cos π(t − warmup)/(steps − warmup)), 1 − (t − warmup)/(steps − warmup) or 1.
 * @param cos a cosine with the same bits everywhere: `cos64` of the kernels.
 * @throws PlateauError `usage` for numbers outside their range, `unknown-name` for an unknown kind.
 * The returned function throws `usage` for an update outside 1 … steps.
 */
export function createSchedule(options: ScheduleOptions, cos: (x: number) => number): Schedule {
  const { kind = "cosine", lr, steps, warmup = 0, minFactor = 0 } = options;
  if (!Object.hasOwn(decays, kind)) throw unknownName("schedule", kind, scheduleNames);
  if (!(lr >= 0 && lr < Infinity)) throw invalid("lr", lr, "a finite number, 0 or more");
  if (!(Number.isSafeInteger(steps) && steps >= 1))
    throw invalid("steps", steps, "a whole number, 1 or more");
  if (!(Number.isSafeInteger(warmup) && warmup >= 0 && warmup < steps))
    throw invalid("warmup", warmup, `a whole number of updates from 0 to steps − 1 = ${steps - 1}`);
  if (!(minFactor >= 0 && minFactor <= 1)) throw invalid("minFactor", minFactor, "a number from 0 to 1");
  const decay: Decay = decays[kind];
  return (update) => {
    if (!(Number.isSafeInteger(update) && update >= 1 && update <= steps))
      throw invalid("update", update, `a whole number from 1 to steps = ${steps}`);
    if (update < warmup) return (lr * update) / warmup;
    return lr * Math.max(minFactor, decay(update - warmup, steps - warmup, cos));
  };
}

function invalid(name: string, value: unknown, wanted: string): PlateauError {
  return new PlateauError("usage", `learning-rate schedule: ${name} is ${quote(value)}, must be ${wanted}`);
}
