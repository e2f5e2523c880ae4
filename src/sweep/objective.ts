import type { StopSignal } from "../pause.js";
import type { Parameters } from "./space/parameter.js";

/** What an objective is given for one seed of one trial. */
export interface ObjectiveContext {
  readonly parameters: Parameters;
  /** Of everything random. The same for this trial (and seed) however often it is run. */
  readonly seed: number;
  readonly number: number;
  /** The study's `task`. */
  readonly task: unknown;
  /**
   * Asks to stop as soon as possible: save a checkpoint, where there is anything to save, and return. What is
   * returned then does not count. A thread that has not stopped within 1.5 s is ended.
   */
  readonly signal: StopSignal;
  /**
   * Records an intermediate value, and asks whether the trial goes on: after "stop" return at once.
   * @param step a whole number, 1 or more, higher than the last
   */
  report(step: number, value: number): Promise<"continue" | "stop">;
  /** What `saveCheckpoint` was given last, where the trial was interrupted: go on from there. */
  readonly checkpoint?: Uint8Array;
  /** Milliseconds between checkpoints that are wanted. */
  readonly checkpointEvery: number;
  /** Keeps bytes that an interrupted trial goes on from. */
  saveCheckpoint(bytes: Uint8Array): Promise<void>;
  /** Tells how far the trial is, for people. Costs next to nothing. */
  progress(done: number, total: number): void;
}

/** A value to be minimised or maximised: a number, or with a result (data that JSON has) to be kept beside it. */
export type ObjectiveResult = number | { readonly value: number; readonly result?: unknown };

/** Evaluates one seed of a trial. What it returns must be a function of `parameters`, `seed` and `task` alone. */
export type Objective = (context: ObjectiveContext) => ObjectiveResult | Promise<ObjectiveResult>;

/** A module whose default export is an objective. It is loaded by every worker thread. */
export interface ObjectiveModule {
  readonly default: Objective;
  /**
   * Bytes that a trial will need, so that no more trials run at a time than memory holds.
   * @throws PlateauError where such a trial cannot be: it has failed then
   */
  readonly footprint?: (parameters: Parameters, task: unknown) => number;
  /** Called with the study's `task` before a study runs: loads what `footprint` needs. */
  readonly prepare?: (task: unknown) => Promise<void>;
}
