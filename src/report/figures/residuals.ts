import { said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { counted, number, part, thinned, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface ResidualData {
  /** Of what, for the caption: "test rows, all outputs". */
  readonly of: string;
  readonly units: string;
  /** Of every number there is: what is said is said of all, and some are drawn. */
  readonly truth: ArrayLike<number>;
  /** As many. */
  readonly predicted: ArrayLike<number>;
}

/** Points that are drawn at most, evenly over all, and those of the largest magnitude that always are. */
const POINTS = 600;
const WORST = 20;

export const residuals: FigureKind<ResidualData> = {
  name: "residuals",
  description: "predicted less true, by the true value",
  draw({ of, units, truth, predicted }, { name = "residuals", note } = {}) {
    const known: number[] = [];
    for (let i = 0; i < truth.length; i++) {
      if (Number.isFinite(truth[i]) && Number.isFinite(predicted[i])) known.push(i);
    }
    if (known.length === 0) return undefined;
    const errorAt = (i: number) => predicted[i] - truth[i];
    let squares = 0;
    let sum = 0;
    let largest = 0;
    for (const i of known) {
      const error = errorAt(i);
      squares += error * error;
      sum += error;
      largest = Math.max(largest, Math.abs(error));
    }
    const rmse = Math.sqrt(squares / known.length);
    const bias = sum / known.length;
    const some = thinned(known, POINTS);
    const drawn =
      some.length < known.length
        ? [...new Set([...some, ...worst(known, errorAt)])].sort((a, b) => a - b)
        : some;
    const shown =
      drawn.length < known.length ? ` ${drawn.length} of them are drawn, the ${WORST} worst among them.` : "";
    const point = (i: number) => ({
      part: "point",
      truth: truth[i],
      predicted: predicted[i],
      residual: errorAt(i),
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
      ...example(900),
    },
    "residuals-one": { of: "1 test row", units: "metres", truth: [2], predicted: [2.25] },
  },
  nothing: { of: "no test rows", units: "metres", truth: [1], predicted: [Number.NaN] },
};

/** Those of the largest magnitude, the first of equals. */
function worst(among: readonly number[], errorAt: (i: number) => number): number[] {
  const size = (i: number) => Math.abs(errorAt(i));
  const found: number[] = [];
  for (const i of among) {
    if (found.length === WORST && !(size(i) > size(found[WORST - 1]))) continue;
    const at = found.findIndex((other) => size(i) > size(other));
    found.splice(at < 0 ? found.length : at, 0, i);
    if (found.length > WORST) found.pop();
  }
  return found;
}

/** A model that bends, and one number that it misses by far. */
function example(count: number): Pick<ResidualData, "truth" | "predicted"> {
  const truth = Array.from({ length: count }, (_, i) => ((i * 377) % 900) / 450 - 1);
  const predicted = truth.map((y, i) => y - 0.2 * y * y * y + 0.05 * (((i * 541) % 97) / 48 - 1));
  predicted[2] = truth[2] + 0.6;
  return { truth, predicted };
}
