import { requireArguments } from "../arguments.js";
import { unknownName } from "../errors.js";
import { recordsTable } from "../formats/json-table.js";
import type { RawTable } from "../formats/raw-table.js";
import { listed } from "../text.js";
import type { Column } from "./column.js";
import { describeReading, type NotationOptions, type Reading, readColumns } from "./reading.js";

/** The user's data: columns of equal length with their kinds. */
export interface Table {
  /** Where it came from, for messages. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** What was understood of its text, where it was text. */
  readonly reading?: Reading;
}

/**
 * Infers what numbers are written like, and every column's kind.
 * @throws PlateauError `format` where a number can be read in two ways and nothing in the table tells which
 */
export function tableOf(raw: RawTable, options: NotationOptions = {}): Table {
  const { columns, reading } = readColumns(raw, options);
  return { source: raw.source, rows: raw.rows, columns, ...(reading ? { reading } : {}) };
}

/**
 * A table of records in memory: `[{ weight: 3504, origin: "USA" }, …]`. Columns are all keys; null,
 * undefined and NaN are missing values; booleans are texts, and dates are not read.
 * @throws PlateauError `format` where a record is no object, or there are none, or as `tableOf`
 */
export function tableOfRecords(
  records: readonly object[],
  source = "records",
  options: NotationOptions = {},
): Table {
  return tableOf(recordsTable(records, source), options);
}

/** @throws PlateauError `unknown-name` with the names that there are */
export function findColumn(table: Table, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (!column) {
    const names = table.columns.map((one) => listed(one.name));
    throw unknownName(`column of ${table.source}`, name, names);
  }
  return column;
}

/** Whether all values that a column has are the same. */
export function isConstant(column: Column): boolean {
  if (column.kind === "numeric") return column.distinct === 1;
  return column.kind === "categorical" && column.categories.length === 1;
}

/**
 * A table for people: one line a column with its kind, its range or categories, and what is missing.
 * @throws PlateauError `usage` where it is none
 */
export function describeTable(table: Table): string {
  requireArguments("describeTable", { table: [table, "Table: source rows columns"] });
  const width = Math.max(...table.columns.map(({ name }) => plain(name).length));
  const lines = table.columns.map(
    (column) => `  ${plain(column.name).padEnd(width)}  ${describeColumn(column)}`,
  );
  const read = table.reading && describeReading(table.reading);
  const head = `${table.source}: ${table.rows} rows, ${table.columns.length} columns`;
  return [head, ...(read ? [plain(read, 400)] : []), ...lines].join("\n");
}

function describeColumn(column: Column): string {
  const missing = column.missing > 0 ? `, ${column.missing} missing` : "";
  switch (column.kind) {
    case "numeric": {
      const [low, high] = column.range;
      const unit = column.unit === undefined ? "" : ` ${column.unit}`;
      const range = isConstant(column)
        ? `constant ${low}${unit}`
        : `${low} to ${high}${unit}, ${column.distinct} different`;
      return `numeric: ${range}${missing}`;
    }
    case "categorical": {
      const { categories, note } = column;
      const shown =
        categories
          .slice(0, 4)
          .map((name) => listed(plain(name)))
          .join(", ") + (categories.length > 4 ? ", …" : "");
      const what = isConstant(column) ? `constant ${shown}` : `${categories.length} (${shown})`;
      return `categorical: ${what}${missing}${note ? `; ${note}` : ""}`;
    }
    case "unusable":
      return `not usable: ${column.reason}${missing}`;
  }
}

/** A file's text as a terminal may show it: short, without control characters. */
export function plain(text: string, most = 40): string {
  const shown = text.replace(/\p{C}/gu, "·");
  return shown.length > most ? `${shown.slice(0, most - 1)}…` : shown;
}
