import { join } from "node:path";
import { Option } from "commander";
import { PlateauError, quote } from "../../errors.js";
import { isFit } from "../../experiments/fit/directory.js";
import { attentionOf, type Predictions, predictRows } from "../../experiments/predict.js";
import { RunDirectory } from "../../experiments/run-directory.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { makeFolder } from "../../files/folder.js";
import { writeNpy } from "../../formats/npy.js";
import { type Cell, writeCsv, writeParquet } from "../../formats/write-table.js";
import { readTable } from "../../tables/read.js";
import { prepareBuild } from "../build.js";
import { interruptible } from "../interrupt.js";
import { parseNumber } from "../number.js";
import { note, whole } from "../output.js";
import { predictFit } from "../predict-fit.js";
import { exitCodes } from "../report.js";
import { type CliCommand, examples } from "./command.js";

interface PredictFlags {
  output: string;
  inputs?: string;
  rows?: number;
  attention?: string;
  quiet?: boolean;
}

/** What is written: an array alone, or the rows of a table. */
interface Written {
  readonly shape: readonly number[];
  readonly predicted: Float32Array;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

type Write = (written: Written) => string | Uint8Array | Promise<Uint8Array>;

/** What the output can be, by the ending of its name. */
const writers: Readonly<Record<string, Write>> = {
  ".npy": ({ shape, predicted }) => writeNpy(shape, predicted),
  ".csv": ({ columns, rows }) => writeCsv(columns, rows),
  ".parquet": ({ columns, rows }) => writeParquet(columns, rows),
  ".json": ({ columns, rows }) => {
    const records = rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i], cell])));
    return `${JSON.stringify(records)}\n`;
  },
};

const HELP = `
An .npy file has the predictions, float32 [rows, output tokens, d]. A table (.csv, .parquet with the package
hyparquet-writer, .json) has a line for each row: x1.1, x1.2 … are the numbers of the first input token, predicted1.1 …
those of the first predicted token, truth1.1 … what is true there. A classification predicts the centroids of its classes.
--attention writes BLOCK.npy for each attention block, float32 [rows, heads, queries, keys]. --inputs is a table of as
many numeric columns as an input has numbers, in their order: .npy, .csv, .tsv, .json or .parquet. Of a fit to a table its
inputs are found by their names, and "predicted NAME" follows the columns that the table has; .npy: [rows, outputs].`;

export const predict: CliCommand = {
  name: "predict",
  define(program, exit) {
    program
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

async function execute(
  run: string,
  { output, inputs, rows, attention, quiet }: PredictFlags,
): Promise<number> {
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
  if (isFit(run)) {
    prepareBuild("strict");
    if (attention !== undefined) {
      throw new PlateauError(
        "usage",
        `--attention ${quote(attention)}: ${quote(run)} is a fit, whose attention is not written`,
      );
    }
    const { predicted, outputs, ...table } = await predictFit(run, { inputs, rows }, quiet ? () => {} : note);
    const count = table.rows.length;
    writeFileAtomic(output, await writers[ending]({ ...table, predicted, shape: [count, outputs] }));
    if (!quiet) note(`predictions of ${whole(count)} rows in ${output}`);
    return exitCodes.done;
  }
  const directory = RunDirectory.open(run);
  const { experiment } = directory;
  prepareBuild(experiment.config.build);
  const model = await directory.model();
  const x =
    inputs === undefined
      ? undefined
      : await readInputs(inputs, experiment.target.inputs * experiment.config.dim);
  const { signal, dispose } = interruptible();
  try {
    const predictions = predictRows(experiment, model, { x, rows, signal });
    const maps = attention === undefined ? [] : attentionOf(experiment, model, predictions, signal);
    writeFileAtomic(output, await writers[ending](writtenOf(predictions)));
    if (attention !== undefined) makeFolder(attention);
    for (const { name, shape, data } of maps) {
      writeFileAtomic(join(attention!, `${name}.npy`), writeNpy(shape, data));
    }
    if (!quiet) {
      const also = maps.length > 0 ? `, attention of ${maps.length} blocks in ${attention}` : "";
      note(`predictions of ${whole(predictions.rows)} rows in ${output}${also}`);
    }
    return exitCodes.done;
  } finally {
    dispose();
  }
}

function writtenOf(predictions: Predictions): Written {
  const { rows, tokens, dim, predicted } = predictions;
  return {
    ...{ shape: [rows, tokens.outputs, dim], predicted },
    ...{ columns: columnsOf(predictions), rows: rowsOf(predictions) },
  };
}

/** Rows of numbers. @throws PlateauError `usage` where the columns are not the numbers of an input */
async function readInputs(file: string, width: number): Promise<Float32Array> {
  const { columns, rows } = await readTable(file);
  if (columns.length !== width) {
    throw new PlateauError(
      "usage",
      `--inputs ${quote(file)} has ${columns.length} columns: an input of this model has ${width} numbers`,
    );
  }
  const x = new Float32Array(rows * width);
  for (const [j, column] of columns.entries()) {
    if (column.kind !== "numeric" || column.missing > 0) {
      const problem =
        column.kind === "numeric" ? `lacks ${column.missing} values` : `is ${column.kind}, not numeric`;
      throw new PlateauError("usage", `--inputs ${quote(file)}: column ${quote(column.name)} ${problem}`);
    }
    for (let i = 0; i < rows; i++) x[i * width + j] = column.values[i];
  }
  return x;
}

function columnsOf({ tokens, dim }: Predictions): string[] {
  const names = (what: string, count: number) =>
    Array.from({ length: count * dim }, (_, i) => `${what}${Math.floor(i / dim) + 1}.${(i % dim) + 1}`);
  return [
    ...names("x", tokens.inputs),
    ...names("predicted", tokens.outputs),
    ...names("truth", tokens.outputs),
  ];
}

function rowsOf({ rows, tokens, dim, x, predicted, truth }: Predictions): number[][] {
  const of = (data: Float32Array, row: number, count: number) =>
    data.subarray(row * count * dim, (row + 1) * count * dim);
  return Array.from({ length: rows }, (_, row) => [
    ...of(x, row, tokens.inputs),
    ...of(predicted, row, tokens.outputs),
    ...of(truth, row, tokens.outputs),
  ]);
}
