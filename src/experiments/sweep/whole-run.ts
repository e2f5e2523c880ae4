import type { ObjectiveContext, ObjectiveResult } from "../../sweep/objective.js";
import type { ExperimentInput } from "../config.js";
import { run } from "../run.js";

/** Runs the experiment that the task is, to its end: not a value to be minimised, but the whole result counts. */
export default async function wholeRun({
  task,
  signal,
  progress,
}: ObjectiveContext): Promise<ObjectiveResult> {
  const { result } = await run(task as ExperimentInput, {
    signal,
    onProgress: ({ update, total }) => progress(update, total),
  });
  return { value: 0, result };
}
