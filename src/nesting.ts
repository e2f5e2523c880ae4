/**
 * Levels of arrays and objects that JSON of others may have: whatever looks at it, JSON.stringify included, calls
 * itself at each. What plateau writes has a dozen.
 */
export const MOST_LEVELS = 500;

/** Whether a value that JSON has nests arrays and objects deeper than so many levels. */
export function nestedBeyond(value: unknown, most = MOST_LEVELS): boolean {
  if (typeof value !== "object" || value === null) return false;
  return most === 0 || Object.values(value).some((part) => nestedBeyond(part, most - 1));
}
