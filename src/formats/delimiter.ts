import Papa from "papaparse";
import { PlateauError, quote } from "../errors.js";

/** In the order in which they are believed: a comma stands in numbers and sentences, too, a tab hardly ever. */
const DELIMITERS = ["\t", ";", "|", ","];
const LINES = 50;

/** Names that an option may say instead of a character that a shell does not take easily. */
const NAMES: Readonly<Record<string, string>> = {
  tab: "\t",
  "\\t": "\t",
  comma: ",",
  semicolon: ";",
  bar: "|",
  space: " ",
};

/** The character that is meant. @throws PlateauError `usage` */
export function delimiterOf(given: string): string {
  const delimiter = Object.hasOwn(NAMES, given) ? NAMES[given] : given;
  if (delimiter.length === 1 && !Papa.BAD_DELIMITERS.includes(delimiter)) return delimiter;
  throw new PlateauError(
    "usage",
    `delimiter ${quote(given)} is not one character that can separate fields: give ";", "," or tab`,
  );
}

/** What Excel writes before a table to say how it is separated; undefined where there is no such line. */
export function declaredDelimiter(text: string): { delimiter: string; length: number } | undefined {
  const found = /^"?sep=([^\n"])"?[,;\t|]*(?:\n|$)/i.exec(text);
  return found ? { delimiter: found[1], length: found[0].length } : undefined;
}

/**
 * The delimiter that splits most of the first 50 lines into equally many fields, two or more; of those that do so alike,
 * the first of tab, semicolon, bar, comma. (papaparse's own guess fails on files of few lines, and on decimal commas.)
 */
export function guessDelimiter(text: string): string {
  let best = ",";
  let bestShare = 0;
  for (const delimiter of DELIMITERS) {
    const { data } = Papa.parse<string[]>(text, { delimiter, newline: "\n", preview: LINES });
    const widths = data.filter((fields) => !isBlank(fields)).map(({ length }) => length);
    const { width, count } = mostCommon(widths);
    if (width > 1 && count / widths.length > bestShare)
      [best, bestShare] = [delimiter, count / widths.length];
  }
  return best;
}

/** Of equally common numbers the larger. */
export function mostCommon(widths: readonly number[]): { width: number; count: number } {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  let best = { width: 0, count: 0 };
  for (const [width, count] of counts) {
    if (count > best.count || (count === best.count && width > best.width)) best = { width, count };
  }
  return best;
}

/** A line without a field that holds anything. */
export const isBlank = (fields: readonly string[]): boolean => fields.every((field) => field.trim() === "");
