import type { Measured } from "./resources.js";

/** A life that a soak lives, over and over. */
export interface Part {
  /** Trials that ended, whichever way. */
  readonly trials: number;
  /** One study, from its beginning until nothing is to be left of it. */
  cycle(): Promise<void>;
  /** What others than this process hold now, by who they are. */
  others(): Promise<Readonly<Record<string, Measured>>>;
  close(): Promise<void>;
}

/** How a part is begun. */
export interface PartOptions {
  /** For whatever it stores. */
  readonly folder: string;
  /** Threads that run trials. */
  readonly workers: number;
  /** Of a study, beside the one that hangs. */
  readonly trials: number;
}

export interface PartKind {
  readonly name: string;
  /** Of all trials of a soak, how many are its. */
  readonly share: number;
  /** Why it cannot be had here, if it cannot. */
  readonly missing?: () => string | undefined;
  readonly open: (options: PartOptions) => Promise<Part>;
}
