import { join } from "node:path";
import { Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import { tableAsSources } from "../../experiments/fit/open.js";
import { heldAt, requireHeld } from "../../experiments/held.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { makeFolder } from "../../files/folder.js";
import { requireNotOver } from "../../files/not-over.js";
import { writeNpy } from "../../formats/npy.js";
import { writeCsv, writeParquet } from "../../formats/write-table.js";
import { counted } from "../../text.js";
import { interruptible } from "../interrupt.js";
import { requireNoModule, type TargetModule, targetModuleOption } from "../module-target.js";
import { addMovedTable, type MovedTable, requireNoTable } from "../moved-table.js";
import { parseNumber } from "../number.js";
import { note, whole } from "../output.js";
import { predictFit } from "../predict-fit.js";
import { predictRun } from "../predict-run.js";
import type { Predicted } from "../predicting.js";
import { exitCodes } from "../report.js";
import { addTableOptions, type TableFlags } from "../table-options.js";
import { type CliCommand, examples } from "./command.js";

interface PredictFlags extends TableFlags, MovedTable, TargetModule {
  output: string;
  inputs?: string;
  rows?: number;
  attention?: string;
  quiet?: boolean;
}

type Write = (predicted: Predicted) => string | Uint8Array | Promise<Uint8Array>;

/** What the output can be, by the ending of its name. */
const writers: Readonly<Record<string, Write>> = {
  ".npy": ({ shape, predicted }) => writeNpy(shape, predicted),
  ".csv": ({ columns, rows, notation }) => writeCsv(columns, rows, notation),
  ".tsv": ({ columns, rows, notation }) => writeCsv(columns, rows, { ...notation, delimiter: "\t" }),
  ".parquet": ({ columns, rows, typedRows = rows }) => writeParquet(columns, typedRows),
  ".json": ({ columns, rows, typedRows = rows }) => {
    const records = typedRows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i], cell])));
    return `${JSON.stringify(records)}\n`;
  },
};

const HELP = `
An .npy file has the predictions, float32 [rows, output tokens, d]. A table (.csv, .tsv, .parquet with the package
hyparquet-writer, .json) has a line for each row: x1.1, x1.2 … are the numbers of the first input token, predicted1.1 …
those of the first predicted token, truth1.1 … what is true there. A classification predicts the centroids of its classes.
--attention writes BLOCK.npy for each attention block, float32 [rows, heads, queries, keys]. --inputs is a table of as
many numeric columns as an input has numbers, in their order: .npy, .csv, .tsv, .json or .parquet. Of a fit to a table its
inputs are found by their names, and "predicted NAME" follows the columns that the table has; .npy: [rows, outputs].
Decimal marks and missing texts are read as in the table that it was made from, where the new one does not tell; an answer in CSV has the delimiter and the decimal mark of its inputs,
and a byte-order mark where they were not UTF-8, so that spreadsheets read it as UTF-8.`;

export const predict: CliCommand = {
  name: "predict",
  define(program, exit) {
    const command = program
      .command("predict")
      .description(
        "write what a trained model predicts, of its test rows or of your inputs; and its attention",
      )
      .argument(
        "<run>",
        "folder of a finished run (train --out, construct --out) or of a fit to a table (fit --out)",
      )
      .requiredOption("-o, --output <file>", `what to write: ${Object.keys(writers).join(", ")}`)
      .option("--inputs <file>", "inputs to predict for (default: the test rows)")
      .addOption(
        new Option("--rows <n>", "so many rows at most, from the first (default: all)").argParser(
          (text: string) => parseNumber("--rows", text),
        ),
      )
      .option("--attention <dir>", "also write the attention weights on these rows")
      .option("--quiet", "print nothing")
      .addOption(targetModuleOption());
    addMovedTable(command);
    addTableOptions(command, "Table of --inputs:");
    command
      .addHelpText(
        "after",
        `${HELP}\n${examples(
          "plateau predict runs/a -o predictions.npy",
          "plateau predict runs/a --inputs points.csv -o answers.csv",
          "plateau predict runs/cars --inputs new-cars.csv -o answers.csv",
          "plateau predict runs/a --rows 100 -o predictions.npy --attention maps",
        )}`,
      )
      .action(async (run: string, flags: PredictFlags) => exit(await execute(run, flags)));
  },
};

/** What predicts, by what a folder holds: one line each. */
const predictors = { run: predictRun, fit: predictFit } as const;

async function execute(path: string, flags: PredictFlags): Promise<number> {
  const { output, rows, attention, quiet } = flags;
  const ending = /\.\w+$/.exec(output)?.[0].toLowerCase() ?? "";
  if (!Object.hasOwn(writers, ending)) {
    const known = Object.keys(writers).join(", ");
    throw new PlateauError(
      "usage",
      `cannot tell what to write as ${quote(output)}: let its name end with ${known}`,
    );
  }
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows > 0)) {
    throw new PlateauError("usage", `--rows is ${rows}: expected a whole number, 1 or more`);
  }
  const predict = predictors[requireHeld(path, ["run", "fit"], "plateau predict")];
  requireNoTable(flags, heldAt(path));
  requireNoModule(flags, heldAt(path));
  const tables = await tableAsSources(path, flags);
  requireNotOver("-o", output, [[flags.inputs, "the table of --inputs"], ...tables]);
  const { signal, dispose } = interruptible();
  try {
    const predicted = await predict(path, {
      ...flags,
      attention: attention !== undefined,
      signal,
      note: quiet ? () => {} : note,
    });
    writeFileAtomic(output, await writers[ending](predicted));
    if (attention !== undefined) makeFolder(attention);
    for (const { name, shape, data } of predicted.maps) {
      writeFileAtomic(join(attention!, `${name}.npy`), writeNpy(shape, data));
    }
    if (!quiet) {
      const { maps } = predicted;
      const also = maps.length > 0 ? `, attention of ${counted(maps.length, "block")} in ${attention}` : "";
      note(`predictions of ${whole(predicted.rows.length)} rows in ${output}${also}`);
    }
    return exitCodes.done;
  } finally {
    dispose();
  }
}
