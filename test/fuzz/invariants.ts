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

/** The code of what was thrown. @throws Error where it is nothing that plateau throws on purpose */
export function codeOf(thrown: unknown): ErrorCode {
  if (thrown instanceof PlateauError && codes[thrown.code] === true) {
    if (thrown.message.length > 5000) throw new Error(`a message of ${thrown.message.length} characters`);
    return thrown.code;
  }
  const what = thrown instanceof Error ? thrown.stack : String(thrown);
  throw new Error(`no refusal, but a defect: ${what}`);
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
