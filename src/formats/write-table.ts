import Papa from "papaparse";
import { PlateauError } from "../errors.js";
import type { Decimal } from "./number-text.js";

/** What stands in a place of a table; null where there is nothing. */
export type Cell = number | string | boolean | null;

/** How CSV is written. */
export interface CsvNotation {
  /** Default: a comma. */
  readonly delimiter?: string;
  /** Default `point`. */
  readonly decimal?: Decimal;
  /** Whether a byte-order mark says that it is UTF-8, without which spreadsheets take it for their own encoding. */
  readonly mark?: boolean;
}

/** A table as CSV (RFC 4180): one line of names, numbers in full, empty where there is no value. */
export function writeCsv(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  { delimiter = ",", decimal = "point", mark = false }: CsvNotation = {},
): string {
  const cell = (value: Cell) =>
    decimal === "comma" && typeof value === "number" ? String(value).replace(".", ",") : value;
  const data = rows.map((row) => row.map(cell));
  return `${mark ? "\ufeff" : ""}${Papa.unparse({ fields: [...columns], data }, { newline: "\n", delimiter })}\n`;
}

/**
 * A table as a Parquet file, by `hyparquet-writer`, an optional peer dependency that is loaded at the first
 * call. A column is of floating-point numbers, truth values, or else texts.
 * @throws PlateauError `usage` where hyparquet-writer is not installed
 */
export async function writeParquet(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<Uint8Array> {
  let writer: typeof import("hyparquet-writer");
  try {
    writer = await import("hyparquet-writer");
  } catch (cause) {
    const remedy = "Parquet files are written by the package hyparquet-writer: npm install hyparquet-writer";
    throw new PlateauError("usage", remedy, { cause });
  }
  const columnData = columns.map((name, c) => {
    const cells = rows.map((row) => row[c]);
    const all = (kind: string) => cells.every((cell) => cell === null || typeof cell === kind);
    const empty = cells.every((cell) => cell === null);
    if (!empty && all("number")) return { name, data: cells, type: "DOUBLE" as const, nullable: true };
    if (!empty && all("boolean")) return { name, data: cells, type: "BOOLEAN" as const, nullable: true };
    const data = cells.map((cell) => (cell === null ? null : String(cell)));
    return { name, data, type: "STRING" as const, nullable: true };
  });
  return new Uint8Array(writer.parquetWriteBuffer({ columnData }));
}
