import { PlateauError, quote } from "../errors.js";
import { type Cell, checkTableSize, type RawTable } from "./raw-table.js";

/**
 * Reads a JSON array of flat records: `[{"weight": 3504, "origin": "USA"}, …]`.
 * @throws PlateauError `format` when the text is no such array
 */
export function readJsonTable(bytes: Uint8Array, source = "JSON file"): RawTable {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new PlateauError("format", `${source}: no JSON: ${(cause as Error).message}`);
  }
  return recordsTable(parsed, source);
}

/**
 * An array of flat records as a table. Columns are all keys, in the order in which they first appear; a key
 * that a record lacks, null and undefined are missing values; booleans are texts, dates texts in ISO 8601.
 * A column with lists or objects in it is kept with its problem.
 * @throws PlateauError `format`
 */
export function recordsTable(records: unknown, source: string): RawTable {
  const fail = (problem: string): never => {
    throw new PlateauError("format", `${String(source)}: ${problem}`);
  };
  if (!Array.isArray(records)) return fail(`holds ${nameOf(records)}, expected an array of records`);
  if (records.length === 0) return fail("no data: the array is empty");
  const columns = new Map<string, { cells: Cell[]; problem?: string }>();
  for (const [row, record] of (records as unknown[]).entries()) {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      return fail(`record ${row + 1} is ${nameOf(record)}, expected an object of named values`);
    }
    for (const [name, value] of Object.entries(record)) {
      let column = columns.get(name);
      if (!column) {
        checkTableSize(source, records.length, columns.size + 1);
        columns.set(name, (column = { cells: new Array<Cell>(records.length).fill(null) }));
      }
      const cell = cellOf(value);
      if (cell !== undefined) column.cells[row] = cell;
      else column.problem ??= `holds ${nameOf(value)} in record ${row + 1}`;
    }
  }
  if (columns.size === 0) return fail("no data: the records are empty");
  return {
    source,
    rows: records.length,
    columns: [...columns].map(([name, { cells, problem }]) => ({ name, cells, problem })),
    where: (row) => `record ${row + 1}`,
  };
}

/** undefined where the value is neither number nor text nor nothing. */
function cellOf(value: unknown): Cell | undefined {
  if (typeof value === "number" || typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return undefined;
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
    return `a ${typeof value}`;
  }
  return typeof value === "object" && value !== null ? "an object" : quote(value);
}
