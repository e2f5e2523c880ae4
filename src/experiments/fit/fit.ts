import type { Subject } from "../../analysis/measure.js";
import { errors } from "../../analysis/metrics/errors.js";
import { modelFunction } from "../../analysis/model-function.js";
import { requireArguments } from "../../arguments.js";
import { Model } from "../../nn/model.js";
import { tabular } from "../../nn/tabular.js";
import type { TabularColumns } from "../../tables/encode.js";
import type { Table } from "../../tables/table.js";
import { type TabularData, type TabularReport, tabularData } from "../../tables/tabular-data.js";
import { rowsDomain } from "../../targets/rows-domain.js";
import { arrayData } from "../../training/data.js";
import { type LoopOptions, loopKinds, type Outcome, requireLoop, runTraining } from "../../training/loop.js";
import { Trainer } from "../../training/trainer.js";
import { type FitConfig, type FitInput, type FitSizes, fitConfig, fitSizes } from "./config.js";

/** Errors on the test rows, in the units of the table. */
export interface FitScores {
  readonly rmse: number;
  readonly mae: number;
  readonly r2: number;
  /** Largest error. */
  readonly sup: number;
}

/** A Transformer fitted to a table. */
export interface Fit extends PreparedFit {
  readonly report: TabularReport;
  readonly outcome: Outcome;
  /** Absent when training diverged. */
  readonly test?: FitScores;
}

/** How a fit is watched, stopped and continued. Nothing here changes its bits. */
export type FitOptions = Pick<
  LoopOptions,
  "onProgress" | "onEvaluation" | "onCheckpoint" | "checkpointEvery" | "resume" | "signal"
>;

const { onProgress, onEvaluation, onCheckpoint, checkpointEvery, resume, signal } = loopKinds;
const fitKinds = { onProgress, onEvaluation, onCheckpoint, checkpointEvery, resume, signal };

/**
 * Trains a Transformer over the columns of a table to predict one of them. The weights kept are those of
 * the least validation RMSE; the test rows are looked at once, in the end.
 * @throws PlateauError `usage` or `unknown-name` where columns or options do not fit the table; `aborted` through the
 * signal
 */
export async function fitTable(
  table: Table,
  input: Omit<FitInput, "data"> & { data?: string },
  options: FitOptions = {},
): Promise<Fit> {
  requireArguments("fitTable", {
    table: [table, "Table: source rows columns"],
    input: [input, "object: output"],
  });
  requireLoop("fitTable", options, fitKinds);

  return trainFit(prepareFit(table, fitConfig({ data: table.source, ...input })), options);
}

/** A fit before training: all that can be refused is refused by then. */
export interface PreparedFit {
  readonly config: FitConfig;
  readonly sizes: FitSizes;
  readonly data: TabularData;
  readonly model: Model;
}

/** @throws PlateauError `usage` or `unknown-name` where columns or options do not fit the table; `memory` */
export function prepareFit(table: Table, config: FitConfig): PreparedFit {
  const { inputs, output, categorical, seed } = config;
  const data = tabularData(table, { inputs, output, categorical, seed });
  const sizes = fitSizes(config, data.train.rows);
  return { config, data, sizes, model: fitModel(data, sizes, config) };
}

/** The model of a fit, not trained. */
export function fitModel(
  { widths, outputs }: Pick<TabularColumns, "widths" | "outputs">,
  { dModel, heads, ff, dropout }: FitSizes,
  { layers, seed }: FitConfig,
): Model {
  const columns = [...widths];
  return new Model(tabular({ columns, outputDim: outputs.length, dModel, heads, ff, layers, dropout }), {
    seed,
  });
}

/** Trains what was prepared. */
export async function trainFit(prepared: PreparedFit, options: FitOptions = {}): Promise<Fit> {
  const { data, model, sizes } = prepared;
  const { train, validation } = data;
  const K = data.outputs.length;
  const rows = arrayData(train.x, train.y, train.rows);
  const trainer = new Trainer(model, { kind: "mse" }, rows, sizes.training);
  const outcome = await runTraining(trainer, {
    ...options,
    evaluate: () => errors(model.predict(validation.x), validation.y, K).rmse,
  });
  const common = { ...prepared, report: data.report, outcome };
  if (outcome.diverged) return common;
  return { ...common, test: scoreFit(data, model) };
}

/** A model's errors on the test rows, in the units of the table. */
export function scoreFit(data: TabularData, model: Model): FitScores {
  const { rmse, mae, r2, sup } = errors(
    data.decode(model.predict(data.test.x)),
    data.test.truth,
    data.outputs.length,
  );
  return { rmse, mae, r2, sup };
}

/** What measures of a fit need to know beside it: a rival is trained as the model was. */
export function fitMeasureOptions({ training }: FitSizes): Record<string, object> {
  return { compare: { training } };
}

/**
 * A fitted model as what measures look at: known by data only, in standardised units. Its domain is the
 * table's own rows.
 * @throws PlateauError `usage` where all training rows are the same point
 */
export function fitSubject(data: TabularData, model: Model): Subject {
  requireArguments("fitSubject", {
    data: [data, "TabularData: inputs outputs widths features"],
    model: [model, "Model: architecture parameters seed config"],
  });

  const { train, test } = data;
  return {
    model: modelFunction(model, { name: "the Transformer" }),
    units: `standard deviations of ${data.outputs.map(({ name }) => name).join(", ")} in the training rows`,
    domain: rowsDomain(train.x, train.rows),
    test: { x: test.x, y: test.y, count: test.rows },
    train: { x: train.x, y: train.y, count: train.rows },
    network: model,
  };
}
