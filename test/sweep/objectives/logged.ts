import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { ObjectiveContext } from "../../../src/sweep/objective.js";

interface Task {
  /** A folder: each step of trial n is a line of the file n, with the process that took it. */
  log?: string;
  steps?: number;
  milliseconds?: number;
  /** Before this step trials wait until the folder has a file "go". */
  hold?: number;
  /** Bytes of a checkpoint, and of a result's text. */
  checkpointBytes?: number;
  resultBytes?: number;
  /** Trials that end their whole process at step 2, or another. */
  poison?: readonly number[];
  poisonAt?: number;
}

/** Counts steps, each with a report and a checkpoint, and tells which process took which. */
export default async function logged({
  number,
  parameters,
  seed,
  task,
  signal,
  ...context
}: ObjectiveContext) {
  const {
    log,
    steps = 5,
    milliseconds = 0,
    hold,
    poison = [],
    poisonAt = 2,
    checkpointBytes = 1,
    resultBytes = 0,
  } = task as Task;
  const x = Number(parameters["x"]);
  const at = (step: number) => (x - 0.3) * (x - 0.3) + x / step + (seed % 1000) / 1e5;
  for (let step = (context.checkpoint?.[0] ?? 0) + 1; step <= steps; step++) {
    if (log && step === hold) {
      while (!signal.aborted && !existsSync(join(log, "go")))
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (signal.aborted) return Number.NaN;
    if (log) appendFileSync(join(log, String(number)), `${step} ${process.pid}\n`);
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (step === poisonAt && poison.includes(number)) process.kill(process.pid, "SIGKILL");
    context.progress(step, steps);
    if ((await context.report(step, at(step))) === "stop") return Number.NaN;
    const bytes = new Uint8Array(checkpointBytes);
    bytes[0] = step;
    await context.saveCheckpoint(bytes);
  }
  return { value: at(steps), result: { x, text: "x".repeat(resultBytes) } };
}
