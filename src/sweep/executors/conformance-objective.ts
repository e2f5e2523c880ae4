import { sleep } from "../../pause.js";
import type { ObjectiveContext } from "../objective.js";

/**
 * What `executorConformance` has executors run. Counts to `parameters.steps`, a report and a checkpoint a step,
 * from its checkpoint on; does `parameters.deed` at `parameters.at`.
 */
export default async function counting({ parameters, seed, signal, task, ...context }: ObjectiveContext) {
  const {
    steps = 3,
    deed = "none",
    at = 1,
    wait = 0,
  } = parameters as Record<string, number> & { deed?: string };
  let step = context.checkpoint ? context.checkpoint[0] : 0;
  while (step < steps) {
    if (signal.aborted) return Number.NaN;
    step++;
    context.progress(step, steps);
    if (step === at && deed === "throw") throw new Error("thrown at once");
    const value = step === at && deed === "nan" ? Number.NaN : seed + step / 10;
    if ((await context.report(step, value)) === "stop") return Number.NaN;
    await context.saveCheckpoint(Uint8Array.of(step));
    if (wait > 0) await sleep(wait);
  }
  return { value: seed + steps, result: { task, deed } };
}
