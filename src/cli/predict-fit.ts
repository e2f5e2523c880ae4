import { PlateauError, quote } from "../errors.js";
import { type OpenedFit, openFit } from "../experiments/fit/open.js";
import type { RawTable } from "../formats/raw-table.js";
import type { Cell } from "../formats/write-table.js";
import { attentionMaps } from "../nn/attention-maps.js";
import { cellsOf, encodeTable, type InputColumn, kindsOf } from "../tables/encode.js";
import { readRawTable } from "../tables/read.js";
import { describeReading } from "../tables/reading.js";
import { type Table, tableOf } from "../tables/table.js";
import { counted, listed } from "../text.js";
import { prepareBuild } from "./build.js";
import type { Asked, Predictor } from "./predicting.js";
import { describeUnseen } from "./unseen.js";

/**
 * What a stored fit predicts for the rows of a table, whose columns are found by their names; without one for
 * its own test rows. "predicted NAME" follows the columns that the table has; the array is [rows, outputs] in the
 * units of the table. CSV is written as the table's own is.
 */
export const predictFit: Predictor = async (folder, asked) => {
  prepareBuild("strict");
  const { rows, signal, note } = asked;
  const fit = await openFit(folder, asked);
  const { columns, model } = fit;
  const raw = await rawTable(fit, asked);
  const table = typed(raw, fit, asked);
  const own = asked.inputs === undefined ? await fit.data() : undefined;
  const chosen = (own ? own.test.tableRows : Int32Array.from({ length: raw.rows }, (_, i) => i)).subarray(
    0,
    rows,
  );
  const complete = completeRows(columns.inputs, table, chosen);
  const lacking = chosen.length - complete.length;
  if (asked.inputs !== undefined) {
    const read = table.reading && describeReading(table.reading);
    if (read) note(`${table.source} ${read}`);
    for (const text of describeUnseen(columns.inputs, table, complete)) note(text);
  }
  if (lacking > 0)
    note(`${lacking} of ${counted(chosen.length, "row")} lack an input: they have no prediction`);

  const x = encodeTable(columns.inputs, table, complete);
  const found = complete.length > 0 ? columns.decode(model.predict(x, { signal })) : [];
  const outputs = columns.outputs.length;
  const predicted = new Float32Array(chosen.length * outputs).fill(Number.NaN);
  const at = new Map([...complete].map((row, i) => [row, i]));
  const cells = [...chosen].map((row, i) => {
    const place = at.get(row);
    const answers = columns.outputs.map((_, j) => (place === undefined ? null : found[place * outputs + j]));
    for (const [j, value] of answers.entries()) if (value !== null) predicted[i * outputs + j] = value;
    return [...raw.columns.map(({ cells }) => cells[row] ?? null), ...answers];
  });
  const given = raw.columns.map(({ name }) => name);
  const numbers = numbersOf(raw, table, columns.outputs);
  return {
    shape: [chosen.length, outputs],
    predicted,
    columns: [...given, ...columns.outputs.map(({ name }) => unused(`predicted ${name}`, given))],
    rows: cells,
    typedRows: cells.map((row, i) => row.map((cell, c) => (numbers[c] ? numbers[c](chosen[i]) : cell))),
    notation: {
      delimiter: [";", "\t"].find((one) => one === raw.layout?.delimiter),
      decimal: table.reading?.decimal,
      mark: raw.layout !== undefined && raw.layout.encoding !== "UTF-8",
    },
    maps: asked.attention && complete.length > 0 ? attentionMaps(model, x, { signal }) : [],
  };
};

/** What numeric columns hold, by place; undefined for others, null for a cell that was read as missing. */
function numbersOf(
  raw: RawTable,
  table: Table,
  outputs: readonly { readonly name: string }[],
): (((row: number) => Cell) | undefined)[] {
  return raw.columns.map((one) => {
    let column = table.columns.find(({ name }) => name === one.name);
    if (!column && outputs.some(({ name }) => name === one.name)) {
      try {
        // The answers that there are: to be told from predictions, they have to be numbers, too.
        [column] = tableOf({ ...raw, columns: [one] }, { decimal: table.reading?.decimal }).columns;
      } catch {
        // It cannot be read without being told how: its texts stay.
      }
    }
    if (column?.kind !== "numeric") return undefined;
    const { values } = column;
    return (row) => (Number.isNaN(values[row]) ? null : values[row]);
  });
}

/** A name that a table has no column of: with (2), (3) … behind it where answers of before stand there. */
function unused(name: string, taken: readonly string[]): string {
  let free = name;
  for (let number = 2; taken.includes(free); number++) free = `${name} (${number})`;
  return free;
}

async function rawTable({ stored, tableFile }: OpenedFit, { inputs, delimiter }: Asked): Promise<RawTable> {
  if (inputs !== undefined) return readRawTable(inputs, { delimiter });
  const { reading, config } = stored;
  return readRawTable(await tableFile(), {
    delimiter: config.delimiter ?? reading?.delimiter,
    header: reading?.header,
  });
}

/** The table with the inputs of the fit as the kinds that they were, read like the fit's own where it does not tell. */
function typed(raw: RawTable, { stored, columns }: OpenedFit, { decimal, missing }: Asked): Table {
  const { config, reading } = stored;
  for (const { name } of columns.inputs) {
    if (raw.columns.some((one) => one.name === name)) continue;
    const names = raw.columns.map((one) => listed(one.name)).join(", ");
    throw new PlateauError(
      "usage",
      `${raw.source} has no column ${quote(name)}, an input of the fit (it has: ${names})`,
    );
  }
  // Others are written out as they are, whatever they hold.
  const inputs = raw.columns.filter(({ name }) => columns.inputs.some((input) => input.name === name));
  const kinds = kindsOf(columns.inputs);
  return tableOf(
    { ...raw, columns: inputs },
    { decimal: decimal ?? config.decimal, missing: missing ?? config.missing, like: reading, kinds },
  );
}

function completeRows(
  inputs: readonly InputColumn[],
  table: Table,
  rows: Int32Array<ArrayBuffer>,
): Int32Array<ArrayBuffer> {
  const cells = inputs.map((input) => cellsOf(table, input));
  return rows.filter((row) => cells.every((at) => at(row) !== undefined));
}
