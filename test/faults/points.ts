/** What happens at a point: an error of the system, or the end of the process there and then. */
export const kinds = ["ENOSPC", "EIO", "EACCES", "EMFILE", "kill"] as const;
export type Kind = (typeof kinds)[number];

/** A fault to come. */
export interface Fault {
  /** From 1. */
  readonly point: number;
  readonly kind: Kind;
  /** Whether all later points fail, too: a disk that stays full. */
  readonly stays?: boolean;
}

/** Counts what a program does with the world below a folder, and lets one of it fail. */
export interface Injector {
  readonly name: string;
  /** Counts from 0, below this folder, with at most this fault to come. */
  arm(folder: string, fault?: Fault): void;
  /** @returns how many points there were, and what the fault hit, where it did */
  disarm(): { readonly points: number; readonly hit?: string };
}
