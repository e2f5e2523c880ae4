import { quote } from "../errors.js";
import { type Decimal, readNumber } from "../formats/number-text.js";
import type { Cell, RawColumn } from "../formats/raw-table.js";
import { shellWord } from "../text.js";
import { type Missing, missingBy } from "./missing.js";

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
  /** A currency or % that stood beside its numbers and is no part of them. */
  readonly unit?: string;
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
  /** Whether they are numbers that are read as categories. */
  readonly numbers?: true;
  /** Whether they are digits, some with leading zeros: codes, not numbers. */
  readonly codes?: true;
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

/** How a column's cells are read. */
export interface ColumnReading {
  /** Default `point`. */
  readonly decimal?: Decimal;
  /** Default: what `missingTexts` and `missingNumbers` list. */
  readonly missing?: Missing;
  /** What the column has to be, instead of what its cells look like: columns that a fit has learned from. */
  readonly as?: "numeric" | "categorical";
}

/**
 * Infers a column's kind. Numeric: every value that is not missing is a number, or a text that reads as
 * one; but not where all are digits and some begin with a zero before others, as codes do (01067). Otherwise all values are texts (numbers as JavaScript writes them), and the column is categorical
 * where there are at most 256 different ones and each is there twice on average; else it is unusable, as
 * is one without any value.
 * @param where says where row i stands in the file, for reasons
 */
export function inferColumn(
  { name, cells, problem }: RawColumn,
  rows: number,
  where: (row: number) => string,
  { decimal = "point", missing: missingCells = missingBy(), as }: ColumnReading = {},
): Column {
  if (problem !== undefined) return { name, kind: "unusable", reason: problem, missing: 0 };
  const values = new Float64Array(rows);
  const seen = new Units();
  let missing = 0;
  let texts = 0;
  let firstText = -1;
  let padded = -1;
  let digits = 0;
  for (let row = 0; row < rows; row++) {
    const cell = cells[row];
    if (missingCells.is(cell, "numbers")) {
      values[row] = Number.NaN;
      missing++;
      continue;
    }
    const read = numberOf(cell, decimal);
    if (read === undefined) {
      if (texts++ === 0) firstText = row;
    } else {
      values[row] = read.value;
      if (typeof cell === "string" && /^\s*\d+\s*$/.test(cell)) {
        digits++;
        if (padded < 0 && /^\s*0\d/.test(cell)) padded = row;
      }
      seen.see(read.unit, row);
    }
  }
  const said = (row: number) => `${quote(cells[row])} in ${where(row)}`;
  const present = rows - missing;
  const codes = as !== "numeric" && padded >= 0 && digits === present;
  if (as !== "categorical") {
    if (present === 0 && as === undefined) return { name, kind: "unusable", reason: "has no value", missing };
    const conflict = seen.conflict;
    if (texts === 0 && conflict) {
      const reason = `its numbers are of different units, ${said(conflict[0])} and ${said(conflict[1])}: write them all alike`;
      return { name, kind: "unusable", reason, missing };
    }
    if (texts === 0 && !codes) return numericColumn(name, values, missing, seen.unit);
  }
  const note = codes
    ? `digits with leading zeros such as ${said(padded)} are codes, no numbers`
    : texts > 0 && texts <= present / 2
      ? `${present - texts} of ${present} values are numbers, but not ${said(firstText)}: ${remedy(cells[firstText], decimal)}`
      : undefined;
  if (as === "numeric") {
    const reason = note ?? `${said(firstText)} is no number: ${remedy(cells[firstText], decimal)}`;
    return { name, kind: "unusable", reason, missing };
  }
  const labels = Array.from({ length: rows }, (_, row) => textOf(cells[row], missingCells));
  const lacking = labels.reduce((sum, label) => sum + (label === undefined ? 1 : 0), 0);
  const distinct = new Set(labels);
  distinct.delete(undefined);
  const different = distinct.size;
  if (as === undefined && (different > MAX_CATEGORIES || 2 * different > rows - lacking)) {
    const reason =
      (codes ? `${note}, and ${different} different ones in ${rows - lacking} values no categories` : note) ??
      `${different} different texts in ${rows - lacking} values are no categories (first: ${said(firstText)})${hint(cells[firstText], decimal)}`;
    return { name, kind: "unusable", reason, missing: lacking };
  }
  const column = categoricalColumn(name, labels, lacking, note);
  return codes ? { ...column, codes } : column;
}

/** What to do about a text among numbers. */
function remedy(cell: Cell, decimal: Decimal): string {
  const text = String(cell).trim();
  return (
    hint(cell, decimal).slice(2) ||
    `correct it, or where it stands for nothing give --missing ${shellWord(text)}`
  );
}

/** What to do about a number that has the other decimal mark. */
function hint(cell: Cell, decimal: Decimal): string {
  const other = decimal === "point" ? "comma" : "point";
  if (typeof cell !== "string" || readNumber(cell, other) === undefined) return "";
  return `: it was read with a decimal ${decimal}, if that is wrong give --decimal ${other}`;
}

/** Units beside the numbers of a column: one currency, which zeros and totals may lack; or % beside all. */
class Units {
  unit: string | undefined;
  #first = -1;
  #bare = -1;
  #conflict: [number, number] | undefined;

  see(unit: string | undefined, row: number): void {
    if (unit === undefined) {
      if (this.#bare < 0) this.#bare = row;
    } else if (this.unit === undefined) [this.unit, this.#first] = [unit, row];
    else if (this.unit !== unit) this.#conflict ??= [this.#first, row];
  }

  /** Rows that are of different units. */
  get conflict(): readonly [number, number] | undefined {
    return this.#conflict ?? (this.unit === "%" && this.#bare >= 0 ? [this.#first, this.#bare] : undefined);
  }
}

function numericColumn(
  name: string,
  values: Float64Array<ArrayBuffer>,
  missing: number,
  unit?: string,
): NumericColumn {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const seen = new Set<number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    seen.add(value);
  }
  const found = { name, kind: "numeric", values, missing, range: [low, high], distinct: seen.size } as const;
  return unit === undefined ? found : { ...found, unit };
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
    numbers: true,
  };
}

function numberOf(cell: Cell, decimal: Decimal): { value: number; unit?: string } | undefined {
  if (typeof cell === "number") return Number.isFinite(cell) ? { value: cell } : undefined;
  return readNumber(cell!, decimal);
}

/** undefined where the cell is missing. */
function textOf(cell: Cell, missing: Missing): string | undefined {
  return missing.is(cell, "texts") ? undefined : String(cell).trim();
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
