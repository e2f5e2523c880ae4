import type { FailureRateResult } from "../../../analysis/failure-curve.js";
import type { PlateausResult } from "../../../analysis/plateaus.js";
import { said } from "../../../analysis/statistics/say.js";
import type { RunHistory } from "../../../experiments/history.js";
import type { RunResult } from "../../../experiments/run.js";
import { percent, rSquared } from "../../../text.js";
import type { ReportColumn, ReportSection, ReportTable } from "../../document.js";
import type { Figure, Row } from "../../figure.js";
import { attention } from "../../figures/attention.js";
import { grouped } from "../../figures/encodings.js";
import { failureCurve } from "../../figures/failure-curve.js";
import { modulus } from "../../figures/modulus.js";
import { type ResidualData, residuals } from "../../figures/residuals.js";
import { spectrum } from "../../figures/spectrum.js";
import { spectrumTraining } from "../../figures/spectrum-training.js";
import { trainingCurve } from "../../figures/training-curve.js";
import { metricName } from "../../methods.js";
import type { Measured } from "./measures.js";

const UNITS = "the units of the outputs";
const drawn = (...figures: readonly (Figure | undefined)[]) =>
  figures.filter((figure): figure is Figure => figure !== undefined);
export const section = (
  name: string,
  title: string,
  text: readonly string[],
  figures: readonly (Figure | undefined)[],
  tables: readonly ReportTable[] = [],
): ReportSection => ({ name, title, text, figures: drawn(...figures), tables });

/** How far predictions are off, beside what knows nothing of Transformers. */
export function errorSection(
  result: RunResult,
  rows: number,
  points: ResidualData,
  measured: Measured,
): ReportSection {
  return section(
    "errors",
    "How far predictions are off",
    [
      measured.line("errors"),
      "The baselines (ours) are fitted to training rows: the mean output, the most frequent class, least squares on all inputs.",
    ],
    [residuals.draw(points)],
    [scoresTable(result, rows)],
  );
}

/** Where the model is flat, and what its error is worth in pieces. The segment is the main figure. */
export function plateauSection(measured: Measured): ReportSection {
  const found = measured.result("plateaus");
  return section(
    "plateaus",
    "Is it flat in steps?",
    [
      measured.line("plateaus"),
      "The study says that Transformers approximate smooth functions by piecewise constant ones; a model has plateaus of its own where it is flat and its target is not (ours). The main figure shows one segment.",
    ],
    [],
    found ? [plateauTable(found)] : [],
  );
}

/**
 * The study's measure and the one at matched resolution.
 * @param vectors true vectors of all test rows, of which the run's own scores are
 */
export function failureSection(measured: Measured, result: RunResult, vectors: number): ReportSection {
  const found = measured.result("failureRate");
  return section(
    "failure",
    "How often it fails",
    [
      measured.line("failureRate"),
      "At matched resolution (ours), predicted and true numbers fall into the same K classes: the scale of a classification into K. The study's failure rate at k asks for the right one among all true vectors, a question that gets harder with more of them.",
      ...(found ? fewerText(found, result, vectors) : []),
    ],
    [found && failureCurve.draw(found)],
    found
      ? [
          {
            name: "failure-rates",
            caption: `The study's failure rate at k: the true vector is not among the k nearest of ${grouped(found.vectors)} true vectors. Intervals: 95%.`,
            columns: [
              { field: "k", title: "k", format: "count" },
              { field: "model", title: "this model", format: "percent" },
              { field: "low", title: "from", format: "percent" },
              { field: "high", title: "to", format: "percent" },
              { field: "mean", title: "mean predictor", format: "percent" },
              { field: "leastSquares", title: "least squares", format: "percent" },
            ],
            rows: Object.entries(found.study).map(([k, { model, mean, leastSquares }]) => ({
              k: Number(k),
              model: model.value,
              low: model.low,
              high: model.high,
              mean: mean?.value ?? null,
              leastSquares: leastSquares?.value ?? null,
            })),
          },
        ]
      : [],
  );
}

/** Why the measure at k = 1 is another number here than among the scores on all test rows. */
function fewerText(found: FailureRateResult, { mode, test }: RunResult, vectors: number): string[] {
  const [here, there] = [found.study[1]?.model.value, test.failureRate[1]];
  if (mode === "classification" || here === undefined || there === undefined || found.vectors >= vectors)
    return [];
  const why = here < there ? ": less, because there are fewer vectors that could be nearer" : "";
  return [
    `At k = 1 this table has ${percent(here)} among ${grouped(found.vectors)} true vectors, the scores above ${percent(there)} among the ${grouped(vectors)} of all test rows${why}.`,
  ];
}

export function smoothnessSection(measured: Measured): ReportSection {
  const found = measured.result("modulus");
  return section(
    "smoothness",
    "How smooth it is",
    [measured.line("modulus")],
    [found && modulus.draw({ units: UNITS, modulus: found })],
  );
}

