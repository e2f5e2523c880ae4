import type { PlateausResult } from "../../analysis/plateaus.js";
import { findTarget } from "../../targets/registry.js";
import type { PredictionMeasures } from "../cells/predictions.js";
import type { CellOutcome, CellResult } from "../cells/run-cells.js";
import type { Mode } from "./answers.js";
import type { SeedBaselines } from "./baselines.js";
import type { Cell, Setting } from "./cell.js";
import { commonScale, type Scale, scaleIndex, studyScale } from "./scales.js";

/** What effects are measured on: one number a run, or null where the run has none. */
export interface Response {
  readonly name: ResponseName;
  readonly title: string;
  /** How it is defined, and whose definition it is. */
  readonly what: string;
  /** The way that is better; null where neither is. */
  readonly better: "more" | "less" | null;
  readonly modes: readonly Mode[];
  /** What a run that diverged counts as; null: it has none, and is left out with its seed. */
  of(run: Run): number | null;
}

/** Every number that effects are taken of. */
export const responseNames = [
  "read",
  "studyRate",
  "ownRate",
  "excess",
  "excessCommon",
  "excessStudy",
  "r2",
  "sup",
  "flatBeyond",
  "resolution",
  "constantPieces",
  "linearPieces",
  "variance",
  "meanR2",
] as const;
/** A number that effects are taken of. */
export type ResponseName = (typeof responseNames)[number];

/** One run, as a cell reads it. */
export interface Run {
  readonly cell: Cell;
  readonly setting: Setting;
  readonly outcome: CellOutcome;
  readonly baselines: SeedBaselines;
  /** Where its failure rates at the setting's K begin among those on all scales at all K. */
  readonly firstScale: number;
}

/** R² and what is like it count from here on down as this: how bad a hopeless model is tells nothing. */
const LEAST_R2 = -1;
const both: readonly Mode[] = ["regression", "classification"];
const regression: readonly Mode[] = ["regression"];

