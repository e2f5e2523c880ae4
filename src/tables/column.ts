import { quote } from "../errors.js";
import { parseNumber } from "../formats/csv.js";
import type { Cell, RawColumn } from "../formats/raw-table.js";

/** A column of numbers. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: "numeric";
  /** One a row; NaN where it is missing. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly missing: number;
  /** Least and largest value. */
  readonly range: readonly [low: number, high: number];
  /** Different values. */
  readonly distinct: number;
}

/** A column of few different texts. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: "categorical";
  /** One a row: an index of `categories`; −1 where it is missing. */
  readonly values: Int32Array<ArrayBuffer>;
  readonly missing: number;
  /** The different texts in order of their UTF-16 units, which is no language's but the same everywhere. */
  readonly categories: readonly string[];
  /** What kept it from being numeric, where most of it is numbers. */
  readonly note?: string;
}

/** A column that no model can read. */
export interface UnusableColumn {
  readonly name: string;
  readonly kind: "unusable";
  readonly reason: string;
  readonly missing: number;
}

/** A column of a table, as it was read. */
export type Column = NumericColumn | CategoricalColumn | UnusableColumn;

/** Categories that a column may have. */
export const MAX_CATEGORIES = 256;

/** What is read as a missing value, besides an empty place and NaN; exactly so written, blanks around it aside. */
export const missingTexts: readonly string[] = [
  "",
  "NA",
  "N/A",
  "n/a",
  "#N/A",
  "<NA>",
  "NaN",
  "nan",
  "-nan",
  "NULL",
  "null",
  "None",
  "?",
];
const missingSet: ReadonlySet<string> = new Set(missingTexts);

/**
 * Infers a column's kind. Numeric: every value that is not missing is a number, or a text that reads as
 * one. Otherwise all values are texts (numbers as JavaScript writes them), and the column is categorical
 * where there are at most 256 different ones and each is there twice on average; else it is unusable, as
 * is one without any value.
 * @param where says where row i stands in the file, for reasons
 */
export function inferColumn(
  { name, cells, problem }: RawColumn,
  rows: number,
  where: (row: number) => string,
): Column {
  if (problem !== undefined) return { name, kind: "unusable", reason: problem, missing: 0 };
  const values = new Float64Array(rows);
  let missing = 0;
  let texts = 0;
  let firstText = "";
  for (let row = 0; row < rows; row++) {
    const value = numberOf(cells[row]);
    if (value !== undefined) {
      values[row] = value;
      if (Number.isNaN(value)) missing++;
    } else {
      if (texts === 0) firstText = `${quote(cells[row])} in ${where(row)}`;
      texts++;
    }
  }
  const present = rows - missing;
  if (present === 0) return { name, kind: "unusable", reason: "has no value", missing };
  if (texts === 0) return numericColumn(name, values, missing);

  const note =
    texts <= present / 2
      ? `${present - texts} of ${present} values are numbers, but not ${firstText}`
      : undefined;
  const labels = Array.from({ length: rows }, (_, row) => textOf(cells[row]));
  const distinct = new Set(labels);
  distinct.delete(undefined);
  const different = distinct.size;
  if (different > MAX_CATEGORIES || 2 * different > present) {
    const reason =
      note ?? `${different} different texts in ${present} values are no categories (first: ${firstText})`;
    return { name, kind: "unusable", reason, missing };
  }
  return categoricalColumn(name, labels, missing, note);
}

function numericColumn(name: string, values: Float64Array<ArrayBuffer>, missing: number): NumericColumn {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const seen = new Set<number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    seen.add(value);
  }
  return { name, kind: "numeric", values, missing, range: [low, high], distinct: seen.size };
}

function categoricalColumn(
  name: string,
  labels: readonly (string | undefined)[],
  missing: number,
  note?: string,
): CategoricalColumn {
  const categories = [...new Set(labels)].filter((label) => label !== undefined).sort(byUnits);
  const codes = new Map(categories.map((category, code) => [category, code]));
  const values = Int32Array.from(labels, (label) => (label === undefined ? -1 : codes.get(label)!));
  return { name, kind: "categorical", values, missing, categories, ...(note !== undefined && { note }) };
}

/** A numeric column read as categories, in order of their size: cylinders, months, codes. */
export function asCategories(column: NumericColumn): CategoricalColumn {
  const { name, values, missing } = column;
  const numbers = [...new Set(values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const codes = new Map(numbers.map((value, code) => [value, code]));
  return {
    name,
    kind: "categorical",
    values: Int32Array.from(values, (value) => codes.get(value) ?? -1),
    missing,
    categories: numbers.map(String),
  };
}

/** NaN where the cell is missing, undefined where it is a text. */
/**
 * A cell as a column of that kind reads it: null where it is missing; undefined where it is no number and has to be.
 */
export function readAs(kind: "numeric" | "categorical", cell: Cell): number | string | null | undefined {
  if (kind === "categorical") return textOf(cell) ?? null;
  const number = numberOf(cell);
  return Number.isNaN(number) ? null : number;
}

function numberOf(cell: Cell): number | undefined {
  if (typeof cell === "number") {
    return Number.isFinite(cell) || Number.isNaN(cell) ? cell : undefined;
  }
  if (cell === null || missingSet.has(cell.trim())) return Number.NaN;
  return parseNumber(cell);
}

/** undefined where the cell is missing. */
function textOf(cell: Cell): string | undefined {
  if (cell === null || Number.isNaN(cell)) return undefined;
  const text = String(cell).trim();
  return missingSet.has(text) ? undefined : text;
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
