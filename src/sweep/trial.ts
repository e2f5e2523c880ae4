import type { Estimate } from "../analysis/statistics/bootstrap.js";
import type { ErrorCode } from "../errors.js";
import type { Parameters } from "./space/parameter.js";

/**
 * `waiting`: suggested, to be run (again). `running`: some process holds its lease. The others have ended:
 * `complete` with a value; `pruned` by a pruner, or as worse than the best on the seeds so far; `diverged`
 * with NaN or infinity at a step; `failed` with an error after its retries.
 */
export const trialStates = ["waiting", "running", "complete", "pruned", "diverged", "failed"] as const;
/** What has become of a trial. */
export type TrialState = (typeof trialStates)[number];
/** How a trial can end. */
export type EndedState = Exclude<TrialState, "waiting" | "running">;

/** An intermediate value: what the objective reported of one of the trial's seeds at a step. */
export interface Report {
  /** Place among the trial's seeds, from 0. */
  readonly replicate: number;
  /** What the objective counts, of training: updates. */
  readonly step: number;
  readonly value: number;
}

/** Why a trial failed, or at which step it diverged, as data: an error between threads would lose its code. */
export interface TrialError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly step?: number;
}

/** What one of a trial's seeds gave. `result` is whatever the objective returned beside its value. */
export interface Replicate {
  readonly seed: number;
  readonly value: number;
  readonly result?: unknown;
}

/** How a trial ended. */
export interface Ending {
  readonly state: EndedState;
  /**
   * What the sweep minimises or maximises: the mean over the seeds. Of a pruned trial its last report, or
   * the mean of the seeds that were done; null of a diverged or failed one.
   */
  readonly value: number | null;
  readonly replicates: readonly Replicate[];
  /** Mean with its 95% t-interval, and the standard deviation over the seeds, of two seeds or more. */
  readonly spread?: Estimate & { readonly deviation: number };
  readonly error?: TrialError;
  /** Seconds of work, those of earlier processes included. */
  readonly seconds: number;
  /** On which engine, such as "node 20.20.2 linux x64". Default: this process's. */
  readonly engine?: string;
}

/** What samplers learn of a trial that has ended. */
export interface Observation {
  readonly number: number;
  readonly parameters: Parameters;
  readonly state: EndedState;
  readonly value: number | null;
  /** The last step reported, of whatever seed; 0 where nothing was. */
  readonly step: number;
}

/** What pruners learn of a trial that has ended: all that its first seed reported, by rising step. */
export interface ReportedTrial extends Observation {
  readonly reports: readonly Report[];
}

/** Both directions. */
export const directions = ["minimize", "maximize"] as const;
/** Whether less is better, or more. */
export type Direction = (typeof directions)[number];

/** Whether `a` is better than `b`. Nothing is better than a number that is NaN, but every number is. */
export function better(direction: Direction, a: number, b: number): boolean {
  if (Number.isNaN(a)) return false;
  if (Number.isNaN(b)) return true;
  return direction === "minimize" ? a < b : a > b;
}
