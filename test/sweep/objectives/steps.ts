import type { ObjectiveContext } from "../../../src/sweep/objective.js";

/**
 * Counts up to `task.steps` and reports (x − 0.3)² + y / step each time, from a checkpoint where there is one.
 * `task.milliseconds` a step. Its value depends on the seed, too.
 */
export default async function steps({ parameters, seed, task, signal, ...context }: ObjectiveContext) {
  const { steps = 10, milliseconds = 0 } = task as { steps?: number; milliseconds?: number };
  const x = Number(parameters["x"]);
  const y = Number(parameters["y"] ?? 1);
  const noise = (seed % 1000) / 1e5;
  const at = (step: number) => (x - 0.3) * (x - 0.3) + y / step + noise * x;
  const begin = context.checkpoint ? new Float64Array(context.checkpoint.slice().buffer)[0] : 0;
  for (let step = begin + 1; step <= steps; step++) {
    if (signal.aborted) return Number.NaN;
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    context.progress(step, steps);
    if ((await context.report(step, at(step))) === "stop") return Number.NaN;
    await context.saveCheckpoint(new Uint8Array(Float64Array.of(step).buffer));
  }
  return { value: at(steps), result: { x } };
}
