import { PlateauError } from "../errors.js";
import type { Encoding } from "./decode-text.js";

/** One place of a table as a file holds it. null: nothing is there. */
export type Cell = string | number | null;

/** A table before its columns' types are inferred. */
export interface RawTable {
  /** Names the file in messages. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly RawColumn[];
  /** Where row i (from 0) is found in the file: "line 17". */
  readonly where: (row: number) => string;
  /** How a file of text was taken apart. */
  readonly layout?: Layout;
}

/** How a file of text was taken apart into fields. Plain JSON. */
export interface Layout {
  readonly delimiter: string;
  readonly encoding: Encoding;
  /** Whether a line named the columns. */
  readonly header: boolean;
  /** Titles above the table, which are no part of it. */
  readonly skipped: readonly string[];
  /** Notes below it, which are not either. */
  readonly notes?: readonly string[];
  /** Last rows that seem to be sums of the others. */
  readonly totals?: readonly string[];
  /** Columns that were given another name, as theirs was taken. */
  readonly renamed: readonly string[];
}

export interface RawColumn {
  readonly name: string;
  readonly cells: ArrayLike<Cell>;
  /** Why its cells cannot be read as numbers or texts (lists, objects): they are then absent. */
  readonly problem?: string;
}

/** Bytes of a table's file that are read into memory. */
export const MAX_TABLE_BYTES = 2 ** 28;
export const MAX_COLUMNS = 4096;
export const MAX_CELLS = 2 ** 24;

/** @throws PlateauError `format` when a table is wider or larger than is read into memory. */
export function checkTableSize(source: string, rows: number, columns: number): void {
  if (columns > MAX_COLUMNS) {
    throw new PlateauError("format", `${source}: ${columns} columns, at most ${MAX_COLUMNS} are read`);
  }
  if (rows * columns > MAX_CELLS) {
    throw new PlateauError(
      "format",
      `${source}: ${rows} rows of ${columns} columns, at most ${MAX_CELLS} cells are read: take fewer rows or columns`,
    );
  }
}

/** @throws PlateauError `format` when two columns have one name. */
export function checkNames(source: string, names: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new PlateauError(
        "format",
        `${source}: columns ${first + 1} and ${i + 1} are both named ${JSON.stringify(name)}: rename one`,
      );
    }
    seen.set(name, i);
  }
}
