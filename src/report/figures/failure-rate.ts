import type { Estimate } from "../../analysis/statistics/bootstrap.js";
import { percent } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { bySeries, counted, dashes, doubling, share, tooltip, wide, zoom } from "./encodings.js";
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
  /** Baselines are dashed. */
  readonly kind: "model" | "baseline";
  /** Where there are several plots beside each other: which. */
  readonly panel?: string;
  readonly points: readonly ({ readonly x: number } & Pick<Estimate, "value"> & Partial<Estimate>)[];
}

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
    const xs = rows.map((row) => row.x);
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
    const layers = {
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
        {
          params: zoom,
          mark: { type: "line", point: { filled: true, size: 45 }, clip: true },
          encoding: {
            y: share("value", y, scale),
            strokeDash: dashes("kind", "model", "baseline"),
            tooltip: tooltip({ panel: "", series: "", x, value: "fails %", low: "from %", high: "to %" }),
          },
        },
      ],
      encoding: { x: doubling("x", x, xs), color: bySeries("series", names) },
    };
    return {
      name,
      title,
      caption: sentences(about, "Dashed: baselines (ours).", note),
      alt: `Line chart of ${y} against ${x}, ${counted(names.length, "series").replace(/seriess$/, "series")}. ${told.join("; ")}.`,
      data: rows,
      spec:
        panels.length > 1
          ? {
              data: { name: TABLE },
              facet: { field: "panel", type: "nominal", title: null, sort: panels },
              columns: 2,
              spec: { width: 270, height: 230, ...layers },
            }
          : { ...wide, data: { name: TABLE }, ...layers },
    };
  },
  examples: {
    "failure-rate": example([undefined]),
    "failure-rate-panels": example(["m2n1", "m4n3"]),
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
