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

/** Reads numbers with commas between them. @throws PlateauError `usage` quoting flag and part */
export function parseNumbers(flag: string, text: string): number[] {
  return text.split(",").map((part) => parseNumber(flag, part.trim()));
}

/** Reads a count of worker threads. @throws PlateauError `usage` */
export function parseWorkers(text: string): number {
  const workers = parseNumber("--workers", text);
  if (Number.isInteger(workers) && workers >= 1) return workers;
  throw new PlateauError("usage", `--workers ${quote(workers)}: expected a whole number, 1 or more`);
}
