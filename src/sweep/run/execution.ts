import type { StopSignal } from "../../pause.js";
import type { Executor } from "../executors/executor.js";
import type { Parameters } from "../space/parameter.js";
import type { StoredTrial } from "../storage/storage.js";

/** What happens while a study runs, for whoever watches. `worker` is one of 0 … workers − 1. */
export type StudyEvent =
  | { readonly kind: "started"; readonly worker: number; readonly trial: StoredTrial }
  | {
      readonly kind: "progress";
      readonly worker: number;
      readonly number: number;
      /** Place of the seed, from 0, and how far it is. */
      readonly replicate: number;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: "ended"; readonly worker: number; readonly trial: StoredTrial }
  /** It broke down, or was interrupted, and waits to be run again. */
  | { readonly kind: "released"; readonly worker: number; readonly number: number; readonly reason?: string };

/** How a study is run. */
export interface ExecutionOptions {
  /** Trials that the study is to have in all: those that there are count. */
  readonly trials: number;
  readonly executor: Executor;
  /** Any object that has `aborted`. */
  readonly signal?: StopSignal;
  /** Seconds that a trial may run before it has failed. Default: no limit. */
  readonly timeLimit?: number;
  /** Seconds between checkpoints of a trial. Default 30. */
  readonly checkpointEvery?: number;
  /** Bytes that a trial needs. Default: what the objective's module says, else nothing to speak of. */
  readonly footprint?: (parameters: Parameters, task: unknown) => number;
  /** Bytes that running trials may take together. Default: 90% of what the machine has to give. */
  readonly memory?: number;
  /** Called with whatever happens to a trial. */
  readonly onEvent?: (event: StudyEvent) => void;
}
