import { said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { wrapped } from "../spec.js";
import { bySeries, counted, tooltip } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

/** What changing one thing changes, with intervals. */
export interface EffectsData {
  /** What is to be seen. */
  readonly title: string;
  /** What a reader needs to know: seeds, what the interval is, which direction is better. */
  readonly about: string;
  /** In the order of rows, from the top. */
  readonly effects: readonly Effect[];
}

export interface Effect {
  /** What is changed. */
  readonly factor: string;
  /** Where several designs or protocols are compared: which. Each has its colour. */
  readonly series: string;
  /** The measure that changes; each has its own plot and axis, with its units. */
  readonly panel: string;
  readonly value: number;
  /** Absent where there is one seed. */
  readonly low?: number;
  readonly high?: number;
}

export const effects: FigureKind<EffectsData> = {
  name: "effects",
  description: "effects of switches as dots with intervals",
  draw({ title, about, effects }, { name = "effects", note } = {}) {
    const known = effects.filter(({ value }) => Number.isFinite(value));
    if (known.length === 0) return undefined;
    const distinct = (of: (one: Effect) => string) => [...new Set(known.map(of))];
    const panels = distinct(({ panel }) => panel);
    const series = distinct((one) => one.series);
    const factors = distinct(({ factor }) => factor);
    const width = [400, 240, 165][panels.length - 1] ?? 200;
    const step = 14 * series.length + 10;
    const largest = panels.map((panel) =>
      known
        .filter((one) => one.panel === panel)
        .reduce((a, b) => (Math.abs(b.value) > Math.abs(a.value) ? b : a)),
    );
    const y = {
      field: "factor",
      type: "nominal",
      title: null,
      sort: factors,
      axis: { grid: true },
    };
    const yOffset = { field: "series", type: "nominal", sort: series, scale: { paddingOuter: 0.5 } };
    const plot = (panel: string, first: boolean) => ({
      title: {
        text: wrapped(panel, Math.floor(1.4 * (width / 13))),
        fontSize: 13,
        fontWeight: "normal",
        anchor: "middle",
      },
      transform: [{ filter: { field: "panel", equal: panel } }],
      width,
      height: { step, for: "position" },
      encoding: {
        y: first ? y : { ...y, axis: { grid: true, labels: false, ticks: false } },
        yOffset,
        color: bySeries("series", series),
      },
      layer: [
        {
          transform: [{ aggregate: [{ op: "count", as: "effects" }] }],
          mark: { type: "rule", style: "zero" },
          encoding: { x: { datum: 0, type: "quantitative" }, y: null, yOffset: null, color: null },
        },
        ...(known.some((one) => one.panel === panel && one.low !== undefined && one.high !== undefined)
          ? [
              {
                transform: [{ filter: "datum.low !== null && datum.high !== null" }],
                mark: { type: "rule", strokeWidth: 2 },
                encoding: {
                  x: { field: "low", type: "quantitative", scale: { padding: 10 } },
                  x2: { field: "high" },
                },
              },
            ]
          : []),
        {
          mark: { type: "point", filled: true, size: 70 },
          encoding: {
            x: {
              field: "value",
              type: "quantitative",
              title: "change",
              scale: { padding: 10 },
              axis: { tickCount: 4, format: "~g", labelOverlap: "greedy" },
            },
            shape: bySeries("series", series),
            tooltip: tooltip({ factor: "", series: "", value: panel, low: "from", high: "to" }),
          },
        },
      ],
    });
    const told = largest.map(
      ({ panel, factor, series: of, value }) =>
        `${panel}: largest ${factor}${series.length > 1 ? ` (${of})` : ""}, ${said(value)}`,
    );
    return {
      name,
      title,
      caption: sentences(about, "The dotted line: nothing changes.", note),
      alt: `Dot-and-interval plot of ${counted(known.length, "effect")} of ${counted(factors.length, "switch").replace(/switchs$/, "switches")}. ${told.join("; ")}.`,
      data: known.map(({ panel, series: of, factor, value, low, high }) => ({
        panel,
        series: of,
        factor,
        value,
        low: low ?? null,
        high: high ?? null,
      })),
      spec: {
        data: { name: TABLE },
        concat: panels.map((panel, i) => plot(panel, i % columnsOf(panels.length) === 0)),
        columns: columnsOf(panels.length),
        spacing: 20,
        resolve: { scale: { color: "shared", shape: "shared" } },
      },
    };
  },
  examples: {
    effects: {
      title: "The output head moves the conclusion most",
      about: "Change of each measure when one switch is turned; 5 seeds, 95% intervals.",
      effects: example(
        ["from the study's protocol", "back from the sound one"],
        ["test R²", "fails at K = 5"],
      ),
    },
    "effects-one": {
      title: "One switch, one seed",
      about: "One seed: no interval.",
      effects: [{ factor: "output head", series: "study", panel: "test R²", value: 0.4 }],
    },
  },
  nothing: { title: "", about: "", effects: [] },
};

/** Three beside each other are narrow; of more, two. */
const columnsOf = (panels: number) => (panels > 3 ? 2 : panels);

function example(series: readonly string[], panels: readonly string[]): Effect[] {
  const factors = [
    "output head",
    "class definition",
    "class range",
    "weight decay",
    "start vector",
    "width",
    "8 (learning-rate floor)",
  ];
  return panels.flatMap((panel, p) =>
    factors.flatMap((factor, f) =>
      series.map((of, s) => {
        const value = (p === 0 ? 1 : -0.4) * (0.5 / (1 + f) - 0.08 * s * f);
        return { factor, series: of, panel, value, low: value - 0.05 - 0.01 * f, high: value + 0.06 };
      }),
    ),
  );
}
