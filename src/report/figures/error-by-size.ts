import { said } from "../../analysis/statistics/say.js";
import { pow } from "../../targets/math.js";
import { TABLE } from "../figure.js";
import { bySeries, counted, finite, logarithmic, part, positive, tooltip, wide, zoom } from "./encodings.js";
import { type DrawOptions, type FigureKind, sentences } from "./figure-kind.js";

/** Errors of models by their size, in one or more series, with the power laws that were fitted to them. */
export interface ErrorBySizeData {
  /** What is to be seen. */
  readonly title: string;
  /** What sizes count: "parameters". */
  readonly size: string;
  /** What errors are: "test RMSE". */
  readonly error: string;
  /** What a reader needs to know of points and intervals. */
  readonly about: string;
  readonly series: readonly ErrorSeries[];
  /** A slope that a theory gives, through one point: error ~ size^−exponent. */
  readonly theory?: {
    readonly name: string;
    readonly exponent: number;
    readonly from: { readonly size: number; readonly error: number };
    /** The sizes that it is drawn over. Default: all. */
    readonly over?: readonly [least: number, most: number];
  };
}

export interface ErrorSeries {
  readonly name: string;
  /** Several of one size are replicates; low and high where one point stands for several. */
  readonly points: readonly {
    readonly size: number;
    readonly error: number;
    readonly low?: number;
    readonly high?: number;
  }[];
  /** error = constant · size^−exponent, drawn over the series' sizes. */
  readonly law?: { readonly constant: number; readonly exponent: number };
}

const POINT = "point";
const LAW = "law";
const THEORY = "theory";

export const errorBySize: FigureKind<ErrorBySizeData> = {
  name: "error-by-size",
  description: "errors against size, log-log, with fitted and theoretical slopes",
  draw(data, options: DrawOptions = {}) {
    const { title, size, error, about, series, theory } = data;
    const known = series
      .map((one) => ({ ...one, points: one.points.filter((at) => positive(at.size) && positive(at.error)) }))
      .filter(({ points }) => points.length > 0);
    if (known.length === 0) return undefined;
    const sizes = known.flatMap(({ points }) => points.map((point) => point.size));
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    const names = known.map(({ name }) => name);
    const points = known.flatMap(({ name, points }) =>
      points.map((point) => ({
        series: name,
        part: POINT,
        size: point.size,
        error: point.error,
        low: positive(point.low),
        high: positive(point.high),
      })),
    );
    const line = (part: string, name: string, at: readonly number[], law: (size: number) => number) =>
      [...new Set(at)]
        .sort((a, b) => a - b)
        .map((x) => ({ series: name, part, size: x, error: positive(law(x)), low: null, high: null }));
    const laws = known.flatMap(({ name, points, law }) =>
      law
        ? line(
            LAW,
            name,
            ends(points.map((point) => point.size)),
            (x) => law.constant * pow(x, 0 - law.exponent),
          )
        : [],
    );
    const slope = theory
      ? line(
          THEORY,
          theory.name,
          theory.over ?? [least, most],
          (x) => theory.from.error * pow(x / theory.from.size, 0 - theory.exponent),
        )
      : [];
    const told = known.map(({ name, points, law }) => {
      const best = Math.min(...points.map((point) => point.error));
      return `${name}: ${counted(points.length, "point")}, least error ${said(best)}${law ? `, slope −${said(law.exponent)}` : ""}`;
    });
    if (theory) told.push(`${theory.name}: slope −${said(theory.exponent)}`);
    const errors = [...points, ...laws, ...slope].map((one) => one.error);
    const intervals = points.some(({ low, high }) => low !== null && high !== null);
    return {
      name: options.name ?? "error-by-size",
      title,
      caption: sentences(
        about,
        laws.length > 0 && "Dashed: fitted power laws.",
        theory && `Dotted: ${theory.name}.`,
        options.note,
      ),
      alt: `Log-log chart of ${error} against ${size}, from ${said(least)} to ${said(most)}. ${told.join("; ")}.`,
      data: [...points, ...laws, ...slope].map((one) => ({ ...one, error: finite(one.error) })),
      spec: {
        ...wide,
        data: { name: TABLE },
        encoding: {
          x: logarithmic("size", size, sizes),
          y: logarithmic("error", error, errors),
          color: bySeries("series", names),
        },
        layer: [
          ...(intervals
            ? [
                {
                  transform: [{ filter: "datum.low !== null && datum.high !== null" }],
                  mark: { type: "rule", style: "interval", clip: true },
                  encoding: { y: logarithmic("low", error, errors), y2: { field: "high" } },
                },
              ]
            : []),
          {
            params: zoom,
            transform: [part(POINT)],
            mark: { type: "point", filled: true, size: 60, clip: true },
            encoding: {
              shape: bySeries("series", names),
              tooltip: tooltip({ series: "", size, error, low: "from", high: "to" }),
            },
          },
          ...[LAW, THEORY]
            .filter((of) => [...laws, ...slope].some((one) => one.part === of))
            .map((of) => ({
              transform: [part(of)],
              mark: { type: "line", style: of === LAW ? "fit" : "theory", clip: true },
              // A theory is no series of points: its entry is a dotted line.
              ...(of === THEORY && theory
                ? { encoding: { color: null, strokeDash: dotted(theory.name) } }
                : {}),
            })),
        ],
      },
    };
  },
  examples: {
    "error-by-size": {
      title: "Training stays above what can be written down",
      size: "parameters",
      error: "largest error found",
      about: "Best of 5 seeds, interval: least and greatest. Constructed: certified upper bounds.",
      series: [
        series("trained, best of 5", 0.4, 0.3, true),
        series("constructed, certified", 6, 0.98, false),
        series("trained from the construction", 3, 0.95, false),
      ],
      theory: { name: "theory: 1/size", exponent: 1, from: { size: 100, error: 0.09 } },
    },
    "error-by-size-one": {
      title: "One model, one error",
      size: "parameters",
      error: "RMSE",
      about: "One seed.",
      series: [{ name: "trained", points: [{ size: 1000, error: 0.02 }] }],
    },
  },
  nothing: {
    title: "Nothing",
    size: "parameters",
    error: "RMSE",
    about: "",
    series: [{ name: "trained", points: [{ size: 1000, error: 0 }] }],
  },
};

/** The pattern of the theme's style, by a scale, as only scales have legends. */
const dotted = (name: string) => ({
  field: "part",
  type: "nominal",
  title: null,
  scale: { domain: [THEORY], range: [[2, 3]] },
  legend: { symbolType: "stroke", symbolSize: 400, labelOffset: 8, labelExpr: JSON.stringify(name) },
});

const ends = (sizes: readonly number[]) => [Math.min(...sizes), Math.max(...sizes)];

function series(name: string, constant: number, exponent: number, intervals: boolean): ErrorSeries {
  const points = [100, 300, 1000, 3000, 10_000, 30_000].map((size, i) => {
    const error = constant * size ** -exponent * (1 + 0.15 * ((i * 7) % 5) - 0.3);
    return { size, error, ...(intervals ? { low: 0.7 * error, high: 1.6 * error } : {}) };
  });
  return { name, points, law: { constant, exponent } };
}
