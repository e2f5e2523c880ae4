import { PlateauError, quote } from "../../errors.js";
import type { StopSignal } from "../../pause.js";
import type { StudyInput } from "../../sweep/definition.js";
import type { Executor } from "../../sweep/executors/executor.js";
import type { Parameters } from "../../sweep/space/parameter.js";
import type { Storage, StoredTrial } from "../../sweep/storage/storage.js";
import { Study } from "../../sweep/study.js";
import type { TrialError } from "../../sweep/trial.js";
import type { Quantisation } from "../../targets/quantisation.js";
import { defineExperiment, type ExperimentInput } from "../config.js";
import type { TrainedResult } from "../sweep/objective.js";
import type { CellMeasure } from "./objective.js";
import type { CellsTask } from "./task.js";

const OBJECTIVE = "cells";
const objectives = { [OBJECTIVE]: new URL("./objective.js", import.meta.url).href };

export interface CellsInput {
  /** Of the study. */
  readonly name: string;
  readonly cells: readonly Omit<ExperimentInput, "seed">[];
  /** Each cell is trained on each: the same for all cells, so that they pair. */
  readonly seeds: readonly number[];
  /** Measures of every trained model, with their options: see `analyze`. */
  readonly measures?: Readonly<Record<string, object>>;
  /** Whether models are judged on the test rows. Default true. */
  readonly test?: boolean;
  /**
   * Where predictions of the test rows are read at matched resolution, whatever a cell's own classes: gives the
   * measure `predictions`, a `PredictionMeasures`.
   */
  readonly scales?: readonly Quantisation[];
}

/** What one cell gave on one seed. */
export type CellOutcome =
  | {
      readonly state: "complete";
      readonly seed: number;
      /** Of validation, under the cell's protocol. */
      readonly value: number;
      readonly result: CellResult;
    }
  | { readonly state: "diverged"; readonly seed: number; readonly error: TrialError };

export type CellResult = Omit<TrainedResult, "more"> & {
  readonly more?: Readonly<Record<string, CellMeasure>>;
};

export interface RunCellsOptions {
  /** Default: one a core. */
  readonly workers?: number;
  /** Runs trials elsewhere. It is closed in the end. */
  readonly executor?: Executor;
  readonly signal?: StopSignal;
  /** How many trainings have ended, those of earlier calls included. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Trains every cell on every seed as one study: what a file has of it is not trained again, and the outcomes are
 * the same to the last bit on any number of workers.
 * @param storage a SQLite file's path, ":memory:", or a storage, which is then closed
 * @returns outcomes by cell, then by seed
 * @throws PlateauError `usage`, `unknown-name` before anything is trained; `study` where the file has another
 * study of that name; `aborted`, after saving; `io`; and what broke a training down for good: then call it again
 */
export async function runCells(
  storage: string | Storage,
  input: CellsInput,
  { onProgress, ...options }: RunCellsOptions = {},
): Promise<CellOutcome[][]> {
  const definition = cellsStudy(input);
  const { cells, seeds } = input;
  const total = cells.length * seeds.length;
  const study = await Study.open(storage, definition, objectives);
  try {
    study.retryFailed();
    let done = [...study.trials(["complete", "diverged"])].length;
    onProgress?.(done, total);
    for await (const _ of study.run({ trials: total, ...options })) onProgress?.(++done, total);
    const outcomes: CellOutcome[][] = cells.map(() => []);
    for (const trial of study.trials()) {
      const { cell, replicate } = trial.parameters as { cell: number; replicate: number };
      outcomes[cell][replicate] = outcomeOf(study, trial, seeds[replicate]);
    }
    return outcomes;
  } finally {
    study.close();
  }
}

/** The study that trains cells. @throws PlateauError `usage`, `unknown-name` where a cell cannot be trained */
function cellsStudy({ name, cells, seeds, measures = {}, test = true, scales }: CellsInput): StudyInput {
  if (cells.length === 0 || seeds.length === 0) {
    throw new PlateauError(
      "usage",
      `${quote(name)}: ${cells.length} cells on ${seeds.length} seeds: nothing`,
    );
  }
  for (const cell of cells) defineExperiment({ ...cell, seed: seeds[0] });
  const task = { cells, seeds, measures, test, ...(scales ? { scales } : {}) } as unknown as CellsTask;
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  return {
    name,
    space: { parameters: { cell: upTo(cells.length), replicate: upTo(seeds.length) } },
    sampler: "grid",
    objective: OBJECTIVE,
    task,
  };
}

function outcomeOf(
  study: Study,
  { number, state, error, parameters }: StoredTrial,
  seed: number,
): CellOutcome {
  if (state === "diverged") return { state, seed, error: error! };
  if (state !== "complete") {
    const { code, message } = error ?? { code: "study" as const, message: `it is ${state}` };
    throw new PlateauError(
      code,
      `study ${quote(study.name)}: trial ${number} (${describe(parameters)}) broke down: ${message}`,
    );
  }
  const [{ value, result }] = study.replicates(number);
  return { state, seed, value, result: result as CellResult };
}

const describe = ({ cell, replicate }: Parameters) => `cell ${cell}, seed number ${replicate}`;
