import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import type { EndedState, Report, ReportedTrial } from "../trial.js";

export const TRIALS = 60;
export const STEPS = 40;

let drawn: Float64Array | undefined;

/** A noisy learning curve: trial n's value, above 0.1, at a step from 1. */
export function curve(n: number, step: number): number {
  drawn ??= uniform64(streamKey(1, "made-up-study"), 0, TRIALS * (STEPS + 3));
  const at = n * (STEPS + 3);
  const [level, drop, climb] = [drawn[at], drawn[at + 1], drawn[at + 2]];
  // One of ten becomes worse and worse.
  const rise = climb < 0.1 ? 0.05 * step * step : 0;
  return 0.1 + level + (2 * drop) / step + rise + 0.2 * drawn[at + 2 + step];
}

/** Better than all curves at a step, by little. */
export function bestOf(step: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < TRIALS; n++) best = Math.min(best, curve(n, step));
  return best - 1e-6;
}

/**
 * How trial n ended: some are pruned, diverge, fail after some reports or before the first.
 * @param how `mirror` negates the values; `bad` is the last report of those that diverge
 */
export function trialOf(
  n: number,
  { mirror = false, bad = Number.NaN }: { mirror?: boolean; bad?: number } = {},
): ReportedTrial {
  const [state, last] = endingOf(n);
  const reports: Report[] = [];
  for (let step = 1; step <= last; step++) {
    const value = mirror ? -curve(n, step) : curve(n, step);
    reports.push({ replicate: 0, step, value: state === "diverged" && step === last ? bad : value });
  }
  const value = state === "complete" || state === "pruned" ? reports[last - 1].value : null;
  for (const report of reports) Object.freeze(report);
  return Object.freeze({
    number: n,
    parameters: Object.freeze({ x: n / TRIALS }),
    state,
    value,
    step: last,
    reports: Object.freeze(reports),
  });
}

function endingOf(n: number): [EndedState, number] {
  if (n % 7 === 3) return ["pruned", 4 + (n % 20)];
  if (n % 11 === 4) return ["diverged", 9];
  if (n % 13 === 6) return ["failed", n % 2 ? 0 : 6];
  return ["complete", STEPS];
}
