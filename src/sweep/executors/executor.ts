import type { AbortSignalLike } from "../../pause.js";
import type { Decision } from "../pruners/pruner.js";
import type { Parameters } from "../space/parameter.js";
import type { Replicate, Report, TrialError } from "../trial.js";

/** A trial to be run: plain data. */
export interface TrialJob {
  readonly number: number;
  readonly parameters: Parameters;
  readonly task: unknown;
  readonly seeds: readonly number[];
  /** What the first seeds gave, where the trial was interrupted after them. */
  readonly done: readonly Replicate[];
  /** Of the first seed that is not done. */
  readonly checkpoint?: Uint8Array;
  readonly checkpointEvery: number;
  /** Seconds of work that its earlier attempts took, as far as they count. Default 0. */
  readonly seconds?: number;
  /** Seconds that the trial may run before it has failed; Infinity: as long as it likes. */
  readonly timeLimit: number;
}

/**
 * What an executor tells while a trial runs. It waits for every answer before the trial goes on. Each throws where it
 * cannot be stored: then the trial is to end, and is run again from what was stored before.
 */
export interface TrialEvents {
  /** An intermediate value. @returns whether the trial goes on */
  report(report: Report): Decision | Promise<Decision>;
  /** What the seed at a place of the list gave. @returns whether the next one is to run */
  replicate(place: number, replicate: Replicate): Decision | Promise<Decision>;
  /** Bytes to go on from. */
  checkpoint(bytes: Uint8Array): void | Promise<void>;
  /** Not waited for; some may be left out. */
  progress(place: number, done: number, total: number): void;
  /** On which engine the trial runs, and seconds of work so far, `job.seconds` included, where not in this process. */
  ran?(engine: string, seconds: number): void;
}

/**
 * How a job ended. `done`: all seeds. `stopped`: by a decision. `diverged`: a report or value is NaN or
 * infinite. `aborted`: by the signal, after a last checkpoint where the objective gives any. `failed`: `again`
 * says whether another try may help.
 */
export type JobOutcome =
  | { readonly kind: "done" | "stopped" | "aborted" }
  | { readonly kind: "diverged"; readonly error: TrialError }
  | { readonly kind: "failed"; readonly error: TrialError; readonly again: boolean };

/** Runs trials somewhere. */
export interface Executor {
  /** How many trials run at a time. */
  readonly workers: number;
  /** Whether trials run on other machines: then the memory of this one is no bound to them. Default false. */
  readonly remote?: boolean;
  /**
   * Runs a trial to its end. Never rejects for what the trial does: a thread that exits, traps, runs out of
   * memory or hangs past its limit is replaced, and the others go on.
   * @throws BrokenExecutor where it can run no trial at all
   */
  run(job: TrialJob, events: TrialEvents, signal: AbortSignalLike): Promise<JobOutcome>;
  /** Ends all threads. Trials must have ended or been aborted before. */
  close(): Promise<void>;
}

/** A time limit for `setTimeout`, which takes no more than about 25 days. */
export function timerMilliseconds(seconds: number): number {
  return Math.min(2 ** 31 - 1, 1000 * seconds);
}
