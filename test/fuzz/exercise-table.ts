import type { RawTable } from "../../src/formats/raw-table.js";
import { describeTable, type Table, tableOf } from "../../src/tables/table.js";
import { tabularData } from "../../src/tables/tabular-data.js";
import { describeReport } from "../../src/tables/tabular-report.js";

/** What `plateau fit` does with a table before it trains: kinds, words for people, and training data for a column. */
export function exerciseTable(raw: RawTable): void {
  const table = tableOf(raw);
  describeTable(table);
  const output = table.columns.findLast(({ kind }) => kind === "numeric")?.name;
  if (output === undefined || table.rows < 4) return;
  const data = trainingData(table, output);
  if (!data) return;
  describeReport(data.report);
  const { inputs, train, decode, outputs } = data;
  if (train.x.some(Number.isNaN)) throw new Error("a row of training data that is no number");
  if (train.rows !== train.tableRows.length || train.x.length % train.rows !== 0)
    throw new Error("rows are lost");
  if (decode(train.y).length !== train.rows * outputs.length || inputs.length === 0)
    throw new Error("it is empty");
}

/** Of a table it is known that it can be read: that there is nothing to learn is no refusal of it. */
function trainingData(table: Table, output: string) {
  try {
    return tabularData(table, { output });
  } catch (error) {
    if ((error as Error).name !== "PlateauError") throw error;
    return undefined;
  }
}
