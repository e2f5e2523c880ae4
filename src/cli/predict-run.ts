import { PlateauError, quote } from "../errors.js";
import { attentionOf, type Predictions, predictRows } from "../experiments/predict.js";
import { type ReadTableOptions, readTable } from "../tables/read.js";
import { prepareBuild } from "./build.js";
import { openRun } from "./module-target.js";
import type { Predictor } from "./predicting.js";

/** What the model of a run predicts: columns x1.1 …, predicted1.1 …, truth1.1 …; the array is [rows, outputs, d]. */
export const predictRun: Predictor = async (folder, asked) => {
  const { inputs, rows, signal, delimiter, decimal, missing } = asked;
  const directory = await openRun(folder, asked);
  const { experiment } = directory;
  prepareBuild(experiment.config.build);
  const model = await directory.model();
  const width = experiment.target.inputs * experiment.config.dim;
  const x =
    inputs === undefined ? undefined : await readInputs(inputs, width, { delimiter, decimal, missing });
  const predictions = predictRows(experiment, model, { x, rows, signal });
  const { tokens, dim, predicted } = predictions;
  return {
    shape: [predictions.rows, tokens.outputs, dim],
    predicted,
    columns: columnsOf(predictions),
    rows: rowsOf(predictions),
    maps: asked.attention ? attentionOf(experiment, model, predictions, signal) : [],
  };
};

/** Rows of numbers. @throws PlateauError `usage` where the columns are not the numbers of an input */
async function readInputs(file: string, width: number, options: ReadTableOptions): Promise<Float32Array> {
  const { columns, rows } = await readTable(file, options);
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
        column.kind === "numeric"
          ? `lacks ${column.missing} values`
          : `is ${column.kind}, not numeric${column.kind === "unusable" ? `: ${column.reason}` : column.note ? `: ${column.note}` : ""}`;
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
