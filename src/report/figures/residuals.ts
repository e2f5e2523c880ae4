import { said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { counted, number, part, thinned, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface ResidualData {
  /** Of what, for the caption: "test rows, all outputs". */
  readonly of: string;
  readonly units: string;
  readonly points: readonly { readonly truth: number; readonly predicted: number }[];
}

/** Points that are drawn at most. */
const POINTS = 600;

export const residuals: FigureKind<ResidualData> = {
  name: "residuals",
  description: "predicted less true, by the true value",
  draw({ of, units, points }, { name = "residuals", note } = {}) {
    const known = points.filter((one) => Number.isFinite(one.truth) && Number.isFinite(one.predicted));
    if (known.length === 0) return undefined;
    let squares = 0;
    let sum = 0;
    let largest = 0;
    for (const { truth, predicted } of known) {
      const error = predicted - truth;
      squares += error * error;
      sum += error;
      largest = Math.max(largest, Math.abs(error));
    }
    const rmse = Math.sqrt(squares / known.length);
    const bias = sum / known.length;
    const drawn = thinned(known, POINTS);
    const shown = drawn.length < known.length ? ` ${drawn.length} of them are drawn.` : "";
    const point = (one: (typeof drawn)[number]) => ({
      part: "point",
      truth: one.truth,
      predicted: one.predicted,
      residual: one.predicted - one.truth,
    });
    const line = (level: string, residual: number) => ({
      part: level,
      truth: null,
      predicted: null,
      residual,
    });
    return {
      name,
      title: `Predictions are off by ${said(rmse)} in the root mean square`,
      caption: sentences(
        `Predicted less true, by the true value, in ${units}; ${of}: ${counted(known.length, "number")}.${shown}`,
        `Dashed: ± their RMSE, ${said(rmse)}. Their mean is ${said(bias)}, the largest magnitude ${said(largest)}.`,
        note,
      ),
      alt: `Scatter plot of ${counted(known.length, "residual")}, ${of}: RMSE ${said(rmse)}, mean ${said(bias)}, largest magnitude ${said(largest)}.`,
      data: [...drawn.map(point), line("zero", 0), line("rmse", rmse), line("rmse", -rmse)],
      spec: {
        ...wide,
        data: { name: TABLE },
        layer: [
          {
            params: zoom,
            transform: [part("point")],
            mark: { type: "circle", size: 24, opacity: 0.55, clip: true },
            encoding: {
              x: number("truth", `true value, ${units}`, { scale: { nice: true } }),
              y: number("residual", "predicted − true", { scale: { zero: true, nice: true } }),
              tooltip: tooltip({ truth: "true", predicted: "predicted", residual: "residual" }),
            },
          },
          {
            transform: [part("zero")],
            mark: { type: "rule", style: "zero", clip: true },
            encoding: { y: { field: "residual", type: "quantitative" } },
          },
          {
            transform: [part("rmse")],
            mark: { type: "rule", style: "baseline", clip: true },
            encoding: {
              y: { field: "residual", type: "quantitative" },
              tooltip: tooltip({ residual: "± RMSE" }),
            },
          },
        ],
      },
    };
  },
  examples: {
    residuals: {
      of: "500 test rows",
      units: "the units of the outputs",
      points: Array.from({ length: 900 }, (_, i) => {
        const truth = ((i * 377) % 900) / 450 - 1;
        return { truth, predicted: truth - 0.2 * truth * truth * truth + 0.05 * (((i * 541) % 97) / 48 - 1) };
      }),
    },
    "residuals-one": { of: "1 test row", units: "metres", points: [{ truth: 2, predicted: 2.25 }] },
  },
  nothing: { of: "no test rows", units: "metres", points: [{ truth: 1, predicted: Number.NaN }] },
};
