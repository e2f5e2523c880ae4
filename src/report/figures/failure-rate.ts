import type { Estimate } from "../../analysis/statistics/bootstrap.js";
import { percent } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { bySeries, counted, doubling, share, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

/** Shares of failures against a number that doubles, of models and of what they are held against. */
export interface FailureRateData {
  /** What is to be seen. */
  readonly title: string;
  /** What x is: "numbers per token, d". */
  readonly x: string;
  /** What fails, of what: "test vectors whose true one is not the nearest (k = 1)". */
  readonly y: string;
  /** What a reader needs to know: seeds, rows, what the interval is, whose measure it is. */
  readonly about: string;
  readonly series: readonly FailureSeries[];
}

export interface FailureSeries {
  readonly name: string;
  /** Models are dots on solid lines, baselines bars on dashed ones. */
  readonly kind: "model" | "baseline";
  /** Where there are several plots beside each other: which. */
  readonly panel?: string;
  readonly points: readonly ({ readonly x: number } & Pick<Estimate, "value"> & Partial<Estimate>)[];
}

/** Without a scale: the legend of shapes tells models from baselines. */
const DASHES = { condition: { test: "datum.kind === 'baseline'", value: [5, 4] }, value: [1, 0] };
/** A flat bar, as wide as a few dots: seen beside a dot of the same colour, and under one. */
const BAR = "M-2,-0.2H2V0.2H-2Z";

export const failureRate: FigureKind<FailureRateData> = {
  name: "failure-rate",
  description: "failure rates against d or K, beside baselines, with intervals",
  draw({ title, x, y, about, series }, { name = "failure-rate", note } = {}) {
    const known = series.filter(({ points }) => points.length > 0);
    if (known.length === 0) return undefined;
    const names = [...new Set(known.map((one) => one.name))];
    const panels = [...new Set(known.map(({ panel }) => panel ?? ""))];
    const rows = known.flatMap(({ name, kind, panel, points }) =>
      [...points]
        .sort((a, b) => a.x - b.x)
        .map((point) => ({
          ...(panels.length > 1 ? { panel: panel ?? "" } : {}),
          series: name,
          kind,
          x: point.x,
          value: point.value,
          low: point.low ?? null,
          high: point.high ?? null,
        })),
    );
    const intervals = rows.some(({ low, high }) => low !== null && high !== null);
    const most = Math.max(...rows.map((row) => row.high ?? row.value));
    const scale = { domainMin: 0, domainMax: most > 0 ? Math.min(1, 1.05 * most) : 1, nice: false };
    const told = known.map(({ name, panel, points }) => {
      const ordered = [...points].sort((a, b) => a.x - b.x);
      const [first, last] = [ordered[0], ordered[ordered.length - 1]];
      const from = `${percent(first.value)} at ${first.x}`;
      const to = ordered.length > 1 ? ` to ${percent(last.value)} at ${last.x}` : "";
      return `${panel ? `${panel}, ` : ""}${name}: ${from}${to}`;
    });
    const guessed = rows.some(({ kind }) => kind === "baseline");
    // Where baselines have names of their own, colours tell.
    const alike = known.some(({ name, kind }) =>
      known.some((other) => other.name === name && other.kind !== kind),
    );
    /** One plot: lines over x, or where a plot has one x only, its series beside each other. */
    const plot = (panel: string | undefined, at: number) => {
      const own = panel === undefined ? rows : rows.filter((row) => row.panel === panel);
      const single = new Set(own.map((row) => row.x)).size === 1;
      const color = bySeries("series", names);
      const drawnAt = single
        ? {
            x: { field: "x", type: "ordinal", title: x, axis: { labelAngle: 0 } },
            xOffset: { field: "series", type: "nominal", sort: names, scale: { domain: names } },
          }
        : {
            x: doubling(
              "x",
              x,
              own.map((row) => row.x),
            ),
          };
      const shape = {
        field: "kind",
        type: "nominal",
        title: null,
        scale: { domain: ["model", "baseline"], range: ["circle", BAR] },
        legend: alike
          ? { labelOffset: 8, labelExpr: "datum.label === 'model' ? 'model' : 'baseline (ours)'" }
          : null,
      };
      return {
        ...(panel === undefined ? {} : { transform: [{ filter: { field: "panel", equal: panel } }] }),
        layer: [
          ...(intervals
            ? [
                {
                  transform: [{ filter: "datum.low !== null && datum.high !== null" }],
                  mark: { type: "rule", style: "interval", clip: true },
                  encoding: { y: share("low", y, scale), y2: { field: "high" } },
                },
              ]
            : []),
          ...(single
            ? []
            : [
                {
                  mark: { type: "line", clip: true },
                  encoding: { y: share("value", y, scale), detail: { field: "kind" }, strokeDash: DASHES },
                },
              ]),
          {
            // Places of one value each have no zoom.
            ...(single ? {} : { params: zoom.map((one) => ({ ...one, name: `zoom${at}` })) }),
            mark: { type: "point", filled: true, opacity: 1, size: 55, clip: true },
            encoding: {
              y: share("value", y, scale),
              shape,
              tooltip: tooltip({ panel: "", series: "", x, value: "fails %", low: "from %", high: "to %" }),
            },
          },
        ],
        encoding: { ...drawnAt, color },
      };
    };
    return {
      name,
      title,
      caption: sentences(
        about,
        guessed && "Bars, and where there are several values dashed lines: baselines (ours).",
        note,
      ),
      alt: `Line chart of ${y} against ${x}, ${counted(names.length, "series").replace(/seriess$/, "series")}. ${told.join("; ")}.`,
      data: rows,
      spec:
        panels.length > 1
          ? {
              data: { name: TABLE },
              concat: panels.map((panel, at) => ({
                title: { text: panel, fontSize: 13, fontWeight: "normal", anchor: "middle" },
                width: 250,
                height: 230,
                ...plot(panel, at),
              })),
              columns: 2,
              resolve: { scale: { color: "shared", shape: "shared" } },
            }
          : { ...wide, data: { name: TABLE }, ...plot(undefined, 0) },
    };
  },
  examples: {
    "failure-rate": example([undefined]),
    "failure-rate-panels": example(["m2n1", "m4n3"]),
    "failure-rate-one-width": oneWidth(),
    "failure-rate-one": {
      title: "One setting, one seed",
      x: "numbers per token, d",
      y: "fails at K = 5",
      about: "One seed: no interval.",
      series: [{ name: "regression", kind: "model", points: [{ x: 4, value: 0 }] }],
    },
  },
  nothing: { title: "", x: "d", y: "fails", about: "", series: [{ name: "a", kind: "model", points: [] }] },
};

/** A replication of one width: two models, two baselines, the classification no better than its. */
function oneWidth(): FailureRateData {
  const at = (value: number, interval?: readonly [number, number]) => [
    { x: 4, value, ...(interval ? { low: interval[0], high: interval[1] } : {}) },
  ];
  return {
    title: "One width: what is a model and what is guessing",
    x: "numbers per token, d",
    y: "failure rate at k = 4",
    about: "Means over 2 seeds, with 95% intervals (Student's t).",
    series: [
      { name: "regression", kind: "model", points: at(0.9, [0.82, 0.98]) },
      { name: "classification, K = 5", kind: "model", points: at(0.34, [0.3, 0.38]) },
      { name: "regression", kind: "baseline", points: at(0.99) },
      { name: "classification, K = 5", kind: "baseline", points: at(0.33) },
    ],
  };
}

function example(panels: readonly (string | undefined)[]): FailureRateData {
  const series = panels.flatMap((panel, p) =>
    (
      [
        ["regression", "model", 0.3, 0.02],
        ["classification, K = 5", "model", 0.6, -0.05],
        ["mean predictor", "baseline", 0.98, 0.002],
        ["majority class", "baseline", 0.7, -0.07],
      ] as const
    ).map(([name, kind, start, step]) => ({
      name,
      kind,
      ...(panel === undefined ? {} : { panel }),
      points: [4, 8, 16, 32, 64, 128, 256].map((x, i) => {
        const value = Math.min(1, start + step * i + 0.05 * p);
        return { x, value, ...(kind === "model" ? { low: value - 0.04, high: value + 0.05 } : {}) };
      }),
    })),
  );
  return {
    title: "Failure rates by width, beside what guessing reaches",
    x: "numbers per token, d",
    y: "failure rate at k = 1",
    about: "Means over 5 seeds on 10,000 test rows; intervals: 95% (t). The measure is the study's.",
    series,
  };
}
