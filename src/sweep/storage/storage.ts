import type { StudyDefinition } from "../definition.js";
import type { Parameters } from "../space/parameter.js";
import type { Ending, Observation, Replicate, Report, TrialError, TrialState } from "../trial.js";

/** Who runs trials: a process. Two of the same machine differ in `process`, two of the same process in `nonce`. */
export interface Owner {
  readonly host: string;
  readonly process: number;
  /** When the process began, in what units the system has; "" where it does not tell. */
  readonly began: string;
  readonly nonce: string;
}

/** A trial as it stands. Instants are in ISO 8601, UTC. */
export interface StoredTrial {
  readonly number: number;
  readonly state: TrialState;
  readonly parameters: Parameters;
  readonly seeds: readonly number[];
  /** How often it broke down. */
  readonly failures: number;
  /** The last step that was reported; 0 before. */
  readonly step: number;
  readonly value: number | null;
  /** Standard deviation over the seeds, and the 95% interval of their mean. */
  readonly deviation: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly error: TrialError | null;
  readonly seconds: number | null;
  readonly started: string | null;
  readonly ended: string | null;
  /** The plateau that ended it, and the engine it ran on. */
  readonly plateau: string | null;
  readonly engine: string | null;
}

/** A study in one line: what a list shows. */
export interface StudySummary {
  readonly name: string;
  readonly definition: StudyDefinition;
  readonly created: string;
  readonly plateau: string;
  readonly states: Readonly<Record<TrialState, number>>;
}

/** Many studies in one place. */
export interface Storage {
  /** Where it is, for messages. */
  readonly where: string;
  /** Every study in the storage. */
  list(): StudySummary[];
  /** @returns undefined where there is no study of that name */
  find(name: string): StudyStorage | undefined;
  /** The study of that name, made where there is none; then `definition` is what was made before. */
  create(definition: StudyDefinition): StudyStorage;
  /**
   * Removes a study with all its trials.
   * @returns whether there was one
   * @throws PlateauError `study` while a living process runs its trials
   */
  remove(name: string): boolean;
  /** Gives files and threads back. */
  close(): void;
}

/**
 * The facts of one study. Each call is one transaction: it happens whole or not at all, also when several
 * processes call at once. A trial that has ended stays as it ended, unless it is asked for again.
 */
export interface StudyStorage {
  readonly definition: StudyDefinition;
  /** The plateau that made it. */
  readonly plateau: string;
  /**
   * How many trials there are, whatever their state: their numbers are 0 … count − 1, of a shard those that it has
   * of the whole study.
   */
  count(): number;
  /** How many trials are in each state. */
  states(): Record<TrialState, number>;
  /** The least number of a trial that has not ended; undefined where all have. */
  firstOpen(): number | undefined;
  /**
   * Adds trial `number` and claims it.
   * @returns false where another process has added it meanwhile
   * @throws PlateauError `study` where the study was removed
   */
  add(number: number, trial: { parameters: Parameters; seeds: readonly number[] }, owner: Owner): boolean;
  /** Claims the waiting or abandoned trial of the least number, if that is below `limit`. */
  claim(owner: Owner, limit: number): StoredTrial | undefined;
  /** Says that an owner lives: keeps its trials from being claimed. */
  heartbeat(owner: Owner): void;
  /**
   * Records an intermediate value; the same one again changes nothing.
   * @returns false, here and below, where the trial is no longer this owner's: nothing is recorded then
   */
  report(number: number, report: Report, owner: Owner): boolean;
  /** Records what one seed gave, and drops the checkpoint, which was that seed's. */
  replicate(number: number, replicate: number, result: Replicate, owner: Owner): boolean;
  /** Replaces the checkpoint of the seed that is being run. */
  checkpoint(number: number, seconds: number, bytes: Uint8Array, owner: Owner): boolean;
  /** What a trial goes on from. */
  progress(number: number): TrialProgress;
  /** Ends a trial: it is never run again. */
  finish(number: number, ending: Ending, owner: Owner): boolean;
  /** Puts a claimed trial back, to be run again; with an error, as one that broke down. */
  release(number: number, owner: Owner, error?: TrialError): void;
  /** Puts all failed trials back, with nothing of their failures but the record. @returns how many */
  retryFailed(): number;
  /** One trial, by its number. */
  trial(number: number): StoredTrial | undefined;
  /** By number. */
  trials(states?: readonly TrialState[]): Iterable<StoredTrial>;
  /** Trials from `first` on that have ended, by number; ends before the first that has not. */
  observations(first: number, last: number): Iterable<Observation>;
  /** What a trial's seeds reported, by seed and step. */
  reports(number: number): Report[];
  /** What each seed of a trial gave. */
  replicates(number: number): Replicate[];
  /** The best trial so far. */
  best(): StoredTrial | undefined;
  /** One trial with all that is stored of it. */
  record(number: number): TrialRecord | undefined;
  /**
   * Takes over trials from another storage as they are there, all of them or none. One of the next number is added,
   * one that waits or has failed here is replaced; those that have not ended wait.
   * @throws PlateauError `study` where a number leaves a gap, or such a trial has ended here or is being run
   */
  adopt(records: Iterable<TrialRecord>): void;
}

/** All that is stored of a trial, for another storage to take over. */
export interface TrialRecord extends StoredTrial {
  readonly replicates: readonly Replicate[];
  readonly reports: readonly Report[];
  readonly breakdowns: readonly Breakdown[];
  /** Of a trial that has not ended: seconds of work, and what its seed goes on from. */
  readonly checkpoint?: { readonly seconds: number; readonly bytes?: Uint8Array };
}

/** One of the times that a trial broke down, retried or not. */
export interface Breakdown {
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

/** What a running trial has reported so far. */
export interface TrialProgress {
  readonly replicates: readonly Replicate[];
  readonly reports: readonly Report[];
  readonly checkpoint?: Uint8Array;
  /** Seconds of work so far. */
  readonly seconds: number;
}

/**
 * After so many seconds without a sign of life an owner counts as gone, unless its process is known to live:
 * one that computes for long gives no sign.
 */
export const LEASE_SECONDS = 30;
export const HEARTBEAT_SECONDS = 5;
