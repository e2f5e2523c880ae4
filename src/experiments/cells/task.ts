import * as v from "valibot";
import type { Parameters } from "../../sweep/space/parameter.js";
import { check, flag, oneOf, seedNumber, whole } from "../../validate.js";
import { defineExperiment, type Experiment, type ExperimentInput } from "../config.js";

/** Measures to be taken of each trained model, with their options: those of `analyze`. */
const measuresSchema = v.record(v.string(), v.looseObject({}));

const scaleSchema = v.strictObject({
  classes: whole(2, 65536),
  low: v.number(),
  high: v.number(),
  mode: oneOf(["diagonal", "per-coordinate"]),
});

export const cellsSchema = v.strictObject({
  /** Options of training, one for each cell, without their seed. */
  cells: v.array(v.looseObject({ target: v.string() })),
  /** Each cell is trained on each of these: cells pair by seed. */
  seeds: v.array(seedNumber),
  measures: v.optional(measuresSchema, {}),
  test: v.optional(flag, true),
  /** Where predictions are to be read at matched resolution, whatever the cell's own classes: see `predictions`. */
  scales: v.optional(v.array(scaleSchema), []),
});
export type CellsTask = v.InferOutput<typeof cellsSchema>;

/** @throws PlateauError `usage` */
export function cellsTask(task: unknown): CellsTask {
  return check("the study's task", cellsSchema, task);
}

/** What a trial of a study of cells trains. */
export function cellExperiment({ cells, seeds }: CellsTask, { cell, replicate }: Parameters): Experiment {
  const seed = seeds[Number(replicate)];
  return defineExperiment({ ...cells[Number(cell)], seed } as unknown as ExperimentInput);
}
