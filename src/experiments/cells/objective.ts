import { analyzeSubject, type MeasureOutcome } from "../../analysis/analyze.js";
import type { Model } from "../../nn/model.js";
import type { StopSignal } from "../../pause.js";
import type { ObjectiveContext, ObjectiveResult } from "../../sweep/objective.js";
import type { Parameters } from "../../sweep/space/parameter.js";
import type { Experiment } from "../config.js";
import { protocolMetric } from "../metric.js";
import { measureOptions, subjectOf } from "../subject.js";
import { trainTrial, trialFootprint } from "../sweep/objective.js";
import { predictionMeasures } from "./predictions.js";
import { type CellsTask, cellExperiment, cellsTask } from "./task.js";

/** Bytes of WebAssembly memory that a trial needs. @throws PlateauError `usage`, `memory` */
export function footprint(parameters: Parameters, task: unknown): number {
  return trialFootprint(cellExperiment(cellsTask(task), parameters));
}

/** Trains the model of one cell of an experiment and measures it. */
export default async function objective(context: ObjectiveContext): Promise<ObjectiveResult> {
  const task = cellsTask(context.task);
  const experiment = cellExperiment(task, context.parameters);
  const { test, measures, scales } = task;
  // What validation minimises under the cell's own protocol.
  const metric = `validation.${protocolMetric(experiment)}`;
  const names = Object.keys(measures);
  const more = async (of: Experiment, model: Model, signal: StopSignal) => ({
    ...(scales.length > 0 ? { predictions: { result: predictionMeasures(of, model, scales, signal) } } : {}),
    ...(names.length > 0 ? await analysisOf(of, model, measures, signal) : {}),
  });
  const asked = names.length + scales.length > 0;
  return trainTrial(context, experiment, { metric, test, ...(asked ? { more } : {}) });
}

/** What became of a measure, without what depends on the machine. */
export type CellMeasure = { readonly result: unknown } | { readonly skipped: string };

/** Measures of a trained model, as cells have them. @throws PlateauError `aborted` through the signal */
export async function analysisOf(
  experiment: Experiment,
  model: Model,
  measures: CellsTask["measures"],
  signal: StopSignal,
): Promise<Record<string, CellMeasure>> {
  const own = measureOptions(experiment);
  const names = Object.keys(measures);
  const options = Object.fromEntries(names.map((name) => [name, { ...own[name], ...measures[name] }]));
  const { measures: taken } = await analyzeSubject(subjectOf(experiment, model), {
    ...{ measures: names, options, optional: true, seed: experiment.config.seed },
    signal,
  });
  return Object.fromEntries(Object.entries(taken).map(([name, outcome]) => [name, kept(outcome)]));
}

function kept(outcome: MeasureOutcome): CellMeasure {
  return "skipped" in outcome ? outcome : { result: outcome.result };
}
