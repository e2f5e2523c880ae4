import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { pause } from "../pause.js";
import type { BatchFunction } from "../targets/function.js";
import type { Quantisation } from "../targets/quantisation.js";
import { type TrainingInput, trainingOptions } from "../training/options.js";
import { check, count, whole } from "../validate.js";
import {
  type CompareRow,
  type CompareVerdict,
  competitorRow,
  type Judge,
  modelRow,
  score,
  verdict,
} from "./competitors/compare-table.js";
import type { Competitor, Task } from "./competitors/competitor.js";
import { competitors, findCompetitor } from "./competitors/registry.js";
import { standardisation } from "./competitors/standardise.js";
import { dataFor } from "./data/data-for.js";
import { contextEntries } from "./data/held-out.js";
import type { Measure, Samples } from "./measure.js";
import type { Centroids } from "./metrics/matched.js";

/** Differences of RMSE of less than this share of the outputs' deviation are float32's rounding. */
const ROUNDING = 1e-6;
/** Numbers that competitors may use beside a model that is not known to have any. */
const ASSUMED_NUMBERS = 1000;

const optionsSchema = v.strictObject({
  ...contextEntries,
  samples: v.optional(whole(2, 2 ** 24), 4096),
  trainSamples: v.optional(whole(2, 2 ** 24), 10_000),
  competitors: v.optional(v.array(v.string())),
  numbers: v.optional(count),
  classes: v.optional(whole(2, 2 ** 20), 10),
  training: v.optional(v.any()),
  replicas: v.optional(v.array(v.any()), []),
});

export interface CompareOptions {
  /** Test samples, where they are drawn. Default 4096. */
  readonly samples?: number;
  /** Training samples, where they are drawn. Default 10,000. */
  readonly trainSamples?: number;
  /** Default: all. */
  readonly competitors?: readonly string[];
  /** Numbers that the model has. Default: its network's parameters; 1000 for a model without a network. */
  readonly numbers?: number;
  /** K of the matched scale. Default 10. */
  readonly classes?: number;
  /** How the model was trained, so that the MLP gets the same. Default: unknown. */
  readonly training?: TrainingInput;
  /** The model trained under other seeds: intervals are then over seeds, too, and so is the MLP trained. */
  readonly replicas?: readonly BatchFunction[];
}

/** What measure `compare` found: the model beside simpler predictors on the same data. */
export interface CompareResult {
  /** Test and training samples. */
  readonly test: number;
  readonly train: number;
  /** Whether they were drawn from domain and target, or given. */
  readonly drawn: { readonly test: boolean; readonly train: boolean };
  /** Runs of the model, with different seeds of training. */
  readonly seeds: number;
  /** What competitors may use; `assumed` where it is not known how many numbers the model has. */
  readonly budget: { readonly numbers: number; readonly assumed: boolean };
  readonly quantisation: Quantisation;
  /** The model first, then the competitors, simplest first. */
  readonly table: readonly CompareRow[];
  /** Competitors that do not apply here. */
  readonly left: readonly string[];
  readonly verdict: CompareVerdict;
}

/**
 * The model beside predictors that know nothing of it, fitted and judged on the same data.
 *
 * Who wins: the one whose RMSE is lower, where the 95% interval of the paired difference leaves out 0 and
 * the difference is more than 1e-6 of the outputs' standard deviation; else neither. The verdict names
 * the competitor of least RMSE among those that win; where none does, the model wins if it wins against
 * all, and neither does if not. On fewer than 20 test samples nobody wins; of one there is no interval.
 *
 * Memory beside the data: 8 bytes × (test samples) × (outputs) for each of a competitor's runs, and what
 * fitting needs; each competitor's file says how its work is bounded.
 */
