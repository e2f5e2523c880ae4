import type { MessagePort } from "node:worker_threads";
import type { Decision } from "../pruners/pruner.js";
import type { Replicate, Report } from "../trial.js";
import type { JobOutcome, TrialJob } from "./executor.js";

// What the thread of a trial and the thread that drives the sweep say to each other.

/** What a thread says when it can run trials. */
export const BEGUN = "plateau: begun";

/** Of a thread that has not begun: why. */
export interface Unbegun {
  readonly unbegun: unknown;
}

/** A trial for a worker thread. */
export interface TrialTask {
  /** URL of the objective's module. */
  readonly objective: string;
  readonly job: TrialJob;
  /** For the messages below. */
  readonly port: MessagePort;
  /** Int32[1]: not 0 once the trial is to stop. */
  readonly stop: SharedArrayBuffer;
}

/** What a worker thread is started with. */
export interface ThreadData {
  /** Compiled WebAssembly by build: compiled once a process. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Rows of the tile of matrix products that goes with how V8 compiles them. */
  readonly tile: number;
}

/** From the trial. `report`, `replicate` and `checkpoint` wait for an answer. */
export type FromTrial =
  /** The thread has begun: time counts from here. */
  | { readonly kind: "began" }
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "replicate"; readonly place: number; readonly replicate: Replicate }
  | { readonly kind: "checkpoint"; readonly bytes: Uint8Array }
  | { readonly kind: "progress"; readonly place: number; readonly done: number; readonly total: number }
  /** The end of a trial whose thread is not to be used again. */
  | { readonly kind: "outcome"; readonly outcome: JobOutcome };

/** To the trial: the answers, in the order of what asked for them. */
export type ToTrial = Decision;
