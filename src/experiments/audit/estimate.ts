import { analyzeSubject } from "../../analysis/analyze.js";
import { layout } from "../../nn/model.js";
import { Trainer } from "../../training/trainer.js";
import { defineExperiment, type Experiment } from "../config.js";
import { evaluationSample, predictFor } from "../evaluate.js";
import { initialModel, trainingData } from "../run.js";
import { subjectOf } from "../subject.js";
import { coreSeconds, leastSeconds, rankSeconds } from "../timing.js";
import { plateausAt } from "./audit.js";
import type { AuditConfig } from "./config.js";
import type { Training } from "./design.js";

/** Updates that are timed of each size of model, after one that is not. */
const UPDATES = 5;
/** Rows of the predictions that are timed: they take as long as there are rows. */
const TIMED_ROWS = 256;
/** Cells of the one segment that plateaus are timed along: they take as long as there are cells. */
const TIMED_CELLS = 16;
/** After so long, larger models are estimated from smaller ones. */
const ENOUGH_SECONDS = 15;

export interface TimeEstimate {
  /** Of trainings with what is measured of them, on one core. */
  readonly coreSeconds: number;
  readonly trainings: number;
  /** Sizes of models, and how many of them were not timed, but estimated by their multiply-adds. */
  readonly sizes: number;
  readonly untimed: number;
}

type Cell = Training["cells"][number];

/** Cells whose models and measures are of one size. */
interface Size {
  readonly cell: Cell;
  readonly experiment: Experiment;
  readonly plateaus: PlateauCells | undefined;
  /** Multiply-adds of a row, up to a factor that all have. */
  readonly work: number;
  /** How long each of its trainings is. */
  readonly updates: number[];
}
type PlateauCells = NonNullable<ReturnType<typeof plateausAt>["plateaus"]>;

/**
 * How long an audit takes on this machine while nothing else uses the cores: of each size of model a few updates,
 * predictions, rankings and a part of the plateaus are timed, the smallest first; those that there is no time for
 * are estimated. Baselines, which take seconds each, are left out.
 * @param enough seconds after which nothing else is timed
 */
export async function estimateTime(
  trainings: readonly Training[],
  config: AuditConfig,
  {
    onProgress,
    enough = ENOUGH_SECONDS,
  }: { onProgress?: (done: number, total: number) => void; enough?: number } = {},
): Promise<TimeEstimate> {
  const { seeds, firstValidation, validationRows, testRows } = config;
  const sizes = sizesOf(trainings, config).sort((a, b) => a.work - b.work);
  const until = performance.now() + 1000 * enough;
  const timed: { size: Size; times: Times }[] = [];
  let [untimed, total, count] = [0, 0, 0];
  for (const [i, size] of sizes.entries()) {
    onProgress?.(i, sizes.length);
    const known = timed.findLast(({ size: { cell } }) => cell.mode === size.cell.mode);
    let times: Times;
    if (known && performance.now() > until) {
      untimed++;
      times = scaled(known.times, known.size, size);
    } else {
      times = await time(size, config);
      timed.push({ size, times });
    }
    for (const updates of size.updates) {
      // A model is judged once for its scores, once for its predictions, and by some rows at every validation.
      const judgements = 2 + (updates / firstValidation) * (validationRows / testRows);
      total += seeds * (updates * times.update + judgements * times.judgement + times.plateaus);
      count += seeds;
    }
  }
  return { coreSeconds: total, trainings: count, sizes: sizes.length, untimed };
}

function sizesOf(trainings: readonly Training[], config: AuditConfig): Size[] {
  const sizes = new Map<string, Size>();
  for (const { cells, setting, mode } of trainings) {
    const { plateaus } = mode === "regression" ? plateausAt(setting, config) : {};
    for (const cell of cells) {
      // Rows decide how long judgements take, which is known from a few; and the schedule has to last.
      const few = { trainRows: cell.batch, validationRows: 1, testRows: TIMED_ROWS };
      const steps = Math.max(cell.steps!, 1 + UPDATES);
      const experiment = defineExperiment({ ...cell, ...few, steps, seed: 0 });
      const { architecture, config: own, protocol, target } = experiment;
      const work = layout(architecture).count * (target.inputs + target.outputs);
      // What is alike but for some tenths is timed once.
      const key = [own.target, own.dim, own.mode, protocol.decoding, work.toPrecision(1)].join(" ");
      let size = sizes.get(key);
      if (!size) {
        size = { cell, experiment, plateaus, work, updates: [] };
        sizes.set(key, size);
      }
      size.updates.push(cell.stopAfter ?? config.steps);
    }
  }
  return [...sizes.values()];
}

/** Seconds of a core. */
interface Times {
  readonly update: number;
  /** Of all test rows. */
  readonly judgement: number;
  readonly plateaus: number;
}

async function time({ experiment, plateaus }: Size, { testRows }: AuditConfig): Promise<Times> {
  const { config, target } = experiment;
  const model = initialModel(experiment);
  const trainer = new Trainer(model, experiment.loss, trainingData(experiment), experiment.training);
  trainer.step();
  const update = leastSeconds(UPDATES, () => trainer.step());
  const sample = evaluationSample(experiment, "test");
  const predict = leastSeconds(2, () => predictFor(experiment, model, sample)) / TIMED_ROWS;
  const rank = config.mode === "regression" ? await rankSeconds(target, config.dim, testRows) : 0;
  const begin = coreSeconds();
  if (plateaus) {
    const options = { plateaus: { segments: 1, samples: TIMED_CELLS } };
    await analyzeSubject(subjectOf(experiment, model), { measures: ["plateaus"], options });
  }
  const all = plateaus ? (plateaus.segments * plateaus.samples) / TIMED_CELLS : 0;
  return {
    update,
    judgement: testRows * predict + rank,
    plateaus: all * (coreSeconds() - begin),
  };
}

/** The times of a size from those of a smaller one: by their multiply-adds, of plateaus once for each output. */
function scaled({ update, judgement, plateaus }: Times, from: Size, to: Size): Times {
  const ratio = to.work / from.work;
  const cells = ({ plateaus: of }: Size) => (of ? of.segments * of.samples : 0);
  const outputs = to.experiment.config.dim / from.experiment.config.dim;
  return {
    update: ratio * update,
    judgement: ratio * judgement,
    plateaus: cells(from) === 0 ? 0 : ratio * outputs * (cells(to) / cells(from)) * plateaus,
  };
}
