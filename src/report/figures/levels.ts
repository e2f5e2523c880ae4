import { said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { bySeries, counted, tooltip } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

/** What few models come to on measures of their own scale each, with intervals, beside a value that means something. */
export interface LevelsData {
  /** What is to be seen. */
  readonly title: string;
  /** What a reader needs to know: seeds, what the interval is, whose measure it is. */
  readonly about: string;
  /** In the order of rows, from the top. */
  readonly levels: readonly Level[];
  /** Of a panel: the value that a line is drawn at, and what it means. */
  /** Of a panel: what its axis counts. Default: its own name. */
  readonly units?: Readonly<Record<string, string>>;
  readonly marks?: readonly { readonly panel: string; readonly value: number; readonly meaning: string }[];
}

export interface Level {
  /** What was trained. */
  readonly row: string;
  /** Which of several is compared; each has its colour. */
  readonly series: string;
  /** The measure; each has its own plot and axis. */
  readonly panel: string;
  readonly value: number;
  /** Absent where there is one seed. */
  readonly low?: number;
  readonly high?: number;
}

export const levels: FigureKind<LevelsData> = {
  name: "levels",
  description: "values of models as dots with intervals, beside what they are held against",
  draw({ title, about, levels: given, marks = [], units = {} }, { name = "levels", note } = {}) {
    const known = given.filter(({ value }) => Number.isFinite(value));
    if (known.length === 0) return undefined;
    const distinct = (of: (one: Level) => string) => [...new Set(known.map(of))];
    const [panels, series, rows] = [
      distinct((one) => one.panel),
      distinct((one) => one.series),
      distinct((one) => one.row),
    ];
    const y = {
      field: "row",
      type: "nominal",
      title: null,
      sort: rows,
      axis: { grid: true },
    };
    const yOffset = { field: "series", type: "nominal", sort: series, scale: { paddingOuter: 0.5 } };
    const plot = (panel: string, first: boolean) => ({
      title: { text: panel, fontSize: 13, fontWeight: "normal", anchor: "middle" },
      transform: [{ filter: { field: "panel", equal: panel } }],
      width: panels.length === 1 ? 400 : 240,
      height: { step: 14 * series.length + 14, for: "position" },
      encoding: {
        y: first ? y : { ...y, axis: { grid: true, labels: false, ticks: false } },
        yOffset,
        color: bySeries("series", series),
      },
      layer: [
        ...marks
          .filter((one) => one.panel === panel)
          .map(({ value }) => ({
            transform: [{ aggregate: [{ op: "count", as: "levels" }] }],
            mark: { type: "rule", style: "zero" },
            encoding: { x: { datum: value, type: "quantitative" }, y: null, yOffset: null, color: null },
          })),
        ...(known.some((one) => one.panel === panel && one.low !== undefined && one.high !== undefined)
          ? [
              {
                transform: [{ filter: "datum.low !== null && datum.high !== null" }],
                mark: { type: "rule", strokeWidth: 2 },
                encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
              },
            ]
          : []),
        {
          mark: { type: "point", filled: true, size: 70 },
          encoding: {
            x: {
              field: "value",
              type: "quantitative",
              title: units[panel] ?? panel,
              scale: { zero: true },
              axis: { tickCount: 5, format: "~g", labelOverlap: "greedy" },
            },
            shape: bySeries("series", series),
            tooltip: tooltip({ row: "", series: "", value: panel, low: "from", high: "to" }),
          },
        },
      ],
    });
    const told = known.map((one) => `${one.row}, ${one.series}, ${one.panel}: ${said(one.value)}`);
    return {
      name,
      title,
      caption: sentences(
        about,
        ...marks.map(({ panel, value, meaning }) => `Dotted in “${panel}”: ${said(value)}, ${meaning}.`),
        note,
      ),
      alt: `Dot-and-interval plot of ${counted(known.length, "value")}. ${told.join("; ")}.`,
      data: known.map(({ panel, series: of, row, value, low, high }) => ({
        ...{ panel, series: of, row, value },
        low: low ?? null,
        high: high ?? null,
      })),
      spec: {
        data: { name: TABLE },
        concat: panels.map((panel, i) => plot(panel, i % 2 === 0)),
        columns: Math.min(2, panels.length),
        spacing: 20,
        resolve: { scale: { color: "shared", shape: "shared" } },
      },
    };
  },
  examples: {
    levels: {
      title: "On one scale both modes beat the majority class",
      about: "Means over 5 seeds, 95% intervals (t).",
      levels: ["the study's protocol", "the sound protocol"].flatMap((row, r) =>
        ["failure rate as read", "over the majority's"].flatMap((panel, p) =>
          ["regression", "classification"].map((series, s) => {
            const value = 0.9 - 0.3 * r - 0.2 * s * (1 - p);
            return { row, series, panel, value, low: value - 0.06, high: value + 0.05 };
          }),
        ),
      ),
      units: {
        "failure rate as read": "share of test vectors",
        "over the majority's": "× the majority class's failures",
      },
      marks: [{ panel: "over the majority's", value: 1, meaning: "no better than the majority class" }],
    },
    "levels-one": {
      title: "One model, one seed",
      about: "One seed: no interval.",
      levels: [{ row: "study", series: "regression", panel: "R²", value: 0.4 }],
    },
  },
  nothing: { title: "", about: "", levels: [] },
};
