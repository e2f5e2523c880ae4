import type { ObjectiveContext } from "../../src/sweep/objective.js";

/** An objective that takes no time, or as long as `task.milliseconds` says. */
export default function nothing({ parameters, task }: ObjectiveContext): number {
  const { milliseconds = 0 } = (task ?? {}) as { milliseconds?: number };
  for (const end = performance.now() + milliseconds; performance.now() < end; );
  return Number(parameters["x"]);
}
