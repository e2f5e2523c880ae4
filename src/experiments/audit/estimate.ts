import { analyzeSubject } from "../../analysis/analyze.js";
import { Trainer } from "../../training/trainer.js";
import { defineExperiment, type Experiment } from "../config.js";
import { evaluationSample, score } from "../evaluate.js";
import { initialModel, trainingData } from "../run.js";
import { subjectOf } from "../subject.js";
import { plateausAt } from "./audit.js";
import type { AuditConfig } from "./config.js";
import type { Training } from "./design.js";

/** Updates that are timed of each size of model, after one that is not. */
const UPDATES = 5;
/** Cells of the one segment that plateaus are timed along: they take as long as there are cells. */
const TIMED_CELLS = 32;

export interface TimeEstimate {
  /** Of trainings with what is measured of them, on one core. */
  readonly coreSeconds: number;
  readonly trainings: number;
}

/**
 * How long an audit takes on this machine, as busy as it is now: of each size of model a few updates, one judgement
 * and a part of the plateaus are timed. Baselines, which take seconds each, are left out.
 */
export async function estimateTime(
  trainings: readonly Training[],
  config: AuditConfig,
  onProgress?: (share: number) => void,
): Promise<TimeEstimate> {
  const { seeds, steps, firstValidation } = config;
  const timed = new Map<string, Times>();
  let coreSeconds = 0;
  let count = 0;
  for (const [i, { cells, setting, mode }] of trainings.entries()) {
    const { plateaus } = mode === "regression" ? plateausAt(setting, config) : {};
    for (const [j, cell] of cells.entries()) {
      const experiment = defineExperiment({ ...cell, seed: 0 });
      const { architecture, config: own } = experiment;
      const size = JSON.stringify([
        own.target,
        own.dim,
        own.mode,
        architecture.config,
        own.protocol.decoding,
      ]);
      let times = timed.get(size);
      if (!times) {
        times = await time(experiment, plateaus);
        timed.set(size, times);
      }
      const updates = cell.stopAfter ?? steps;
      // A model is judged once for its scores, once for its predictions, and by some rows at every validation.
      const judgements = 2 + (updates / firstValidation) * (config.validationRows / config.testRows);
      coreSeconds += seeds * (updates * times.update + judgements * times.judgement + times.plateaus);
      count += seeds;
      onProgress?.((i + (j + 1) / cells.length) / trainings.length);
    }
  }
  return { coreSeconds, trainings: count };
}

/** Seconds. */
interface Times {
  readonly update: number;
  readonly judgement: number;
  readonly plateaus: number;
}

async function time(experiment: Experiment, plateaus: PlateauCells | undefined): Promise<Times> {
  const model = initialModel(experiment);
  const trainer = new Trainer(model, experiment.loss, trainingData(experiment), experiment.training);
  trainer.step();
  const begin = performance.now();
  for (let i = 0; i < UPDATES; i++) trainer.step();
  const trained = performance.now();
  await score(experiment, model, evaluationSample(experiment, "test"));
  const judged = performance.now();
  if (plateaus) {
    const options = { plateaus: { segments: 1, samples: TIMED_CELLS } };
    await analyzeSubject(subjectOf(experiment, model), { measures: ["plateaus"], options });
  }
  const all = plateaus ? (plateaus.segments * plateaus.samples) / TIMED_CELLS : 0;
  return {
    update: (trained - begin) / 1000 / UPDATES,
    judgement: (judged - trained) / 1000,
    plateaus: (all * (performance.now() - judged)) / 1000,
  };
}

type PlateauCells = NonNullable<ReturnType<typeof plateausAt>["plateaus"]>;
