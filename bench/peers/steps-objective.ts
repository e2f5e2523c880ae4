import type { ObjectiveContext } from "../../src/sweep/objective.js";
import { training } from "./ours-work.js";
import type { Job } from "./protocol.js";

/** A trial that trains the model of `task.job` for `task.steps` steps and gives the last loss. */
export default function steps({ task }: ObjectiveContext): number {
  const { job, steps } = task as unknown as { job: Job; steps: number };
  const { losses } = training(job).check(steps) as { losses: readonly number[] };
  return losses.at(-1)!;
}
