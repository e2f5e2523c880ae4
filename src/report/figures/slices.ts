import { said } from "../../analysis/statistics/say.js";
import type { Axis } from "../../sweep/insight/axis.js";
import type { Slices } from "../../sweep/insight/slice.js";
import { trialStates } from "../../sweep/trial.js";
import { TABLE } from "../figure.js";
import { bySeries, capital, counted, logarithmic, number, spreads, tooltip } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface SlicesData {
  readonly objective: string;
  readonly slices: Slices;
}

export const slices: FigureKind<SlicesData> = {
  name: "slices",
  description: "value against each parameter by itself",
  draw({ objective, slices: { slices } }, { name = "slices", note } = {}) {
    const told = slices.filter(({ points }) => points.length > 0);
    if (told.length === 0) return undefined;
    const rows = told.flatMap(({ axis, points }) =>
      points.map(({ number: trial, state, place, value }) => ({
        axis: axis.name,
        number: trial,
        state,
        at: axis.range ? place : null,
        category: axis.range ? null : String(axis.categories?.[place]),
        value,
      })),
    );
    const values = rows.map(({ value }) => value);
    const log = spreads(values);
    const states = trialStates.filter((state) => rows.some((row) => row.state === state));
    const plot = ({ axis }: { axis: Axis }, i: number) => ({
      transform: [{ filter: { field: "axis", equal: axis.name } }],
      width: 230,
      height: 170,
      mark: { type: "point", filled: true, size: 40, opacity: 0.75 },
      encoding: {
        x: across(axis),
        y: log
          ? logarithmic("value", i % 2 === 0 ? objective : null, values)
          : number("value", i % 2 === 0 ? objective : null, {
              scale: { nice: true },
              axis: { tickCount: 5 },
            }),
        color: bySeries("state", states),
        shape: bySeries("state", states),
        tooltip: tooltip({
          number: "trial",
          state: "",
          at: axis.name,
          category: axis.name,
          value: objective,
        }).filter(({ field }) => field !== (axis.range ? "category" : "at")),
      },
    });
    const best = rows.reduce((a, b) => (b.value < a.value ? b : a)).value;
    const trials = new Set(rows.map((row) => row.number)).size;
    return {
      name,
      title: `${capital(objective)} by ${told.length === 1 ? told[0].axis.name : "each parameter by itself"}`,
      caption: sentences(
        `Each point is one of ${counted(trials, "trial")}. The other parameters vary along with the one that is shown: what looks like an effect may be theirs.`,
        note,
      ),
      alt: `Scatter plots of ${objective}, one for each of ${counted(told.length, "parameter")} (${told.map(({ axis }) => axis.name).join(", ")}), over ${counted(trials, "trial")}; values from ${said(best)} to ${said(Math.max(...values))}.`,
      data: rows,
      spec: {
        data: { name: TABLE },
        concat: told.map(plot),
        columns: 2,
        spacing: 18,
        resolve: { scale: { y: "shared", color: "shared", shape: "shared" } },
      },
    };
  },
  examples: {
    slices: { objective: "validation RMSE", slices: example(24) },
    "slices-one": { objective: "validation RMSE", slices: example(1) },
  },
  nothing: { objective: "validation RMSE", slices: { slices: [] } },
};

function across({ name, range, categories }: Axis) {
  if (!range) {
    return {
      field: "category",
      type: "nominal",
      title: name,
      sort: categories?.map(String),
      axis: { labelAngle: 0 },
    };
  }
  const ends = [range.low, range.high];
  const axis = range.log ? logarithmic("at", name, ends) : number("at", name, { axis: { tickCount: 4 } });
  return { ...axis, scale: { ...axis.scale, domain: ends } };
}

function example(count: number): Slices {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const u = (i: number) => ((i * 17) % 29) / 28;
  const value = (i: number) => 0.02 + (u(i) - 0.6) * (u(i) - 0.6) + 0.02 * (i % 3);
  const state = (i: number) => (i % 5 === 4 ? ("pruned" as const) : ("complete" as const));
  const slice = (axis: Axis, place: (i: number) => number) => ({
    axis,
    points: numbers.map((i) => ({ number: i, state: state(i), place: place(i), value: value(i) })),
  });
  return {
    slices: [
      slice(
        { name: "lr", kind: "log-uniform", range: { low: 1e-5, high: 1e-2, log: true } },
        (i) => 10 ** (-5 + 3 * u(i)),
      ),
      slice({ name: "layers", kind: "choice", categories: [2, 4, 6] }, (i) => i % 3),
      slice(
        { name: "dropout", kind: "uniform", range: { low: 0.1, high: 0.2, log: false } },
        (i) => 0.1 + 0.1 * u(7 * i),
      ),
    ],
  };
}
