import * as v from "valibot";
import type { Competitor } from "../../analysis/competitors/competitor.js";
import { mlp } from "../../analysis/competitors/mlp.js";
import { staircase } from "../../analysis/competitors/staircase.js";
import type { Samples } from "../../analysis/measure.js";
import { PlateauError } from "../../errors.js";
import type { StopSignal } from "../../pause.js";
import type { StudyInput } from "../../sweep/definition.js";
import type { ObjectiveContext, ObjectiveResult } from "../../sweep/objective.js";
import { Study } from "../../sweep/study.js";
import { check, count, seedNumber } from "../../validate.js";
import { defineExperiment, type Experiment, type ExperimentInput } from "../config.js";
import { evaluationSample } from "../evaluate.js";
import { initialModel } from "../run.js";
import { type Start, starts } from "./answers.js";
import { type BaselineScore, judge } from "./baselines.js";
import { type Setting, trainingInput } from "./cell.js";
import type { AuditConfig } from "./config.js";

/** Numbers of training rows that are kept in memory, and that trees are grown on: of more rows the first are used. */
const MOST_NUMBERS = 2 ** 24;
const TREE_NUMBERS = 2 ** 20;

/** Predictors that may keep as many numbers as a protocol's regression model, fitted to the rows that it is trained on. */
export interface EqualSize {
  /** Parameters of the model. */
  readonly parameters: number;
  /** An MLP, trained as the model is. Null where it diverged, or not even a linear map has so few numbers. */
  readonly mlp: BaselineScore | null;
  /** Piecewise constant, by regression trees. */
  readonly staircase: BaselineScore | null;
}

const taskSchema = v.strictObject({
  cases: v.array(v.looseObject({ target: v.string() })),
  classes: v.array(count),
  seeds: v.array(seedNumber),
});

const OBJECTIVE = "equal-size";
export const EQUAL_SIZE_STUDY = "audit baselines of equal size";

export interface EqualSizeOptions {
  readonly workers?: number;
  readonly signal?: StopSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Fits them for both protocols, to every setting and seed, as one study.
 * @param settings those of different targets and widths: the number of classes makes none
 * @returns by setting and seed, then for each K of the audit
 * @throws PlateauError `aborted`, after saving; `study`, `io`
 */
export async function equalSizeBaselines(
  storage: string,
  settings: readonly Setting[],
  seeds: readonly number[],
  config: AuditConfig,
  { onProgress, ...options }: EqualSizeOptions = {},
): Promise<Record<Start, EqualSize>[][][]> {
  const names = Object.keys(starts) as Start[];
  const cases = settings.flatMap((setting) =>
    names.map((start) => trainingInput({ mode: "regression", answers: starts[start] }, setting, config)),
  );
  const upTo = (length: number) => Array.from({ length }, (_, index) => index);
  const definition: StudyInput = {
    name: EQUAL_SIZE_STUDY,
    space: { parameters: { case: upTo(cases.length), replicate: upTo(seeds.length) } },
    sampler: "grid",
    objective: OBJECTIVE,
    task: { cases, classes: config.classes, seeds } as unknown as v.InferInput<typeof taskSchema>,
  };
  const total = cases.length * seeds.length;
  const study = await Study.open(storage, definition, { [OBJECTIVE]: import.meta.url });
  try {
    study.retryFailed();
    let done = [...study.trials(["complete"])].length;
    for await (const { state, error, parameters } of study.run({ trials: total, ...options })) {
      if (state === "complete") {
        onProgress?.(++done, total);
        continue;
      }
      const { target, dim } = settings[Math.floor(Number(parameters["case"]) / names.length)];
      const { code, message } = error ?? { code: "study" as const, message: `it is ${state}` };
      throw new PlateauError(code, `baselines of ${target}, d = ${dim}: ${message}`);
    }
    const found: EqualSize[][][] = cases.map(() => []);
    for (const { number, parameters } of study.trials(["complete"])) {
      const [{ result }] = study.replicates(number);
      found[Number(parameters["case"])][Number(parameters["replicate"])] = result as EqualSize[];
    }
    return settings.map((_, i) =>
      seeds.map((_, seed) =>
        config.classes.map(
          (_, k) =>
            Object.fromEntries(
              names.map((start, j) => [start, found[i * names.length + j][seed][k]]),
            ) as Record<Start, EqualSize>,
        ),
      ),
    );
  } finally {
    study.close();
  }
}

/** Fits them to one protocol, setting and seed: the objective of that study. */
export default async function objective(context: ObjectiveContext): Promise<ObjectiveResult> {
  const { cases, classes, seeds } = check("the study's task", taskSchema, context.task);
  const seed = seeds[Number(context.parameters["replicate"])];
  const input = { ...cases[Number(context.parameters["case"])], seed } as unknown as ExperimentInput;
  const experiment = defineExperiment(input);
  const parameters = initialModel(experiment).parameterCount;
  const judged = (one: Competitor, numbers: number) =>
    fitted(
      one,
      experiment,
      { parameters, train: trainingRows(experiment, numbers), classes },
      context.signal,
    );
  const perceptron = await judged(mlp, MOST_NUMBERS);
  const steps = await judged(staircase, TREE_NUMBERS);
  return {
    value: 0,
    result: classes.map(
      (_, k): EqualSize => ({
        parameters,
        mlp: perceptron?.[k] ?? null,
        staircase: steps?.[k] ?? null,
      }),
    ),
  };
}

async function fitted(
  one: Competitor,
  experiment: Experiment,
  { parameters, train, classes }: { parameters: number; train: Samples; classes: readonly number[] },
  stop: StopSignal,
): Promise<BaselineScore[] | null> {
  const { target, config, quantisation, training } = experiment;
  const { dim, seed } = config;
  const [inputs, outputs] = [target.inputs * dim, target.outputs * dim];
  const found = await one.fit({
    ...{ train, inputs, outputs, numbers: parameters, training, seed },
    ...{ quantisation: quantisation(classes[0]), tokenWidth: dim },
    signal: stop,
  });
  if (!found) return null;
  const { x, y } = evaluationSample(experiment, "test");
  const predicted = Float32Array.from(await found.predict(x, { signal: stop }));
  // Of an MLP that diverged.
  if (!predicted.every(Number.isFinite)) return null;
  return judge(predicted, y, { target, dim, classes }, stop);
}

function trainingRows({ target, rows, config: { dim, seed } }: Experiment, numbers: number): Samples {
  const width = (target.inputs + target.outputs) * dim;
  const count = Math.min(rows.train, Math.max(1, Math.floor(numbers / width)));
  return { ...target.sample("train", { start: 0, count }, dim, seed), count };
}
