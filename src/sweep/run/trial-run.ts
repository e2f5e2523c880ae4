import { kindOf, PlateauError } from "../../errors.js";
import { MOST_LEVELS, nestedBeyond } from "../../nesting.js";
import type { StopSignal } from "../../pause.js";
import type { JobOutcome, TrialEvents, TrialJob } from "../executors/executor.js";
import type { Objective, ObjectiveResult } from "../objective.js";
import type { TrialError } from "../trial.js";

/**
 * Runs the seeds of a trial that are not done, one after the other, where the objective is: in a worker
 * thread or in this one.
 */
export async function runTrial(
  objective: Objective,
  job: TrialJob,
  events: TrialEvents,
  signal: StopSignal,
): Promise<JobOutcome> {
  for (let place = job.done.length; place < job.seeds.length; place++) {
    const outcome = await runSeed(objective, job, place, events, signal);
    if (outcome) return outcome;
  }
  return { kind: "done" };
}

/** @returns undefined where the next seed's turn has come */
async function runSeed(
  objective: Objective,
  job: TrialJob,
  place: number,
  events: TrialEvents,
  signal: StopSignal,
): Promise<JobOutcome | undefined> {
  const { number, parameters, task, seeds, done, checkpointEvery } = job;
  let stopped = false;
  let last = 0;
  let diverged: TrialError | undefined;
  let returned: ObjectiveResult;
  try {
    if (signal.aborted) return { kind: "aborted" };
    returned = await objective({
      number,
      parameters,
      task,
      seed: seeds[place],
      signal,
      checkpointEvery,
      ...(place === done.length && job.checkpoint ? { checkpoint: job.checkpoint } : {}),
      async report(step, value) {
        checkReport(step, last, value);
        last = step;
        const decision = await events.report({ replicate: place, step, value });
        if (!Number.isFinite(value)) diverged ??= divergence(value, step);
        if (decision === "stop") stopped = true;
        return stopped || diverged ? "stop" : "continue";
      },
      async saveCheckpoint(bytes) {
        if (!(bytes instanceof Uint8Array)) {
          throw new PlateauError("usage", `saveCheckpoint(${kindOf(bytes)}): expected a Uint8Array`);
        }
        await events.checkpoint(bytes);
      },
      progress: (at, total) => events.progress(place, at, total),
    });
  } catch (error) {
    if (signal.aborted) return { kind: "aborted" };
    if (diverged) return { kind: "diverged", error: diverged };
    if (stopped) return { kind: "stopped" };
    return failure(error);
  }
  if (diverged) return { kind: "diverged", error: diverged };
  if (stopped) return { kind: "stopped" };
  if (signal.aborted) return { kind: "aborted" };
  const { value, result } =
    typeof returned === "object" && returned !== null ? returned : { value: returned, result: undefined };
  if (typeof value !== "number") {
    const what = `the objective returned ${typeof value}: expected a number, or { value, result }`;
    return { kind: "failed", error: { code: "usage", message: what }, again: false };
  }
  if (!Number.isFinite(value)) return { kind: "diverged", error: divergence(value, last) };
  const problem = unstorable(result);
  if (problem) return { kind: "failed", error: { code: "usage", message: problem }, again: false };
  const decision = await events.replicate(place, { seed: seeds[place], value, result });
  return decision === "stop" ? { kind: "stopped" } : undefined;
}

/** @throws PlateauError `usage` */
export function checkReport(step: number, last: number, value: unknown): void {
  if (!Number.isSafeInteger(step) || step <= last) {
    throw new PlateauError(
      "usage",
      `report(${step}, …) after step ${last}: steps are whole numbers from 1 on that rise`,
    );
  }
  if (typeof value === "number") return;
  throw new PlateauError("usage", `report(${step}, ${String(value)}): expected a number`);
}

export const divergence = (value: number, step: number): TrialError => ({
  code: "diverged",
  message: step > 0 ? `the value is ${value} at step ${step}` : `the value is ${value}`,
  step,
});

/** Why a result cannot be stored as JSON. */
function unstorable(result: unknown): string | undefined {
  try {
    JSON.stringify(result);
    if (!nestedBeyond(result)) return undefined;
    return `the objective's result nests more than ${MOST_LEVELS} levels deep: return flatter data`;
  } catch (error) {
    return `the objective's result cannot be stored: ${(error as Error).message.split("\n")[0]}: return data that JSON has`;
  }
}

/** What another try cannot mend is an error of ours with one of these codes. */
const final: ReadonlySet<string> = new Set(["usage", "unknown-name", "shape-mismatch", "memory", "simd"]);

/** An error as data. A trial that says that it diverged has diverged. */
export function failure(error: unknown): JobOutcome {
  if (error instanceof PlateauError) {
    const { code, message } = error;
    if (code === "diverged") return { kind: "diverged", error: { code, message } };
    return { kind: "failed", error: { code, message }, again: !final.has(code) };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: "failed", error: { code: "internal", message }, again: true };
}
