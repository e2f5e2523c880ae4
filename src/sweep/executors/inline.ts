import { requireArguments } from "../../arguments.js";
import type { StopSignal } from "../../pause.js";
import type { Objective } from "../objective.js";
import { requireWorkers } from "../run/require.js";
import { runTrial } from "../run/trial-run.js";
import { type Executor, timerMilliseconds } from "./executor.js";

/**
 * Runs trials on the calling thread: for objectives that are closures, wait for something else, or are quick.
 * One that computes for long, or ignores its signal, keeps everything else waiting.
 * @throws PlateauError `usage` where `workers` is no whole number, 1 or more
 */
export function inlineExecutor(
  objective: Objective,
  options: { workers?: number } = {},
): Executor & AsyncDisposable {
  requireArguments("inlineExecutor", { objective: [objective, "function"], options: [options, "object?"] });
  const { workers = 1 } = options;
  requireWorkers(workers);
  return {
    workers,
    async run(job, events, signal) {
      const begin = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<"late">((resolve) => {
        if (!Number.isFinite(job.timeLimit)) return;
        timer = setTimeout(() => resolve("late"), timerMilliseconds(job.timeLimit));
      });
      // A trial past its limit is left alone: a thread cannot be ended from inside. It is told to stop.
      const stop = { late: false };
      const both: StopSignal = {
        get aborted() {
          return stop.late || signal.aborted;
        },
      };
      const ended = await Promise.race([runTrial(objective, job, events, both), late]);
      clearTimeout(timer);
      if (ended !== "late") return ended;
      stop.late = true;
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      return {
        kind: "failed",
        again: true,
        error: { code: "time-limit", message: `stopped after ${seconds} s` },
      };
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
