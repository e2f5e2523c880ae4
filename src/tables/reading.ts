import * as v from "valibot";
import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import type { Encoding } from "../formats/decode-text.js";
import { type Decimal, readNumber } from "../formats/number-text.js";
import type { Layout, RawTable } from "../formats/raw-table.js";
import { counted, listed } from "../text.js";
import { check, oneOf } from "../validate.js";
import { type Column, inferColumn } from "./column.js";
import { datesIn } from "./dates.js";
import { type Decimals, decideDecimals } from "./decimal.js";
import { type Missing, missingBy } from "./missing.js";

export const decimalSchema = v.optional(oneOf(["point", "comma"]));

/** What the texts of a table mean. */
export interface NotationOptions {
  /** What stands before the fraction of numbers. Default: told by the numbers, or an error where they do not tell. */
  readonly decimal?: Decimal;
  /** Texts that are read as missing, beside those that always are (`NA`, `n/a`, `#N/A`, … and, among numbers, `-`). */
  readonly missing?: readonly string[];
  /** How a table was read before: what is done where neither an option nor this table tells. */
  readonly like?: Reading;
  /** What columns have to be, whatever their cells look like. */
  readonly kinds?: Readonly<Record<string, "numeric" | "categorical">>;
}

/** What was understood of a table's text. Plain JSON: the next table can be read the same way. */
export interface Reading {
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly header?: boolean;
  /** Titles above the table. */
  readonly skipped?: readonly string[];
  /** Notes below it. */
  readonly notes?: readonly string[];
  /** Last rows that seem to be sums of the others. */
  readonly totals?: readonly string[];
  readonly renamed?: readonly string[];
  /** Absent where no number has a point or a comma, or columns differ. */
  readonly decimal?: Decimal;
  /** By column, where they differ. */
  readonly decimals?: Readonly<Record<string, Decimal>>;
  /** What stood between thousands. */
  readonly thousands?: readonly string[];
  /** The first number of each way to be negative without a sign before it: "(5)", "5-". */
  readonly negatives?: readonly string[];
  /** What stood beside the numbers of a column and is no part of them. */
  readonly units?: Readonly<Record<string, string>>;
  /** Columns of digits that were read as texts, as some have leading zeros. */
  readonly codes?: readonly string[];
  /** Texts that stood for nothing ("" is an empty cell), and in how many cells of the columns that can be used. */
  readonly missing?: Readonly<Record<string, number>>;
  /** Texts that were named to be missing. */
  readonly named?: readonly string[];
}

/** Infers the columns of a table, and says what was understood. @throws PlateauError `format`, `usage` */
export function readColumns(
  given: RawTable,
  options: NotationOptions = {},
): { columns: Column[]; reading: Reading | undefined } {
  const { layout } = given;
  const decimal = check("decimal", decimalSchema, options.decimal);
  const { like, kinds = {} } = options;
  const named = options.missing ?? like?.named ?? [];
  if (!Array.isArray(named) || named.some((text) => typeof text !== "string")) {
    throw new PlateauError("usage", `missing is ${JSON.stringify(named)}: expected a list of texts`);
  }
  const missing = missingBy(named);
  const kindOf = (name: string) => (Object.hasOwn(kinds, name) ? kinds[name] : undefined);
  // Dates are put aside first: their points are no decimal marks.
  const table: RawTable = {
    ...given,
    columns: given.columns.map((column) => {
      const problem = kindOf(column.name) ? undefined : datesIn(column, given.rows, missing);
      return problem === undefined ? column : { ...column, problem };
    }),
  };
  const likely = like && like.delimiter === layout?.delimiter ? like.decimal : undefined;
  const decimals = decideDecimals(table, missing, decimal, likely);
  const columns = table.columns.map((column, i) => {
    const as = kindOf(column.name);
    return inferColumn(column, table.rows, table.where, { decimal: decimals[i], missing, as });
  });
  return { columns, reading: readingOf(table, columns, decimals, missing, named) };
}

