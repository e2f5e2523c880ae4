import type { Subject } from "../../analysis/measure.js";
import { errors } from "../../analysis/metrics/errors.js";
import { modelFunction } from "../../analysis/model-function.js";
import { requireArguments } from "../../arguments.js";
import { Model } from "../../nn/model.js";
import { tabular } from "../../nn/tabular.js";
import type { Table } from "../../tables/table.js";
import { type TabularData, type TabularReport, tabularData } from "../../tables/tabular-data.js";
import { rowsDomain } from "../../targets/rows-domain.js";
import { arrayData } from "../../training/data.js";
import { type LoopOptions, type Outcome, runTraining } from "../../training/loop.js";
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
export interface Fit {
  readonly config: FitConfig;
  readonly sizes: FitSizes;
  readonly data: TabularData;
  readonly report: TabularReport;
  readonly model: Model;
  readonly outcome: Outcome;
  /** Absent when training diverged. */
  readonly test?: FitScores;
}

/** How a fit is watched and stopped. */
export type FitOptions = Pick<LoopOptions, "onProgress" | "onEvaluation" | "signal">;

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
    options: [options, "object?"],
  });

  const config = fitConfig({ data: table.source, ...input });
  const { data, model, sizes } = prepareFit(table, config);
  const { train, validation } = data;
  const K = data.outputs.length;
  const trainer = new Trainer(
    model,
    { kind: "mse" },
    arrayData(train.x, train.y, train.rows),
    sizes.training,
  );
  const outcome = await runTraining(trainer, {
    ...options,
    evaluate: () => errors(model.predict(validation.x), validation.y, K).rmse,
  });
  const common = { config, sizes, data, report: data.report, model, outcome };
  if (outcome.diverged) return common;
  return { ...common, test: scoreFit(data, model) };
}

/** Data and a model that is not trained yet. */
export function prepareFit(
  table: Table,
  config: FitConfig,
): { data: TabularData; model: Model; sizes: FitSizes } {
  const { inputs, output, categorical, seed, layers } = config;
  const data = tabularData(table, { inputs, output, categorical, seed });
  const sizes = fitSizes(config, data.train.rows);
  const { dModel, heads, ff, dropout } = sizes;
  const architecture = tabular({
    columns: [...data.widths],
    outputDim: data.outputs.length,
    dModel,
    heads,
    ff,
    layers,
    dropout,
  });
  return { data, sizes, model: new Model(architecture, { seed }) };
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
