import { readdirSync } from "node:fs";
import { type ErrorCode, PlateauError } from "../../src/errors.js";

const codes: Record<ErrorCode, true> = {
  usage: true,
  "unknown-name": true,
  "shape-mismatch": true,
  format: true,
  io: true,
  permission: true,
  memory: true,
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
let untouched: string | undefined;

/**
 * The first call takes down what is there: some libraries add to it when they are loaded.
 * @throws Error where a case has changed what all objects share */
export function requirePrototypes(): void {
  const found = fingerprint();
  untouched ??= found;
  if (found !== untouched) throw new Error(`shared prototypes were changed:\n${found}`);
}

/** Bytes that live, on the heap and beside it. */
export function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Most bytes of memory that the process has ever held. */
export function peak(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** What lies in folders where nothing may change, as one text. */
export function listing(folders: readonly string[]): string {
  return folders.map((folder) => readdirSync(folder).join(" ")).join("\n");
}
