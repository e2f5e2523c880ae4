import { said } from "../../analysis/statistics/say.js";
import type { Axis } from "../../sweep/insight/axis.js";
import type { ParallelCoordinates } from "../../sweep/insight/parallel.js";
import type { Direction } from "../../sweep/trial.js";
import { log } from "../../targets/math.js";
import { minus } from "../../text.js";
import { TABLE } from "../figure.js";
import { counted, part, spreads, thinned, tooltip, wide } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface ParallelData {
  readonly objective: string;
  readonly direction: Direction;
  readonly parallel: ParallelCoordinates;
}

/** Lines that are drawn at most: the best ones. */
const LINES = 200;

export const parallel: FigureKind<ParallelData> = {
  name: "parallel",
  description: "each trial as a line through its parameters and its value",
  draw({ objective, direction, parallel: { axes, values, rows } }, { name = "parallel", note } = {}) {
    if (rows.length === 0 || axes.length === 0 || !values) return undefined;
    const logged = spreads(rows.map(({ value }) => value));
    const last: Axis = { name: objective, kind: "uniform", range: { ...values, log: logged } };
    const all = [...axes, last];
    const drawn = thinned(rows, LINES);
    const lines = drawn.flatMap(({ number, state, value, places }) =>
      [...places, value].map((place, a) => ({
        part: "line",
        number,
        state,
        axis: all[a].name,
        at: place === null ? null : position(all[a], place),
        value,
        good: direction === "minimize" ? 1 - position(last, value) : position(last, value),
        text: place === null ? null : written(all[a], place),
      })),
    );
    const labels = all.flatMap((axis) =>
      marks(axis).map(({ place, at, part }) => ({
        part,
        number: null,
        state: null,
        axis: axis.name,
        at,
        value: null,
        good: null,
        text: written(axis, place),
      })),
    );
    const names = all.map((axis) => axis.name);
    const x = {
      field: "axis",
      type: "nominal",
      title: null,
      sort: names,
      axis: {
        labelAngle: all.length > 4 ? -25 : 0,
        grid: true,
        domain: false,
        ticks: false,
        labelPadding: 8,
        labelOverlap: false,
      },
    };
    const y = {
      field: "at",
      type: "quantitative",
      title: null,
      axis: null,
      scale: { domain: [-0.07, 1.07], nice: false },
    };
    const text = (of: string, mark: Record<string, unknown>) =>
      labels.some((label) => label.part === of)
        ? [
            {
              transform: [part(of)],
              mark: { type: "text", style: "note", ...mark },
              encoding: { x, y, text: { field: "text", type: "nominal" } },
            },
          ]
        : [];
    return {
      name,
      title: `${counted(rows.length, "trial")} through ${counted(axes.length, "parameter")}`,
      caption: sentences(
        `Each line is a trial, through its parameters to its ${objective} on the last axis; the colour goes from the worst (orange) to the best (blue). Axes go from their least to their greatest value, logarithmic ranges by their logarithm; a line is broken where a parameter does not apply.`,
        drawn.length < rows.length && `${drawn.length} trials are drawn, evenly over their numbers.`,
        note,
      ),
      alt: `Parallel coordinates of ${counted(rows.length, "trial")} over ${axes.map((axis) => axis.name).join(", ")}; ${objective} from ${said(values.low)} to ${said(values.high)}.`,
      data: [...lines, ...labels],
      spec: {
        ...wide,
        height: 320,
        data: { name: TABLE },
        layer: [
          {
            transform: [part("line")],
            mark: {
              type: "line",
              strokeWidth: 1.25,
              opacity: 0.7,
              invalid: "break-paths-show-path-domains",
              point: { filled: true, size: 16 },
            },
            encoding: {
              x,
              y,
              detail: { field: "number", type: "nominal" },
              color: {
                field: "good",
                type: "quantitative",
                legend: null,
                scale: { domain: [0, 1], range: "diverging" },
              },
              tooltip: tooltip({ number: "trial", state: "", axis: "", text: "", value: objective }).map(
                (one) => (one.field === "text" ? { field: "text", title: "is" } : one),
              ),
            },
          },
          ...text("end", { align: "center" }),
          ...text("category", { align: "left", dx: 6 }),
        ],
      },
    };
  },
  examples: {
    parallel: { objective: "validation RMSE", direction: "minimize", parallel: example(30) },
    "parallel-near-1": {
      objective: "validation failure rate at k = 1",
      direction: "minimize",
      parallel: nearOne(),
    },
    "parallel-one": { objective: "validation RMSE", direction: "minimize", parallel: example(1) },
  },
  nothing: {
    objective: "validation RMSE",
    direction: "minimize",
    parallel: { axes: [], values: null, rows: [] },
  },
};

