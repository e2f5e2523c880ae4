import type { ObjectiveContext } from "../../src/sweep/objective.js";

/** An objective that takes no time, or as long as `task.milliseconds` says, and reports `task.reports` times. */
export default function nothing(context: ObjectiveContext): number | Promise<number> {
  const { milliseconds = 0, reports = 0 } = (context.task ?? {}) as {
    milliseconds?: number;
    reports?: number;
  };
  for (const end = performance.now() + milliseconds; performance.now() < end; );
  const value = Number(context.parameters["x"]);
  return reports === 0 ? value : reporting(context, value, reports);
}

async function reporting({ report }: ObjectiveContext, value: number, reports: number): Promise<number> {
  for (let step = 1; step <= reports; step++) if ((await report(step, value + 1 / step)) === "stop") break;
  return value;
}
