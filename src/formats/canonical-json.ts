import { kindOf, PlateauError } from "../errors.js";

/**
 * JSON with the keys of objects in order: equal text for equal data.
 * @throws PlateauError `usage` where JSON has no such data: a bigint, a circle
 */
export function canonicalJson(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, part: unknown) =>
        isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
      ) ?? "undefined"
    );
  } catch (cause) {
    throw new PlateauError(
      "usage",
      `${kindOf(value)} is no data that JSON has: ${(cause as Error).message}`,
      { cause },
    );
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
