import { PlateauError, quote } from "../errors.js";
import { parseNumber } from "../formats/number-text.js";
import { listed } from "../text.js";
import type { Column } from "./column.js";
import { restore, type Scale, standardise } from "./standardise.js";
import { findColumn, type Table } from "./table.js";

/** An input column as a model sees it: by what the training rows say of it. */
export type InputColumn = { readonly name: string; readonly width: number } & (
  | ({
      readonly kind: "numeric";
      readonly range: readonly [low: number, high: number];
      /** A currency or % that stood beside its numbers. */
      readonly unit?: string;
    } & Scale)
  | {
      readonly kind: "categorical";
      readonly categories: readonly string[];
      /** Whether they are numbers that are read as categories. */
      readonly numbers?: true;
    }
);

/** An output column as a model sees it. */
export type OutputColumn = { readonly name: string } & Scale;

/** The way from rows of a table to numbers of a model, and back. Its columns are plain JSON. */
export interface TabularColumns {
  readonly inputs: readonly InputColumn[];
  readonly outputs: readonly OutputColumn[];
  /** Numbers of x that each input has, in order: `columns` of the `tabular` architecture. */
  readonly widths: readonly number[];
  /** Names of the numbers of x: `weight`, `origin=USA`. */
  readonly features: readonly string[];
  /**
   * x [rows, features] of new rows, given as plain objects or as a table, whose columns are found by their names.
   * @throws PlateauError `usage` where an input is missing or not what its column was; `unknown-name` where a table
   *   has no such column
   */
  encode(rows: readonly Readonly<Record<string, unknown>>[] | Table): Float32Array<ArrayBuffer>;
  /** Outputs of a model [rows, outputs] in the units of the table. */
  decode(y: ArrayLike<number>): Float64Array<ArrayBuffer>;
}

export function tabularColumns(
  inputs: readonly InputColumn[],
  outputs: readonly OutputColumn[],
): TabularColumns {
  return {
    inputs,
    outputs,
    widths: inputs.map(({ width }) => width),
    features: inputs.flatMap((column) =>
      column.kind === "numeric" ? [column.name] : column.categories.map((label) => `${column.name}=${label}`),
    ),
    encode(given) {
      if (Array.isArray(given)) return encodeRecords(inputs, given);
      const table = requireTable(given);
      return encodeTable(
        inputs,
        table,
        Int32Array.from({ length: table.rows }, (_, row) => row),
      );
    },
    decode: (y) => Float64Array.from(y, (value, i) => restore(value, outputs[i % outputs.length])),
  };
}

/** What the columns of inputs have to be in another table, whatever their cells look like there. */
export function kindsOf(inputs: readonly InputColumn[]): Record<string, "numeric" | "categorical"> {
  return Object.fromEntries(
    inputs.map((input) => [
      input.name,
      input.kind === "numeric" || input.numbers ? ("numeric" as const) : ("categorical" as const),
    ]),
  );
}

const codesOf = new WeakMap<InputColumn, ReadonlyMap<string, number>>();

/** Writes a column's `width` numbers of one row into x, zeros before: standardised, or one-hot. */
export function writeFeatures(
  x: Float32Array,
  at: number,
  column: InputColumn,
  value: number | string,
): void {
  if (column.kind === "numeric") {
    x[at] = standardise(value as number, column);
    return;
  }
  let codes = codesOf.get(column);
  if (!codes) {
    codes = new Map(column.categories.map((category, code) => [category, code]));
    codesOf.set(column, codes);
  }
  const code = codes.get(value as string);
  if (code !== undefined) x[at + code] = 1;
}

const featuresOf = (columns: readonly InputColumn[]) => columns.reduce((sum, { width }) => sum + width, 0);