export const responses: readonly Response[] = [
  {
    ...{ name: "read", title: "failure rate as the protocol reads it", better: "less", modes: both },
    what: "regression: among all true vectors, or where question 2 is answered so, at matched resolution; classification: among the classes",
    of: (run) =>
      run.cell.mode === "regression" && run.cell.answers.metric === "matched-resolution"
        ? rate(run, run.cell.answers)
        : studyRate(run.outcome),
  },
  {
    ...{ name: "studyRate", title: "failure rate as the study measures it", better: "less", modes: both },
    what: "k = 1: regression among all true vectors of the test rows, classification among the classes",
    of: ({ outcome }) => studyRate(outcome),
  },
  {
    ...{
      name: "ownRate",
      title: "failure rate at matched resolution, own classes",
      better: "less",
      modes: both,
    },
    what: "ours: predictions and true outputs quantised by the cell's own answers to questions 3 and 4; in classification the failure rate among the classes",
    of: (run) => rate(run, run.cell.answers),
  },
  {
    ...{ name: "excess", title: "failures over the majority's, own classes", better: "less", modes: both },
    what: "ours: failure rate at matched resolution over that of the majority class, both on the scale of the cell's own answers to questions 3 and 4; 1 is no better than the majority class",
    of: (run) => excess(run, run.cell.answers),
  },
  {
    ...{
      name: "excessCommon",
      title: "failures over the majority's, common scale",
      better: "less",
      modes: both,
    },
    what: "ours: the same on one scale for all runs, K of each coordinate over the target's range; a classifier that learned classes on the diagonal is read by its centroids, which say nothing of single coordinates",
    of: (run) => excess(run, commonScale),
  },
  {
    ...{
      name: "excessStudy",
      title: "failures over the majority's, study's scale",
      better: "less",
      modes: both,
    },
    what: "ours: the same on the study's scale for all runs, K centroids on the diagonal of [−1, 1]^d",
    of: (run) => excess(run, studyScale),
  },
  {
    ...{ name: "r2", title: "R²", better: "more", modes: both },
    what: "over all numbers of the test outputs, not below −1; in classification of the predicted centroids",
    of: ({ outcome }) => floored(complete(outcome)?.test?.r2),
  },
  {
    ...{ name: "sup", title: "largest error over the target's range", better: "less", modes: both },
    what: "largest error on the test rows over the width of the target's range, not above 1",
    of: ({ outcome, setting }) => {
      const { low, high } = findTarget(setting.target).range;
      const sup = complete(outcome)?.test?.sup;
      return typeof sup === "number" ? Math.min(1, sup / (high - low)) : 1;
    },
  },
  {
    ...{ name: "flatBeyond", title: "share flat beyond the target's own", better: "less", modes: regression },
    what: "share of segments through the domain where the model is flat and its target is not (measure plateaus)",
    of: ({ outcome }) => plateausOf(outcome)?.flatBeyondTarget?.value ?? null,
  },
  {
    ...{ name: "resolution", title: "δ̂: length of flat runs", better: "less", modes: regression },
    what: "expected length of the flat run that a random point lies in, 0 if in none, in the segment's parameter",
    of: ({ outcome }) => plateausOf(outcome)?.model.resolution.value ?? null,
  },
  {
    ...{ name: "constantPieces", title: "effective constant pieces", better: "more", modes: regression },
    what: "how many optimal constant pieces a segment err as much as the model",
    of: ({ outcome }) => plateausOf(outcome)?.effectivePieces?.constant.pieces ?? null,
  },
  {
    ...{ name: "linearPieces", title: "effective linear pieces", better: "more", modes: regression },
    what: "how many optimal continuous linear pieces a segment err as much as the model",
    of: ({ outcome }) => plateausOf(outcome)?.effectivePieces?.linear.pieces ?? null,
  },
  {
    ...{ name: "variance", title: "variance of predictions over the target's", better: null, modes: both },
    what: "both over the test rows, summed over coordinates, not above 4: 0 of a model that is one constant",
    of: ({ outcome }) => {
      const ratio = predictionsOf(outcome)?.varianceRatio;
      return typeof ratio === "number" ? Math.min(4, ratio) : null;
    },
  },
  {
    ...{ name: "meanR2", title: "R² of the mean over coordinates", better: "more", modes: both },
    what: "of each vector's mean over its d coordinates, by which centroids on the diagonal classify; not below −1",
    of: ({ outcome }) => floored(predictionsOf(outcome)?.meanR2),
  },
];

/** @returns the response of that name */
export function findResponse(name: ResponseName): Response {
  return responses.find((one) => one.name === name)!;
}

/** Failure rate of a run on a scale: of its predictions, or of the centroids of the classes it predicts. */
function rate({ outcome, firstScale }: Run, scale: Scale): number {
  // What has diverged predicts nothing: it fails.
  return predictionsOf(outcome)?.matched[firstScale + scaleIndex(scale)] ?? 1;
}

/** Null where the majority class never fails: nothing is to be learned on such a scale. */
function excess(run: Run, scale: Scale): number | null {
  const majority = run.baselines.majority[scaleIndex(scale)];
  return majority > 0 ? rate(run, scale) / majority : null;
}

const studyRate = (outcome: CellOutcome) => complete(outcome)?.test?.failureRate[1] ?? 1;

function complete(outcome: CellOutcome): CellResult | undefined {
  return outcome.state === "complete" ? outcome.result : undefined;
}

function measureOf<R>(outcome: CellOutcome, name: string): R | undefined {
  const measure = complete(outcome)?.more?.[name];
  return measure && "result" in measure ? (measure.result as R) : undefined;
}

const predictionsOf = (outcome: CellOutcome) => measureOf<PredictionMeasures>(outcome, "predictions");
const plateausOf = (outcome: CellOutcome) => measureOf<PlateausResult>(outcome, "plateaus");

const floored = (r2: number | null | undefined) =>
  typeof r2 === "number" ? Math.max(LEAST_R2, r2) : LEAST_R2;
