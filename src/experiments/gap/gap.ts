import { requireArguments } from "../../arguments.js";
import { findTarget } from "../../targets/registry.js";
import type { Target } from "../../targets/target.js";
import { defineTask } from "../../theory/constructions/task.js";
import { type CellOutcome, runCells } from "../cells/run-cells.js";
import { conclude } from "../conclude.js";
import type { ExperimentInput } from "../config.js";
import type { ExperimentKind } from "../record.js";
import { studiesFile } from "../studies-file.js";
import { type GapConfig, gapConfig } from "./config.js";
import { runConstructed } from "./constructed/run-constructed.js";
import { type Ensemble, ensembleOf, type Norm } from "./ensemble.js";
import { answerBy } from "./findings.js";
import { changeOf } from "./further.js";
import { type Ladder, ladderOf, trainingOf } from "./ladder.js";
import type { ConstructedRung, GapResults } from "./results.js";
import { slopesOf } from "./slopes.js";
import { smoothnessOf } from "./smoothness.js";

const [CONSTRUCTED, TRAINED] = ["gap/constructed", "gap/trained"];

/** How errors are looked for, of every model alike: of derivatives and intervals over points little is wanted. */
export const SEARCH = { samples: 2048, starts: 16, steps: 60, derivativeSamples: 2, resamples: 100 } as const;

/** Share of the work that is done before models are trained, for a progress line. */
const BEFORE = 0.1;

/**
 * Expressivity against learning: at each size of a ladder, what training finds, what is known to be representable,
 * and what training makes of it.
 */
export const gap: ExperimentKind<GapConfig, GapResults> = {
  name: "gap",
  description:
    "what training finds at a size, what is representable there for certain, and what training makes of it",

  parse: gapConfig,

  async run(config, options) {
    requireArguments("gap.run", {
      config: [config, "GapConfig: target seeds"],
      options: [options, "ExperimentOptions: folder"],
    });
    const { workers, signal, onProgress, onNote } = options;
    const study = studiesFile(options);
    const target = findTarget(config.target);
    const task = defineTask(target, 1);
    const ladder = ladderOf(config);
    for (const { what, why } of ladder.omitted) onNote?.(`left out: ${what}: ${why}`);
    const seeds = Array.from({ length: config.seeds }, (_, s) => config.seed + s);

    const smoothness = await smoothnessOf(task, { seed: config.seed, signal });
    const errors = await runConstructed(
      study,
      {
        name: CONSTRUCTED,
        specs: ladder.constructed.map(({ spec }) => spec),
        training: { ...trainingOf(config), seed: config.seed },
        errors: SEARCH,
        boxes: config.boxes,
      },
      {
        ...{ workers, signal },
        onProgress: (done, total) =>
          onProgress?.(`constructed networks ${done} of ${total}`, (BEFORE * done) / total),
      },
    );
    const cells = cellsOf(config, ladder);
    const outcomes = await runCells(
      study,
      { name: TRAINED, cells, seeds, measures: { errors: SEARCH }, test: false },
      {
        ...{ workers, signal },
        onProgress: (done, total) =>
          onProgress?.(`trainings ${done} of ${total}`, BEFORE + ((1 - BEFORE) * done) / total),
      },
    );

    const ensembles = takeEnsembles(config, outcomes);
    const transformers = ladder.transformers.map((size) => ({ ...size, trained: ensembles.next() }));
    const constructed = ladder.constructed.map((size, i): ConstructedRung => {
      const [further, drawn] = [ensembles.next(), ensembles.next()];
      const by = (norm: Norm) =>
        changeOf(
          further.bySeed.map((one) => one?.[norm] ?? null),
          errors[i][norm],
        );
      return {
        ...size,
        ...{ constructed: errors[i], further, drawn },
        change: { sup: by("sup"), rmse: by("rmse") },
      };
    });
    const slopes = slopesOf(task, smoothness.value, transformers, constructed);
    const answer = {
      sup: answerBy("sup", transformers, constructed),
      rmse: answerBy("rmse", transformers, constructed),
    };
    const results: GapResults = {
      ...{ inputs: task.f.inputs, smoothness, constant: constantError(target, config), seeds },
      ...{ transformers, constructed, omitted: ladder.omitted, slopes, answer },
    };
    return conclude(gap, config, results, [CONSTRUCTED, TRAINED], options);
  },
};

/** Every network with each learning rate: Transformers, then constructions from written and from drawn weights. */
export function cellsOf(
  config: GapConfig,
  { transformers, constructed }: Ladder,
): Omit<ExperimentInput, "seed">[] {
  const training = trainingOf(config);
  const starts: Partial<ExperimentInput>[] = [
    ...transformers.map(({ width, depth }) => ({ dModel: width, layers: depth })),
    ...constructed.flatMap(({ spec }) => [{ init: `construct:${spec}` }, { init: `random:${spec}` }]),
  ];
  return starts.flatMap((start) => config.lr.map((lr) => ({ ...training, ...start, lr })));
}

/** The ensembles of those cells, in their order. */
function takeEnsembles({ lr, steps }: GapConfig, outcomes: readonly CellOutcome[][]): { next(): Ensemble } {
  let at = 0;
  return {
    next: () => {
      const own = outcomes.slice(at, at + lr.length);
      at += lr.length;
      return ensembleOf(own, lr, steps);
    },
  };
}

/** Errors of about the best constants, on the validation rows: what a model that knows nothing has. */
function constantError(target: Target, { seed }: GapConfig): GapResults["constant"] {
  const count = 4096;
  const { y } = target.sample("validation", { start: 0, count }, 1, seed);
  const q = target.outputs;
  let [sup, squares] = [0, 0];
  for (let k = 0; k < q; k++) {
    let [low, high, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let i = k; i < y.length; i += q) {
      [low, high] = [Math.min(low, y[i]), Math.max(high, y[i])];
      sum += y[i];
    }
    const mean = sum / count;
    for (let i = k; i < y.length; i += q) squares += (y[i] - mean) * (y[i] - mean);
    sup = Math.max(sup, (high - low) / 2);
  }
  return { sup, rmse: Math.sqrt(squares / (count * q)) };
}
