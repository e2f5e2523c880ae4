import { PlateauError, quote } from "../errors.js";
import { type Cell, checkTableSize, type RawTable } from "./raw-table.js";

/**
 * Reads a JSON array of flat records: `[{"weight": 3504, "origin": "USA"}, …]`. Columns are all keys, in
 * the order in which they first appear; a key that a record lacks, and null, are missing values; true and
 * false are texts. A column with lists or objects in it is kept with its problem.
 * @throws PlateauError `format` when the text is no such array.
 */
export function readJsonTable(bytes: Uint8Array, source = "JSON file"): RawTable {
  const fail = (problem: string): never => {
    throw new PlateauError("format", `${source}: ${problem}`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    return fail(`no JSON: ${(cause as Error).message}`);
  }
  if (!Array.isArray(parsed)) return fail(`holds ${nameOf(parsed)}, expected an array of records`);
  if (parsed.length === 0) return fail("no data: the array is empty");
  const records: unknown[] = parsed;
  const columns = new Map<string, { cells: Cell[]; problem?: string }>();
  for (const [row, record] of records.entries()) {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      return fail(`record ${row + 1} is ${nameOf(record)}, expected an object of named values`);
    }
    for (const [name, value] of Object.entries(record)) {
      let column = columns.get(name);
      if (!column) {
        checkTableSize(source, records.length, columns.size + 1);
        columns.set(name, (column = { cells: new Array<Cell>(records.length).fill(null) }));
      }
      if (typeof value === "number" || typeof value === "string") column.cells[row] = value;
      else if (typeof value === "boolean") column.cells[row] = String(value);
      else if (value !== null) column.problem ??= `holds ${nameOf(value)} in record ${row + 1}`;
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

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : quote(value);
}
