import { availableParallelism } from "node:os";
import { PlateauError } from "../../errors.js";
import { type StopSignal, whenStopped } from "../../pause.js";
import { threadsExecutor } from "../../sweep/executors/threads.js";
import type { ExperimentInput } from "../config.js";
import type { RunResult } from "../run.js";

const OBJECTIVE = new URL("./whole-run.js", import.meta.url).href;

export interface RunAllOptions {
  /** Default: one a core. */
  workers?: number;
  signal?: StopSignal;
  /** Called with the number of the run in `inputs`, and the updates done. */
  onProgress?: (run: number, done: number, total: number) => void;
}

/**
 * Runs experiments on worker threads. The results, in the order of `inputs`, have the same bits as those of
 * one thread: a run depends on its input alone.
 * @throws PlateauError of the first run that fails, `aborted` through the signal; threads end either way
 */
export async function runAll(
  inputs: readonly ExperimentInput[],
  { workers = availableParallelism(), signal, onProgress }: RunAllOptions = {},
): Promise<RunResult[]> {
  const executor = threadsExecutor(OBJECTIVE, { workers: Math.max(1, Math.min(workers, inputs.length)) });
  const stop = new AbortController();
  const deafen = whenStopped(signal, () => stop.abort());
  const one = async (input: ExperimentInput, number: number): Promise<RunResult> => {
    let result: RunResult | undefined;
    const job = { number, parameters: {}, task: input, seeds: [input.seed ?? 0], done: [] };
    const outcome = await executor.run(
      { ...job, checkpointEvery: Number.POSITIVE_INFINITY, timeLimit: Number.POSITIVE_INFINITY },
      {
        report: () => "continue",
        replicate(_, replicate) {
          result = replicate.result as RunResult;
          return "continue";
        },
        checkpoint: () => {},
        progress: (_, done, total) => onProgress?.(number, done, total),
      },
      stop.signal,
    );
    if (outcome.kind === "done") return result!;
    if ("error" in outcome) throw new PlateauError(outcome.error.code, outcome.error.message);
    throw new PlateauError("aborted", "interrupted");
  };
  try {
    return await Promise.all(inputs.map(one));
  } finally {
    deafen();
    stop.abort();
    await executor.close();
  }
}
