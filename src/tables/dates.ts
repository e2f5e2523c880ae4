import { quote } from "../errors.js";
import type { RawColumn } from "../formats/raw-table.js";
import type { Missing } from "./missing.js";

const DAY = "(?:0?[1-9]|[12]\\d|3[01])";
const MONTH = "(?:0?[1-9]|1[0-2])";
const YEAR = "(?:19\\d\\d|20\\d\\d|2100)";
const CLOCK = "(?:[01]?\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:[.,]\\d+)?)?";
/** A time that may follow a date, and its zone. */
const TIME = `(?:[T ,]\\s*${CLOCK}(?:\\s?[AaPp][Mm])?\\s?(?:Z|UTC|[-+]\\d\\d:?\\d\\d)?)?`;

/** What a date, or a time of day, looks like: all values of a column are of one shape. */
interface Shape {
  readonly is: RegExp;
  /** What else holds of a column, where the shape alone may be that of numbers. */
  readonly all?: (texts: readonly string[]) => boolean;
}

const sameWidth = (texts: readonly string[]) =>
  texts.length > 1 && texts.every(({ length }) => length === texts[0].length);
const leadingZero = (texts: readonly string[]) => texts.some((text) => /^0\d/.test(text));

const shapes: readonly Shape[] = [
  // 2021-03-04, 2021/3/4, 2021.03.04, 2021-03, and ISO 8601 with a time
  { is: new RegExp(`^\\d{4}([-/.])${MONTH}\\1${DAY}${TIME}$`) },
  { is: new RegExp(`^${YEAR}[-/]${MONTH}$`) },
  // 4.3.2021, 4/3/21, 4-3-2021, 4.3.
  { is: new RegExp(`^${DAY}(?:([./])\\s?${MONTH}\\1\\s?(?:\\d\\d)?|-${MONTH}-\\d\\d)\\d\\d${TIME}$`) },
  { is: new RegExp(`^${MONTH}(?:/${DAY}/(?:\\d\\d)?|-${DAY}-\\d\\d)\\d\\d${TIME}$`) },
  { is: new RegExp(`^${DAY}\\.\\s?${MONTH}\\.$`) },
  // 03.2021 is a month, 3.2021 may be a number
  { is: new RegExp(`^${MONTH}\\.${YEAR}$`), all: (texts) => leadingZero(texts) || sameWidth(texts) },
  { is: new RegExp(`^${MONTH}/${YEAR}$`) },
  // 14:35; 14.35 may be a number, 08.15 is none where all others are times as well
  { is: new RegExp(`^${CLOCK}(?:\\s?[AaPp][Mm])?$`) },
  { is: /^(?:[01]\d|2[0-3])\.[0-5]\d$/, all: (texts) => texts.some((text) => /^0[1-9]/.test(text)) },
];

/**
 * Why a column cannot be used that holds dates or times of day and nothing else; undefined where it does not. Between
 * numbers and dates the shape decides: months 01 to 12 before years 1900 to 2100 are dates where a month has a leading
 * zero or all are equally long, two digits of hours and of minutes are times where an hour has a leading zero.
 */
export function datesIn({ cells, problem }: RawColumn, rows: number, missing: Missing): string | undefined {
  if (problem !== undefined) return undefined;
  let likely = shapes;
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const cell = cells[row];
    if (missing.is(cell, "numbers")) continue;
    if (typeof cell !== "string") return undefined;
    const text = cell.trim();
    likely = likely.filter(({ is }) => is.test(text));
    if (likely.length === 0) return undefined;
    texts.push(text);
  }
  if (texts.length === 0 || !likely.some(({ all }) => all === undefined || all(texts))) return undefined;
  return `dates such as ${quote(texts[0])} are not read: add columns of year, month, weekday, … as numbers`;
}
