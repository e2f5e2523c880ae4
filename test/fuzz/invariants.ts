import { readdirSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { type ErrorCode, PlateauError } from "../../src/errors.js";

const codes: Record<ErrorCode, true> = {
  usage: true,
  "unknown-name": true,
  "shape-mismatch": true,
  format: true,
  io: true,
  permission: true,
  memory: true,
  threads: true,
  simd: true,
  study: true,
  "run-directory": true,
  "time-limit": true,
  diverged: true,
  aborted: true,
  // A defect by its own account.
  internal: false as true,
};

/** The code of what was thrown. @throws Error where it is none that plateau throws on purpose */
export function codeOf(thrown: unknown): ErrorCode {
  if (thrown instanceof PlateauError && codes[thrown.code] === true) {
    if (thrown.message.length > 5000) throw new Error(`a message of ${thrown.message.length} characters`);
    return thrown.code;
  }
  const { stack = String(thrown) } = thrown as Error;
  throw new Error(`no PlateauError was thrown, but ${stack}`);
}

const shared = [Object, Array, Function, String, Number, Map, Set, Promise, Uint8Array].map(
  ({ prototype, name }) => ({ name, prototype: prototype as object }),
);
const fingerprint = () =>
  shared.map(({ name, prototype }) => [name, ...Reflect.ownKeys(prototype).map(String)].join(" ")).join("\n");
const sizes = () => Reflect.ownKeys(Object.prototype).length + 1000 * Reflect.ownKeys(Array.prototype).length;
let untouched: { fingerprint: string; sizes: number } | undefined;

/**
 * The first call takes down what is there: some libraries add to it when they are loaded.
 * @param all prototypes, by name of what they have; else whether those of objects and arrays have grown, which is
 * quick enough for each case
 * @throws Error where a case has changed what all objects share
 */
export function requirePrototypes(all: boolean): void {
  untouched ??= { fingerprint: fingerprint(), sizes: sizes() };
  if (!all && sizes() === untouched.sizes) return;
  const found = fingerprint();
  if (found !== untouched.fingerprint) throw new Error(`shared prototypes were changed:\n${found}`);
}

/** Bytes that live, on the heap and beside it. */
export function memory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Most bytes of memory that the process has ever held. */
export function peak(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** What lies in folders where nothing may change, as one text. */
export function listing(folders: readonly string[]): string {
  return folders.map((folder) => readdirSync(folder).join(" ")).join("\n");
}
