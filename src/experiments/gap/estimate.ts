import { borrowEngine, giveBack } from "../../runtime/engine.js";
import { Trainer } from "../../training/trainer.js";
import { defineExperiment, type ExperimentInput } from "../config.js";
import { initialModel, trainingData } from "../run.js";
import type { GapConfig } from "./config.js";
import { cellsOf } from "./gap.js";
import type { Ladder } from "./ladder.js";

/** Updates that are timed, after as many that are not. */
const TIMED = 5;
/** Seconds of a trial beside its updates: its start, validations, and the search for the largest error. */
const BESIDE = 0.25;
/** Of a construction with its certificate, for each box. */
const BOX = 4e-4;

export interface Estimate {
  readonly trainings: number;
  /** On so many workers. */
  readonly seconds: number;
}

/** About how long an experiment takes on this machine as it is now: some updates of each network are timed. */
export function estimateOf(config: GapConfig, ladder: Ladder, workers: number): Estimate {
  const cells = cellsOf(config, ladder);
  const known = new Map<string, number>();
  let seconds = ladder.constructed.length * (BESIDE + BOX * config.boxes);
  for (const cell of cells) {
    // A learning rate costs nothing, nor does where weights begin.
    const { lr: _, init, ...rest } = cell;
    const key = JSON.stringify([rest, init?.replace(/^\w+:/, "")]);
    const update = known.get(key) ?? secondsOf(cell);
    known.set(key, update);
    seconds += config.seeds * (config.steps * update + BESIDE);
  }
  return { trainings: cells.length * config.seeds, seconds: seconds / workers };
}

/** Of one update. */
function secondsOf(cell: Omit<ExperimentInput, "seed">): number {
  const experiment = defineExperiment(cell);
  const engine = borrowEngine();
  try {
    const model = initialModel(experiment, engine);
    const trainer = new Trainer(model, experiment.loss, trainingData(experiment), experiment.training);
    const run = () => {
      const began = performance.now();
      for (let i = 0; i < TIMED; i++) trainer.step();
      return (performance.now() - began) / 1000 / TIMED;
    };
    run();
    return run();
  } finally {
    giveBack(engine);
  }
}
