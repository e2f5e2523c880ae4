import { PlateauError, quote } from "../errors.js";

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a number as the command line gives it: all of the text, or it is an error.
 * @throws PlateauError `usage` quoting flag and text
 */
export function parseNumber(flag: string, text: string): number {
  const value = Number(text);
  if (DECIMAL.test(text) && Number.isFinite(value)) return value;
  throw new PlateauError("usage", `${flag} ${quote(text)} is no number: give one such as 12, 0.001 or 1e-3`);
}