/** What hardly succeeds, as the study's measure of regression does with many vectors. */
function nearOne(): ParallelCoordinates {
  const { axes, rows } = example(12);
  const near = rows.map((row, i) => ({ ...row, value: 0.9997 + 0.00002 * ((i * 7) % 12) }));
  const all = near.map(({ value }) => value);
  return { axes, values: { low: Math.min(...all), high: Math.max(...all) }, rows: near };
}

/** Where a place lies between the ends of its axis, 0 … 1; in the middle where they are the same. */
function position({ range, categories }: Axis, place: number): number {
  if (!range) return (place + 0.5) / Math.max(1, categories?.length ?? 1);
  const { low, high, log: logarithmic } = range;
  const scale = logarithmic ? log : (value: number) => value;
  if (!(high > low)) return 0.5;
  return Math.min(1, Math.max(0, (scale(place) - scale(low)) / (scale(high) - scale(low))));
}

/** With as many digits as tell the ends of its axis apart. */
function written({ range, categories }: Axis, place: number): string {
  if (!range) return String(categories?.[place] ?? place);
  const digits = [3, 4, 5, 6, 7, 8].find(
    (most) =>
      range.low === range.high ||
      Number(range.low.toPrecision(most)) !== Number(range.high.toPrecision(most)),
  );
  return digits === undefined || digits === 3
    ? said(place)
    : minus(String(Number(place.toPrecision(digits))));
}

/** What an axis is labelled with: the ends of a range beyond them, categories beside where they are. */
function marks(axis: Axis): { place: number; at: number; part: "end" | "category" }[] {
  const { range, categories } = axis;
  if (range) {
    const ends = range.high > range.low ? [range.low, range.high] : [range.low];
    return ends.map((place, i) => ({ place, at: i === 0 ? -0.045 : 1.045, part: "end" }));
  }
  const places = thinned([...(categories ?? []).keys()], 8);
  return places.map((place) => ({ place, at: position(axis, place), part: "category" }));
}

function example(count: number): ParallelCoordinates {
  const axes: Axis[] = [
    { name: "lr", kind: "log-uniform", range: { low: 1e-5, high: 1e-2, log: true } },
    { name: "layers", kind: "choice", categories: [2, 4, 6] },
    { name: "dropout", kind: "uniform", range: { low: 0.1, high: 0.2, log: false } },
    { name: "positions", kind: "choice", categories: ["sinusoidal", "learned"] },
  ];
  const rows = Array.from({ length: count }, (_, number) => {
    const u = ((number * 17) % 29) / 28;
    const places = [
      10 ** (-5 + 3 * u),
      number % 3,
      number % 5 === 4 ? null : 0.1 + 0.1 * (((number * 11) % 23) / 22),
      number % 2,
    ];
    return {
      number,
      state: "complete" as const,
      value: 0.01 + (u - 0.6) * (u - 0.6) + 0.02 * (number % 3),
      places,
    };
  });
  const all = rows.map(({ value }) => value);
  return { axes, values: { low: Math.min(...all), high: Math.max(...all) }, rows };
}
