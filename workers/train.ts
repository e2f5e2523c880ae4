import type { MessagePort } from "node:worker_threads";
import { type ErrorCode, PlateauError } from "../src/errors.js";
import type { ExperimentInput } from "../src/experiments/config.js";
import { type RunResult, run } from "../src/experiments/run.js";

/** What a thread is asked: one run, with a port for its progress. */
export interface TrainTask {
  input: ExperimentInput;
  port: MessagePort;
}

/** Errors as data: a clone of one between threads would lose its code. */
export type TrainAnswer = { result: RunResult } | { error: { code: ErrorCode; message: string } };

/** Piscina's entry point: trains and judges one model. */
export default async function train({ input, port }: TrainTask): Promise<TrainAnswer> {
  try {
    const { result } = await run(input, { onProgress: (progress) => port.postMessage(progress) });
    return { result: result! };
  } catch (error) {
    if (!(error instanceof PlateauError)) throw error;
    return { error: { code: error.code, message: error.message } };
  } finally {
    port.close();
  }
}