function readingOf(
  table: RawTable,
  columns: readonly Column[],
  decimals: Decimals,
  missing: Missing,
  named: readonly string[],
): Reading | undefined {
  const used: Record<string, Decimal> = {};
  const units: Record<string, string> = {};
  const thousands = new Set<string>();
  const negatives = new Map<string, string>();
  const absent = new Map<string, number>();
  for (const [i, column] of columns.entries()) {
    if (column.kind === "unusable") continue;
    const { cells } = table.columns[i];
    if (column.kind === "numeric" && column.unit !== undefined) units[column.name] = column.unit;
    for (let row = 0; row < table.rows; row++) {
      const cell = cells[row];
      if (missing.is(cell, column.kind === "numeric" ? "numbers" : "texts")) {
        const text = cell === null || typeof cell === "number" ? String(cell ?? "") : cell.trim();
        // What no file wrote needs no words.
        if (text === "" && !table.layout) continue;
        absent.set(text, (absent.get(text) ?? 0) + 1);
      } else if (column.kind === "numeric" && typeof cell === "string") {
        if (/[.,]/.test(cell)) used[column.name] ??= decimals[i] ?? "point";
        if (!/\d[.,'’\s]\d|[-\u2212)]\D*$/.test(cell)) continue;
        const number = readNumber(cell, decimals[i] ?? "point");
        if (number?.thousands) thousands.add(number.thousands);
        if (number?.negative && !negatives.has(number.negative)) negatives.set(number.negative, cell.trim());
      }
    }
  }
  const codes = columns.filter((column) => column.kind === "categorical" && column.codes);
  const marks = new Set(Object.values(used));
  const found: Reading = {
    ...layoutOf(table.layout),
    ...(marks.size === 1 ? { decimal: [...marks][0] } : {}),
    ...(marks.size > 1 ? { decimals: used } : {}),
    ...(thousands.size > 0 ? { thousands: [...thousands] } : {}),
    ...(negatives.size > 0 ? { negatives: [...negatives.values()] } : {}),
    ...(Object.keys(units).length > 0 ? { units } : {}),
    ...(codes.length > 0 ? { codes: codes.map(({ name }) => name) } : {}),
    ...(absent.size > 0 ? { missing: Object.fromEntries(absent) } : {}),
    ...(named.length > 0 ? { named: [...named] } : {}),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}

function layoutOf(found: Layout | undefined): Reading {
  if (!found) return {};
  const { skipped, renamed, ...rest } = found;
  return {
    ...rest,
    ...(skipped.length > 0 ? { skipped } : {}),
    ...(renamed.length > 0 ? { renamed } : {}),
  };
}

const NAMES: Readonly<Record<string, string>> = {
  "\t": "tab",
  " ": "space",
  "\u00a0": "space",
  "\u202f": "space",
  "\u2009": "space",
};
const shown = (text: string) => NAMES[text] ?? JSON.stringify(text);

/**
 * The same in one line, for people; undefined where there is nothing to say.
 * @throws PlateauError `usage` where it is none
 */
export function describeReading(reading: Reading): string | undefined {
  requireArguments("describeReading", { reading: [reading, "object"] });
  const { delimiter, encoding, header, decimal, decimals, units, missing = {} } = reading;
  const parts: string[] = [];
  if (encoding !== undefined && encoding !== "UTF-8") parts.push(encoding);
  if (delimiter !== undefined) parts.push(`delimiter ${shown(delimiter)}`);
  if (header === false) parts.push("no header");
  for (const title of reading.skipped ?? [])
    parts.push(`${JSON.stringify(title.slice(0, 40))} above it skipped`);
  for (const note of reading.notes ?? []) parts.push(`${JSON.stringify(note.slice(0, 40))} below it skipped`);
  for (const total of reading.totals ?? [])
    parts.push(`${JSON.stringify(total.slice(0, 40))} is a row like others, take it away if it is none`);
  for (const name of reading.renamed ?? []) {
    parts.push(`another ${JSON.stringify(name.replace(/ \(\d+\)$/, ""))} is called ${JSON.stringify(name)}`);
  }
  if (decimal !== undefined) parts.push(`decimal ${decimal}`);
  for (const mark of ["point", "comma"] as const) {
    const names = Object.entries(decimals ?? {}).filter(([, own]) => own === mark);
    if (names.length > 0) parts.push(`decimal ${mark} in ${names.map(([name]) => listed(name)).join(", ")}`);
  }
  if (reading.thousands) parts.push(`thousands ${[...new Set(reading.thousands.map(shown))].join(" and ")}`);
  if (reading.negatives)
    parts.push(`negative ${reading.negatives.map((text) => JSON.stringify(text)).join(" and ")}`);
  for (const [name, unit] of Object.entries(units ?? {})) {
    parts.push(unit === "%" ? `${listed(name)} in % (12% is 12)` : `${listed(name)} in ${unit}`);
  }
  if (reading.codes) parts.push(`${reading.codes.map(listed).join(", ")} as texts (leading zeros)`);
  const cells = Object.values(missing).reduce((sum, count) => sum + count, 0);
  if (cells > 0) {
    const texts = Object.keys(missing).map((text) => (text === "" ? "empty" : JSON.stringify(text)));
    parts.push(`${counted(cells, "cell")} missing (${texts.join(", ")})`);
  }
  return parts.length > 0 ? `read as: ${parts.join(", ")}` : undefined;
}