/** x [records, features] of plain objects. */
function encodeRecords(
  columns: readonly InputColumn[],
  records: readonly unknown[],
): Float32Array<ArrayBuffer> {
  const features = featuresOf(columns);
  const x = new Float32Array(records.length * features);
  for (const [i, record] of records.entries()) {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      throw new PlateauError(
        "usage",
        `record ${i + 1} is ${quote(record)}: expected an object of named values`,
      );
    }
    let at = i * features;
    for (const column of columns) {
      const value = Object.hasOwn(record, column.name)
        ? (record as Record<string, unknown>)[column.name]
        : undefined;
      writeFeatures(x, at, column, checked(value, column, i));
      at += column.width;
    }
  }
  return x;
}

function checked(value: unknown, column: InputColumn, record: number): number | string {
  const { name, kind } = column;
  if (kind === "numeric" || column.numbers) {
    const number = typeof value === "string" ? parseNumber(value) : value;
    if (typeof number === "number" && Number.isFinite(number))
      return kind === "numeric" ? number : String(number);
  } else if (
    (typeof value === "string" && value !== "") ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return String(value).trim();
  }
  const expected =
    kind === "numeric"
      ? "a number"
      : `a category (${column.categories.slice(0, 4).map(listed).join(", ")}${column.categories.length > 4 ? ", …" : ""})`;
  throw new PlateauError(
    "usage",
    `record ${record + 1}: ${quote(name)} is ${quote(value)}, expected ${expected}`,
  );
}

/**
 * x [rows, features] of some rows of a table.
 * @throws PlateauError `unknown-name`, `usage` where a column or cell is not what training had
 */
export function encodeTable(
  columns: readonly InputColumn[],
  table: Table,
  rows: Int32Array,
): Float32Array<ArrayBuffer> {
  const features = featuresOf(columns);
  const x = new Float32Array(rows.length * features);
  let from = 0;
  for (const column of columns) {
    const valueAt = cellsOf(table, column);
    for (let i = 0; i < rows.length; i++) {
      const value = valueAt(rows[i]);
      if (value === undefined) {
        throw new PlateauError(
          "usage",
          `${table.source}: ${quote(column.name)} has no value in row ${rows[i] + 1}: leave such rows out`,
        );
      }
      writeFeatures(x, i * features + from, column, value);
    }
    from += column.width;
  }
  return x;
}

/** What a table has of an input, row by row; undefined where it is missing. @throws PlateauError `usage`, `unknown-name` */
export function cellsOf(table: Table, input: InputColumn): (row: number) => number | string | undefined {
  const column = findColumn(table, input.name);
  const refuse = (problem: string) =>
    new PlateauError("usage", `${table.source}: input ${quote(input.name)} ${problem}`);
  if (column.kind === "unusable") throw refuse(`cannot be used: ${column.reason}`);
  if (input.kind === "numeric" || input.numbers) {
    if (column.kind !== "numeric") {
      throw refuse(
        `has the categories ${column.categories.slice(0, 4).map(quote).join(", ")}, expected numbers`,
      );
    }
    if (input.kind === "numeric") requireUnit(column, input.unit, refuse);
    return (row) => {
      const value = column.values[row];
      return Number.isNaN(value) ? undefined : input.kind === "numeric" ? value : String(value);
    };
  }
  if (column.kind === "numeric") {
    return (row) => (Number.isNaN(column.values[row]) ? undefined : String(column.values[row]));
  }
  return (row) => column.categories[column.values[row]];
}

/** 12% is no 0.12, and 5 € are no 5 $; a currency may be left out. */
function requireUnit(
  { unit }: Column & { readonly kind: "numeric" },
  expected: string | undefined,
  refuse: (problem: string) => PlateauError,
): void {
  if (unit === expected) return;
  if (unit !== "%" && expected !== "%" && (unit === undefined || expected === undefined)) return;
  const has = unit === undefined ? "numbers without a unit" : `numbers in ${unit}`;
  throw refuse(`has ${has}, the model was trained on ${expected ?? "numbers without a unit"}: convert them`);
}

function requireTable(given: unknown): Table {
  const { rows, columns } = (given ?? {}) as Partial<Table>;
  if (typeof rows === "number" && Array.isArray(columns)) return given as Table;
  throw new PlateauError(
    "usage",
    `rows to encode are ${quote(given)}: expected a list of objects such as [{ weight: 3504 }], or a table`,
  );
}
