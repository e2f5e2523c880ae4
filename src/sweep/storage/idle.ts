import { statSync } from "node:fs";
import type Database from "libsql";

// libsql lets go of a file, and of what SQLite has read of it, not when its connection is closed but when all
// statements of that are collected, too: V8 has to look for garbage, and after that the event loop has to turn, as
// native objects are freed there. So connections that were closed are kept to be used again, for a program that opens
// one file often would run out of files; but only so many, or one that opens thousands of files would; and whoever opens
// files one after the other and waits for nothing else has to let the loop turn now and then.

/** How many files that nobody uses are kept open. */
export const MOST_IDLE = 32;
/** How many connections may be let go of before the event loop has to turn. */
export const MOST_UNCOLLECTED = 32;

/** By file, the one that was closed last at the end. */
const idle = new Map<string, { readonly database: Database.Database; readonly state: string }>();
/** Connections that were let go of since the event loop turned. */
let uncollected = 0;

/**
 * Takes a connection that is closed: to be used again, or to be let go of.
 * @param sound whether it can be used again
 */
export function keep(file: string, database: Database.Database, sound: boolean): void {
  const state = stateOf(file);
  if (!sound || state === undefined || idle.has(file)) {
    letGo(database);
    return;
  }
  idle.set(file, { database, state });
  if (idle.size <= MOST_IDLE) return;
  const [[oldest, one]] = idle;
  idle.delete(oldest);
  letGo(one.database);
}

export function reuse(file: string): Database.Database | undefined {
  const found = idle.get(file);
  idle.delete(file);
  if (!found) return undefined;
  // Another file may have taken its place, or somebody else have written to it.
  if (found.state === stateOf(file)) return found.database;
  letGo(found.database);
  return undefined;
}

/** Lets the event loop turn where there is much to free: promises alone never do. */
export async function turn(): Promise<void> {
  if (uncollected < MOST_UNCOLLECTED) return;
  uncollected = 0;
  await new Promise((resolve) => setImmediate(resolve));
}

function letGo(database: Database.Database): void {
  uncollected++;
  database.close();
}

/** Which file it is, as it is now; undefined where there is none, as of ":memory:". */
function stateOf(file: string): string | undefined {
  const info = statSync(file, { bigint: true, throwIfNoEntry: false });
  return info && [info.dev, info.ino, info.size, info.mtimeNs].join(" ");
}
