import type { ChildProcess } from "node:child_process";
import { relative } from "node:path";

/** What happens at a point of the file system: an error, for once or for good, or the end of the process there and then. */
export const kinds = ["ENOSPC", "EIO", "EACCES", "EMFILE", "kill", "ENOSPC from there on"] as const;

/** A fault to come. */
export interface Fault {
  /** What is to fail, and which of its kind, from 1: "rename run/result.json #2". */
  readonly point: string;
  readonly kind: string;
}

/** Tells what a program does with the world below a folder, and lets one of it fail. */
export interface Injector {
  readonly name: string;
  readonly kinds: readonly string[];
  /** Whether a kind of fault may happen at a point. Default: each may. */
  applies?(kind: string, point: string): boolean;
  /** Numbers anew what happens, below this folder, with at most this fault to come. */
  arm(folder: string, fault?: Fault): void;
  /** @returns what there was, in order, and what the fault hit, where it did */
  disarm(): { readonly points: readonly string[]; readonly hit?: string };
  /** Called with the process that a run was begun in to be ended by a fault. */
  spawned?(child: ChildProcess, fault: Fault): void;
}

/** What a kind of fault does: the error's code, and whether all that follows fails, too (a disk that stays full). */
export function effectOf(kind: string): { readonly code: string; readonly stays: boolean } {
  const [code] = kind.split(" ");
  return { code, stays: kind.endsWith(" from there on") };
}

/**
 * Gives names to what happens: threads take turns as they come, so that a running number would mean another call each
 * time. The nth of its kind is the same one.
 */
export class Numbering {
  readonly #counts = new Map<string, number>();

  next(what: string): string {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return `${what} #${count}`;
  }
}

/** What a file is, whoever writes it: temporary files have the process in their names. */
export const roleOf = (path: string, folder: string): string =>
  relative(folder, path).replace(/\.plateau-[^/]*\.tmp$/, "*.tmp") || ".";

/** Set in a process that may end at its point: it says on stdout what was struck. */
export const APART = "PLATEAU_FAULT_APART";
