import Papa from "papaparse";
import { PlateauError } from "../errors.js";

/** What stands in a place of a table; null where there is nothing. */
export type Cell = number | string | boolean | null;

/** A table as CSV (RFC 4180): one line of names, numbers in full, empty where there is no value. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) }, { newline: "\n" });
  return `${text}\n`;
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