export function spectrumSection(measured: Measured, history: RunHistory | undefined): ReportSection {
  const found = measured.result("spectrum");
  const over = history?.spectrum && spectrumTraining.draw({ history: history.spectrum });
  return section(
    "spectrum",
    "Which frequencies it has",
    [
      measured.line("spectrum"),
      over
        ? "Networks learn low frequencies first (Rahaman et al. 2019): the second figure shows whether this one did."
        : "Which frequencies were learned when was not recorded: plateau train --record-spectrum does.",
    ],
    [found && spectrum.draw({ units: UNITS, spectrum: found }), over],
  );
}

export function attentionSection(measured: Measured): ReportSection {
  const found = measured.result("attention");
  return section(
    "attention",
    "What it attends to",
    [measured.line("attention")],
    [found && attention.draw(found)],
  );
}

export function trainingSection(
  result: Pick<RunResult, "outcome" | "steps" | "best" | "seconds">,
  history: Pick<RunHistory, "measure" | "evaluations" | "best"> | undefined,
  rows: number,
): ReportSection {
  const { outcome, steps, best, seconds } = result;
  const updates = `${grouped(steps)} updates in ${seconds.toFixed(1)} s`;
  const how = {
    constructed: "The weights were written down: there was no training.",
    complete: `Training ran to its end, ${updates}.`,
    stopped: `Training was stopped when validations no longer improved, after ${updates}.`,
    pruned: `Training was pruned after ${updates}.`,
    diverged: `Training diverged after ${updates}: loss or gradient became infinite or no number.`,
  }[outcome];
  const figure =
    history &&
    trainingCurve.draw({
      measure: `validation ${metricName(history.measure)}`,
      evaluations: history.evaluations.map(({ update, value }) => ({ update, value: value ?? Number.NaN })),
      ...(history.best ? { best: history.best } : {}),
      rows: `${grouped(rows)} validation rows`,
    });
  const kept = best ? [`The weights of update ${grouped(best.update)} were kept.`] : [];
  const missing = figure || outcome === "constructed" ? [] : ["There is no history of its validations."];
  return section("training", "How it was trained", [[how, ...kept].join(" "), ...missing], [figure]);
}

function scoresTable({ test, baselines, mode }: RunResult, rows: number): ReportTable {
  const { mean, majority, leastSquares } = baselines;
  const names = [
    "rmse",
    "relativeL2",
    "r2",
    "sup",
    "failureRate.1",
    "failureRate.4",
    "matched.5",
    "matched.20",
  ];
  const of = (scores: object, name: string): number | null => {
    const [family, at] = name.split(".");
    const value = (scores as Record<string, unknown>)[family];
    const found = at === undefined ? value : (value as Record<string, unknown> | undefined)?.[at];
    return typeof found === "number" && Number.isFinite(found) ? found : null;
  };
  const written = (name: string, value: number | null) =>
    value === null
      ? ""
      : name === "r2"
        ? rSquared(value)
        : /^(failure|matched)/.test(name)
          ? percent(value)
          : said(value);
  const among = mode === "classification" ? "" : " among all true vectors";
  return {
    name: "scores",
    caption: `On ${grouped(rows)} test rows, under the run's own protocol. Failure rates at k are the study's measure, those at matched resolution ours.`,
    columns: [
      { field: "measure", title: "", format: "text" },
      { field: "model", title: "this model", format: "text" },
      { field: "mean", title: "mean", format: "text" },
      { field: "majority", title: "majority", format: "text" },
      { field: "leastSquares", title: "least squares", format: "text" },
    ],
    rows: names
      .filter((name) => of(test, name) !== null)
      .map((name) => ({
        measure: `${metricName(name)}${name.startsWith("failureRate") ? among : ""}`,
        model: written(name, of(test, name)),
        mean: written(name, of(mean, name)),
        majority: written(name, of(majority, name)),
        leastSquares: written(name, of(leastSquares, name)),
      })),
  };
}

function plateauTable({
  model,
  target,
  flatBeyondTarget,
  effectivePieces,
  segments,
  intervals,
}: PlateausResult): ReportTable {
  const columns: ReportColumn[] = [
    { field: "what", title: "", format: "text" },
    { field: "value", title: "value" },
    { field: "low", title: "from" },
    { field: "high", title: "to" },
  ];
  const rows: Row[] = [
    { what: "share of the model that is flat", ...of(model.flatShare) },
    ...(target ? [{ what: "share of the target that is flat", ...of(target.flatShare) }] : []),
    ...(flatBeyondTarget ? [{ what: "share where only the model is flat", ...of(flatBeyondTarget) }] : []),
    { what: "δ̂ of the model", ...of(model.resolution) },
    ...(effectivePieces
      ? [
          { what: "optimal constant pieces of the same error", ...piecesOf(effectivePieces.constant) },
          { what: "optimal linear pieces of the same error", ...piecesOf(effectivePieces.linear) },
        ]
      : []),
  ];
  return {
    name: "plateaus",
    caption: `Along ${segments === 1 ? "the segment" : `${segments} segments`}; ${intervals === "grid" ? "from and to: what the grid leaves open" : "intervals: 95% over segments"}. δ̂, our estimate of the study's resolution factor, is in the segments' parameter.`,
    columns,
    rows,
  };
}

const of = ({ value, low, high }: { value: number; low: number; high: number }) => ({ value, low, high });
const piecesOf = ({ pieces, low, high }: { pieces: number; low: number; high: number | null }) => ({
  value: pieces,
  low,
  high,
});
