import { PlateauError, quote } from "../errors.js";
import { openFit } from "../experiments/fit/directory.js";
import type { RawColumn, RawTable } from "../formats/raw-table.js";
import type { Cell } from "../formats/write-table.js";
import { readAs } from "../tables/column.js";
import type { InputColumn } from "../tables/encode.js";
import { readRawTable } from "../tables/read.js";
import { counted } from "../text.js";

/** Rows of a table and what a fit predicts for them. */
export interface FitPredictions {
  /** Names of the table's columns, then "predicted NAME" for each output. */
  readonly columns: readonly string[];
  /** A cell each; no prediction where an input is missing. */
  readonly rows: readonly (readonly Cell[])[];
  /** [rows, outputs] in the units of the table; NaN where there is none. */
  readonly predicted: Float32Array;
  readonly outputs: number;
}

/**
 * What a stored fit predicts for the rows of a table, whose columns are found by their names; without one for
 * its own test rows.
 * @param note told what rows were not predicted, or of what training did not see
 * @throws PlateauError `usage` where an input's column is not there, or a number is none; `io`, `format`
 */
export async function predictFit(
  folder: string,
  { inputs, rows }: { inputs?: string; rows?: number },
  note: (text: string) => void,
): Promise<FitPredictions> {
  const { data, model, stored } = await openFit(folder);
  const table = await readRawTable(inputs ?? stored.config.data);
  const columns = data.inputs.map((input) => columnOf(table, input));
  const all =
    inputs === undefined ? data.test.tableRows : Int32Array.from({ length: table.rows }, (_, i) => i);
  const chosen = [...all.subarray(0, rows)];
  const records = chosen.map((row) => recordAt(table, data.inputs, columns, row));
  const complete = records.filter((record) => record !== undefined);
  if (complete.length < chosen.length) {
    const without = chosen.length - complete.length;
    note(`${without} of ${counted(chosen.length, "row")} lack an input: they have no prediction`);
  }
  for (const input of data.inputs) noteStrange(input, complete, note);
  const found = complete.length > 0 ? data.decode(model.predict(data.encode(complete))) : [];
  const outputs = data.outputs.length;
  let next = 0;
  const cells = chosen.map((row, i) => {
    const at = records[i] ? outputs * next++ : undefined;
    const own = data.outputs.map((_, j) => (at === undefined ? null : found[at + j]));
    return [...table.columns.map(({ cells }) => cells[row]), ...own];
  });
  return {
    columns: [
      ...table.columns.map(({ name }) => name),
      ...data.outputs.map(({ name }) => `predicted ${name}`),
    ],
    rows: cells,
    predicted: Float32Array.from(
      cells.flatMap((row) =>
        row.slice(-outputs).map((value) => (value === null ? Number.NaN : Number(value))),
      ),
    ),
    outputs,
  };
}

function columnOf(table: RawTable, { name }: InputColumn): RawColumn {
  const column = table.columns.find((one) => one.name === name);
  if (!column) {
    const names = table.columns.map((one) => one.name).join(", ");
    throw new PlateauError(
      "usage",
      `${table.source} has no column ${quote(name)}, an input of the fit (it has: ${names})`,
    );
  }
  if (column.problem === undefined) return column;
  throw new PlateauError("usage", `${table.source}: column ${quote(name)} ${column.problem}`);
}

/** The inputs of a row; undefined where one is missing. */
function recordAt(
  table: RawTable,
  inputs: readonly InputColumn[],
  columns: readonly RawColumn[],
  row: number,
): Readonly<Record<string, number | string>> | undefined {
  const record: Record<string, number | string> = {};
  for (const [j, { name, kind }] of inputs.entries()) {
    const cell = columns[j].cells[row];
    const value = readAs(kind, cell);
    if (value === null) return undefined;
    if (value === undefined) {
      throw new PlateauError(
        "usage",
        `${table.source}, ${table.where(row)}: ${quote(name)} is ${quote(cell)}, expected a number`,
      );
    }
    record[name] = value;
  }
  return record;
}

/** A category that training did not see is read as none: that is said. */
function noteStrange(
  input: InputColumn,
  records: readonly Readonly<Record<string, unknown>>[],
  note: (text: string) => void,
): void {
  if (input.kind !== "categorical") return;
  const strange = records.filter((record) => !input.categories.includes(String(record[input.name])));
  if (strange.length === 0) return;
  const has = strange.length === 1 ? "has" : "have";
  note(
    `${counted(strange.length, "row")} ${has} a ${quote(input.name)} that training did not see (${quote(strange[0][input.name])}): none of its categories is set`,
  );
}
