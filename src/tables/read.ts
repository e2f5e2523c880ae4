import * as path from "node:path";
import { requireArguments } from "../arguments.js";
import { PlateauError, quote } from "../errors.js";
import { readFileChecked } from "../files/read.js";
import { type CsvOptions, readCsv } from "../formats/csv.js";
import { readJsonTable } from "../formats/json-table.js";
import { npyTable } from "../formats/npy.js";
import { readParquet } from "../formats/parquet.js";
import { MAX_TABLE_BYTES, type RawTable } from "../formats/raw-table.js";
import type { NotationOptions } from "./reading.js";
import { type Table, tableOf } from "./table.js";

/** How a table is read. `header` and `delimiter` are of CSV alone. */
export interface ReadTableOptions extends CsvOptions, NotationOptions {}

type Reader = (bytes: Uint8Array, source: string, options: CsvOptions) => RawTable | Promise<RawTable>;

const tsv: Reader = (bytes, source, { delimiter = "\t", header }) =>
  readCsv(bytes, source, { delimiter, header });

const SPREADSHEETS = [".xlsx", ".xls", ".xlsm", ".ods", ".numbers"];

/** Readers by the ending of a file's name: one line each. */
const readers: Record<string, Reader> = {
  ".csv": readCsv,
  ".json": readJsonTable,
  ".npy": npyTable,
  ".parquet": readParquet,
  ".tsv": tsv,
  ".txt": readCsv,
};

/**
 * Reads a table from a file: CSV (.csv, .tsv, .txt), a JSON array of records (.json), Parquet (.parquet,
 * with the optional package hyparquet), NumPy (.npy). Kinds of columns are inferred.
 * @throws PlateauError `io` when the file cannot be read, `format` saying what is wrong in it and where,
 * `usage` for an ending that is not known
 */
export async function readTable(file: string, options: ReadTableOptions = {}): Promise<Table> {
  requireArguments("readTable", { file: [file, "text"], options: [options, "object?"] });
  return tableOf(await readRawTable(file, options), options);
}

/** The same before kinds are inferred. @throws PlateauError as `readTable` */
export async function readRawTable(file: string, options: CsvOptions = {}): Promise<RawTable> {
  const ending = path.extname(file).toLowerCase();
  if (SPREADSHEETS.includes(ending)) {
    throw new PlateauError(
      "usage",
      `${quote(file)} is a workbook, which is not read: save the sheet as CSV (in Excel: Save As, CSV UTF-8) and give that`,
    );
  }
  if (!Object.hasOwn(readers, ending)) {
    const known = Object.keys(readers).join(", ");
    throw new PlateauError(
      "usage",
      `cannot tell what ${quote(file)} holds: its name must end with one of ${known}`,
    );
  }
  const bytes = readFileChecked(file, MAX_TABLE_BYTES);
  return readers[ending](bytes, path.basename(file), options);
}
