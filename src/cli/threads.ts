import { availableParallelism } from "node:os";
import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import type { TrainAnswer } from "../../workers/train.js";
import { PlateauError } from "../errors.js";
import type { ExperimentInput } from "../experiments/config.js";
import type { RunResult } from "../experiments/run.js";
import type { Progress } from "../training/loop.js";

/** Seen from dist/src/cli. */
const WORKER = new URL("../../workers/train.js", import.meta.url).href;

export interface ThreadOptions {
  /** Default: one a core. */
  threads?: number;
  signal?: AbortSignal;
  /** Called with the number of the run in `inputs`. */
  onProgress?: (run: number, progress: Progress) => void;
}

/**
 * Runs experiments on worker threads. The results, in the order of `inputs`, have the same bits as
 * those of one thread: a run depends on its input alone.
 * @throws PlateauError of the first run that fails, `aborted` through the signal; threads end either way
 */
export async function runThreads(
  inputs: readonly ExperimentInput[],
  { threads = availableParallelism(), signal, onProgress }: ThreadOptions = {},
): Promise<RunResult[]> {
  const maxThreads = Math.max(1, Math.min(threads, inputs.length));
  const pool = new Piscina<unknown, TrainAnswer>({ filename: WORKER, minThreads: maxThreads, maxThreads });
  const one = async (input: ExperimentInput, number: number): Promise<RunResult> => {
    const { port1, port2 } = new MessageChannel();
    port1.on("message", (progress: Progress) => onProgress?.(number, progress));
    try {
      const answer = await pool.run({ input, port: port2 }, { transferList: [port2], signal });
      if ("error" in answer) throw new PlateauError(answer.error.code, answer.error.message);
      return answer.result;
    } finally {
      port1.close();
    }
  };
  try {
    return await Promise.all(inputs.map(one));
  } catch (error) {
    if (signal?.aborted) throw new PlateauError("aborted", "interrupted", { cause: error });
    throw error;
  } finally {
    await pool.destroy();
  }
}
