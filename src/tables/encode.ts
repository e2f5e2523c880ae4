import { PlateauError, quote } from "../errors.js";
import { parseNumber } from "../formats/csv.js";
import { type Scale, standardise } from "./standardise.js";

/** An input column as a model sees it: by what the training rows say of it. */
export type InputColumn = { readonly name: string; readonly width: number } & (
  | ({ readonly kind: "numeric"; readonly range: readonly [low: number, high: number] } & Scale)
  | { readonly kind: "categorical"; readonly categories: readonly string[] }
);

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

/** x [records, features] of plain objects. */
export function encodeRecords(
  columns: readonly InputColumn[],
  features: number,
  records: readonly Readonly<Record<string, unknown>>[],
): Float32Array<ArrayBuffer> {
  const x = new Float32Array(records.length * features);
  for (const [i, record] of records.entries()) {
    let at = i * features;
    for (const column of columns) {
      const value = Object.hasOwn(record, column.name) ? record[column.name] : undefined;
      writeFeatures(x, at, column, checked(value, column, i));
      at += column.width;
    }
  }
  return x;
}

function checked(value: unknown, { name, kind }: InputColumn, record: number): number | string {
  if (kind === "numeric") {
    const number = typeof value === "string" ? parseNumber(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
  } else if (
    (typeof value === "string" && value !== "") ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return String(value).trim();
  }
  const expected = kind === "numeric" ? "a number" : "a category";
  throw new PlateauError(
    "usage",
    `record ${record + 1}: ${quote(name)} is ${quote(value)}, expected ${expected}`,
  );
}
