import { said } from "../../analysis/statistics/say.js";
import type { Evaluation } from "../../training/state.js";
import { TABLE } from "../figure.js";
import {
  counted,
  finite,
  grouped,
  logarithmic,
  number,
  part,
  spreads,
  thinned,
  tooltip,
  wide,
  zoom,
} from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface TrainingCurveData {
  /** What validation minimises: "validation RMSE". */
  readonly measure: string;
  /** A value that is NaN or infinite is not drawn. */
  readonly evaluations: readonly Evaluation[];
  /** The evaluation whose weights were kept. */
  readonly best?: Evaluation;
  /** "2,000 validation rows". */
  readonly rows: string;
}

const POINTS = 300;

export const trainingCurve: FigureKind<TrainingCurveData> = {
  name: "training-curve",
  description: "validation value by update, the best marked",
  draw({ measure, evaluations, best, rows }, { name = "training-curve", note } = {}) {
    const known = evaluations.filter(({ value }) => Number.isFinite(value));
    if (known.length === 0) return undefined;
    const log = spreads(known.map(({ value }) => value));
    const first = known[0];
    const last = known[known.length - 1];
    const kept = best && finite(best.value) !== null ? best : undefined;
    const lost = evaluations.length - known.length;
    const y = log
      ? logarithmic(
          "value",
          measure,
          known.map(({ value }) => value),
        )
      : number("value", measure);
    const all = thinned(known, POINTS).map((one) => ({
      part: "curve",
      update: one.update,
      value: one.value,
    }));
    return {
      name,
      title: kept
        ? `The least ${measure}, ${said(kept.value)}, came at update ${grouped(kept.update)} of ${grouped(last.update)}`
        : `${measure[0].toUpperCase()}${measure.slice(1)} over training`,
      caption: sentences(
        `${measure[0].toUpperCase()}${measure.slice(1)} on ${rows}, at ${counted(known.length, "validation")}.`,
        kept && "The weights of the marked one were kept.",
        lost > 0 && `${counted(lost, "value")} that were no numbers are left out.`,
        note,
      ),
      alt: `Line chart of ${measure} by update: from ${said(first.value)} at update ${grouped(first.update)} to ${said(last.value)} at update ${grouped(last.update)}${kept ? `, least ${said(kept.value)} at update ${grouped(kept.update)}` : ""}.`,
      data: [...all, ...(kept ? [{ part: "best", update: kept.update, value: kept.value }] : [])],
      spec: {
        ...wide,
        height: 240,
        data: { name: TABLE },
        encoding: { x: number("update", "update", { axis: { format: "~s" } }), y },
        layer: [
          {
            params: zoom,
            transform: [part("curve")],
            mark: { type: "line", point: { filled: true, size: 30 }, clip: true },
            encoding: { tooltip: tooltip({ update: "update", value: measure }) },
          },
          {
            transform: [part("best")],
            mark: { type: "point", size: 160, clip: true },
            encoding: { tooltip: tooltip({ update: "best at update", value: measure }) },
          },
        ],
      },
    };
  },
  examples: {
    "training-curve": {
      measure: "validation RMSE",
      evaluations: Array.from({ length: 20 }, (_, i) => ({
        update: 200 * (i + 1),
        value: 1 / (1 + i * i) + 0.01 * (i % 3),
      })),
      best: { update: 3800, value: 1 / 325 },
      rows: "2,000 validation rows",
    },
    "training-curve-one": {
      measure: "validation failure rate",
      evaluations: [{ update: 200, value: 0.5 }],
      best: { update: 200, value: 0.5 },
      rows: "10,000 validation rows",
    },
  },
  nothing: { measure: "validation RMSE", evaluations: [{ update: 1, value: Number.NaN }], rows: "no rows" },
};