export const compare: Measure<CompareResult, CompareOptions> = {
  name: "compare",
  description: "the model beside mean, majority, least squares, nearest neighbours, staircase and MLP",
  needs: ["data"],

  async measure(subject, options = {}) {
    const checked = check("compare", optionsSchema, options);
    const { seed, classes } = checked;
    const { signal, onProgress, training, replicas = [] } = options;
    const chosen = checked.competitors?.map(findCompetitor) ?? [...competitors.values()];
    const { inputs, outputs, train, test, drawn } = dataFor(subject, {
      seed,
      train: checked.trainSamples,
      test: checked.samples,
    });
    const known = checked.numbers ?? subject.network?.parameterCount;
    const numbers = known ?? ASSUMED_NUMBERS;
    const judge: Judge = {
      test,
      outputs,
      tokenWidth: outputs / (subject.tokens?.outputs ?? 1),
      quantisation: { ...(subject.centroids ?? spanning(test)), classes },
    };
    const task: Task = {
      train,
      inputs,
      outputs,
      numbers,
      quantisation: judge.quantisation,
      tokenWidth: judge.tokenWidth,
      training: training && trainingOptions(training),
      seed,
      signal,
    };
    const share = (part: number) => onProgress?.(part / (chosen.length + 1));

    const runs = [subject.model, ...replicas];
    const x = Float64Array.from(test.x);
    const own = score(
      runs.map((run) => {
        if (run.inputs === inputs && run.outputs === outputs) return run.evaluate(x, test.count);
        throw new PlateauError(
          "usage",
          `compare: ${run.name} has ${run.inputs} inputs and ${run.outputs} outputs, its data ${inputs} and ${outputs}`,
        );
      }),
      judge,
    );
    const spread = standardisation(test.y, outputs).spread;
    const note = known === undefined ? `its numbers are not known: competitors may use ${numbers}` : "";
    const table = [modelRow(subject.model.name, numbers, note, own)];
    const left: string[] = [];
    for (const [i, competitor] of chosen.entries()) {
      share(i + 1);
      await pause();
      const fits = await fitted(competitor, task, test, runs.length, (part) => share(i + 1 + part));
      if (!fits) left.push(competitor.name);
      else {
        const rival = score(fits.predictions, judge);
        table.push(competitorRow(competitor, fits, own, rival, { negligible: ROUNDING * spread, seed }));
      }
    }
    share(chosen.length + 1);
    return {
      test: test.count,
      train: train.count,
      drawn,
      seeds: runs.length,
      budget: { numbers, assumed: known === undefined },
      quantisation: judge.quantisation,
      table,
      left,
      verdict: verdict(table, test.count),
    };
  },

  describe: ({ verdict: { text } }) => text,
};

/** A competitor's test predictions: one run for each of the model's where its fit depends on the seed. */
async function fitted(
  competitor: Competitor,
  task: Task,
  test: Samples,
  seeds: number,
  onProgress: (share: number) => void,
) {
  const runs = competitor.seeded ? seeds : 1;
  const predictions: ArrayLike<number>[] = [];
  for (let run = 0; ; run++) {
    const at = (share: number) => onProgress((run + share) / runs);
    const { signal } = task;
    if (signal?.aborted)
      throw new PlateauError("aborted", "aborted while comparing", { cause: signal.reason });
    const one = await competitor.fit({
      ...task,
      seed: task.seed + run,
      onProgress: (share) => at(0.6 * share),
    });
    if (!one) return null;
    predictions.push(await one.predict(test.x, { signal, onProgress: (share) => at(0.6 + 0.4 * share) }));
    if (run + 1 === runs) return { numbers: one.numbers, rows: one.rows, detail: one.detail, predictions };
  }
}

/** Centroids per coordinate over the range of the outputs. */
function spanning({ y }: Samples): Centroids {
  let [low, high] = [y[0], y[0]];
  for (const value of y) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Outputs that never vary still need an interval around them.
  return { mode: "per-coordinate", low, high: high > low ? high : low + Math.max(1, Math.abs(low)) };
}
