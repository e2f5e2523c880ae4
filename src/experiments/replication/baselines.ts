import * as v from "valibot";
import {
  baselineRows,
  classificationBaselines,
  fitBaselines,
  matchedQuantisations,
  regressionBaselines,
} from "../../analysis/metrics/baselines.js";
import type { RegressionMeasures } from "../../analysis/metrics/regression.js";
import type { StudyInput } from "../../sweep/definition.js";
import type { ObjectiveContext, ObjectiveResult } from "../../sweep/objective.js";
import { studyClasses } from "../../targets/quantisation.js";
import { check, seedNumber } from "../../validate.js";
import { defineExperiment, type ExperimentInput } from "../config.js";
import { generatedRows } from "../data.js";
import { evaluationSample } from "../evaluate.js";

/** A trivial predictor by all that models are measured by; absent is what does not apply to it. */
export interface TrivialScores {
  /** By k. */
  readonly failureRate?: Readonly<Record<string, number>>;
  /** By K. */
  readonly matched?: Readonly<Record<string, number>>;
  readonly r2?: number;
  readonly sup?: number;
}

/** Predictors that no training is needed for. */
export const trivialPredictors = ["mean", "majority", "leastSquares"] as const;
/** The scores of every trivial predictor. */
export type Trivial = Readonly<Record<(typeof trivialPredictors)[number], TrivialScores>>;

/** Trivial predictors of one target, width and seed: of the regression, and of each classification by its K. */
export interface WidthBaselines {
  readonly regression: Trivial;
  readonly classification: Readonly<Record<string, Trivial>>;
}

const taskSchema = v.strictObject({
  /** Options of training, one for each width of a target, without their seed. */
  cases: v.array(v.looseObject({ target: v.string() })),
  classes: v.array(v.number()),
  seeds: v.array(seedNumber),
});

/** The study that computes trivial predictors: once for each width and seed, whatever the settings that share them. */
export function baselinesStudy(task: v.InferInput<typeof taskSchema>): StudyInput {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  return {
    name: "baselines",
    space: { parameters: { case: upTo(task.cases.length), replicate: upTo(task.seeds.length) } },
    sampler: "grid",
    objective: "baselines",
    task,
  };
}

/** Fits and judges them on one width and seed: the objective of that study. */
export default async function objective(context: ObjectiveContext): Promise<ObjectiveResult> {
  const { cases, classes, seeds } = check("the study's task", taskSchema, context.task);
  const seed = seeds[Number(context.parameters["replicate"])];
  const input = { ...cases[Number(context.parameters["case"])], seed } as unknown as ExperimentInput;
  return { value: 0, result: await widthBaselines(input, classes, context.signal) };
}

async function widthBaselines(
  input: ExperimentInput,
  classes: readonly number[],
  signal: ObjectiveContext["signal"],
): Promise<WidthBaselines> {
  const experiment = defineExperiment(input);
  const { target, rows, quantisation, config } = experiment;
  const { dim, seed } = config;
  const shape = { inputs: target.inputs, outputs: target.outputs, dim };
  const centroids = quantisation(studyClasses[0]);
  const counted = matchedQuantisations(centroids, [...new Set([...studyClasses, ...classes])]);
  const train = generatedRows(target, baselineRows(rows.train, shape), dim, seed);
  const fitted = await fitBaselines(train, shape, counted, signal);
  const data = evaluationSample(experiment, "test");
  const { mean, majority, leastSquares } = await regressionBaselines(fitted, data, centroids, { signal });
  return {
    regression: {
      mean: scores(mean),
      majority: { matched: { ...majority.matched.failureRate } },
      leastSquares: scores(leastSquares),
    },
    classification: Object.fromEntries(
      classes.map((K) => {
        const found = classificationBaselines(fitted, data, quantisation(K));
        const only = ({ failureRate }: { failureRate: Readonly<Record<string, number>> }) => ({
          failureRate: { ...failureRate },
        });
        return [
          K,
          {
            mean: only(found.mean),
            majority: only(found.majority),
            leastSquares: only(found.leastSquares),
          },
        ];
      }),
    ),
  };
}

function scores({ errors: { r2, sup }, failureRate, matched }: RegressionMeasures): TrivialScores {
  return { failureRate: { ...failureRate.failureRate }, matched: { ...matched.failureRate }, r2, sup };
}
