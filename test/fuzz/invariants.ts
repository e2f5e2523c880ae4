import { getHeapStatistics } from "node:v8";
import { type ErrorCode, errorCodes, PlateauError } from "../../src/errors.js";

/** All but a defect by its own account. */
const refusals: ReadonlySet<ErrorCode> = new Set(errorCodes.filter((code) => code !== "internal"));

/** The code of what was thrown. @throws Error where it is nothing that plateau throws on purpose */
export function codeOf(thrown: unknown): ErrorCode {
  if (thrown instanceof PlateauError && refusals.has(thrown.code)) {
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
