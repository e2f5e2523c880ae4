import { PLATEAU_SHARE } from "../../analysis/plateaus.js";
import { percent, said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { byLine, capital, counted, finite, number, part, thinned, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

/** One output of a model along one segment, and where the model is flat. */
export interface SegmentData {
  /** Of what is drawn, for the caption: "output 1 of 4 along segment 1 of m2n1's domain". */
  readonly where: string;
  /** Of the axis along the segment, and of outputs. */
  readonly parameter: string;
  readonly units: string;
  /** By rising t; `target` is null where none is known. */
  readonly points: readonly { readonly t: number; readonly model: number; readonly target: number | null }[];
  /** Stretches where the model is flat and its target is not (all its flat stretches where there is no target). */
  readonly plateaus: readonly { readonly from: number; readonly to: number }[];
  /** Share of the segment that these are. */
  readonly share: number;
  /** δ̂ of the model: expected length of the flat run that a uniformly random point lies in. */
  readonly resolution: number;
  /** Flat is where |g′| is at most this share of the mean slope. */
  readonly tau: number;
}

/** Points that a curve is drawn through at most. */
const POINTS = 400;

export const segment: FigureKind<SegmentData> = {
  name: "segment",
  description: "predicted against true along a segment, plateaus shaded, resolution read out",
  draw(
    { where, parameter, units, points, plateaus, share, resolution, tau },
    { name = "segment", note } = {},
  ) {
    if (points.length < 2) return undefined;
    const known = points.some(({ target }) => target !== null);
    const names = known ? ["model", "target"] : ["model"];
    const drawn = thinned(points, POINTS);
    const curve = (series: string, of: (one: SegmentData["points"][number]) => number | null) =>
      drawn.map((one) => ({ part: "curve", t: one.t, series, value: finite(of(one)), from: null, to: null }));
    const delta = `δ̂ = ${said(resolution)}`;
    const flat = plateaus.length > 0 ? counted(plateaus.length, "flat stretch", "flat stretches") : "nowhere";
    const found = plateaus.length > 0 ? `${flat}, ${percent(share)} of the segment` : flat;
    const beyond = known ? "flat where its target is not" : "flat";
    return {
      name,
      title:
        share > PLATEAU_SHARE
          ? `The model is ${beyond} over ${percent(share)} of the segment`
          : plateaus.length > 0
            ? `The model has no plateaus${known ? " of its own" : ""}: it is ${beyond} over ${percent(share)}`
            : `The model has no plateaus: nowhere is it ${beyond}`,
      caption: sentences(
        `${capital(where)}, in ${units}.`,
        `Shaded: the model is ${beyond} (its slope is at most ${said(tau)} of its mean slope): ${found}. Above ${percent(PLATEAU_SHARE)} counts as plateaus (ours).`,
        `δ̂, the study's resolution factor as we estimate it, is the expected length of the model's flat run at a random point: ${said(resolution)}.`,
        note,
      ),
      alt: `Line chart of the model${known ? " and its target" : ""} for ${where}: ${found}; ${delta}.`,
      data: [
        ...plateaus.map(({ from, to }) => ({
          part: "plateau",
          t: null,
          series: null,
          value: null,
          from,
          to,
        })),
        ...(known ? curve("target", ({ target }) => target) : []),
        ...curve("model", ({ model }) => model),
        { part: "delta", t: null, series: null, value: finite(resolution), from: null, to: null },
      ],
      spec: {
        ...wide,
        data: { name: TABLE },
        layer: [
          ...(plateaus.length > 0
            ? [
                {
                  transform: [part("plateau")],
                  mark: { type: "rect", style: "shade", clip: true },
                  encoding: {
                    x: number("from", parameter),
                    x2: { field: "to" },
                    tooltip: tooltip({ from: "plateau from", to: "to" }),
                  },
                },
              ]
            : []),
          {
            params: zoom,
            transform: [part("curve")],
            mark: { type: "line", clip: true },
            encoding: {
              x: number("t", parameter),
              y: number("value", units, { scale: { nice: true } }),
              color: byLine("series", names),
              strokeDash: byLine("series", names, [
                [1, 0],
                [6, 3],
              ]),
              tooltip: tooltip({ series: "", t: parameter, value: "value" }),
            },
          },
          {
            transform: [part("delta")],
            mark: { type: "text", style: "note", align: "right", baseline: "bottom" },
            encoding: { x: { value: "width" }, y: { value: -6 }, text: { value: delta } },
          },
        ],
      },
    };
  },
  examples: {
    segment: exampleWith(8),
    "segment-smooth": { ...exampleWith(0), resolution: 0, plateaus: [], share: 0 },
  },
  nothing: { ...exampleWith(8), points: [] },
};

/** A parabola and a model of it with a number of steps. */
function exampleWith(steps: number): SegmentData {
  const points = Array.from({ length: 201 }, (_, i) => {
    const t = i / 100;
    const at = steps === 0 ? t : Math.min(steps - 1, Math.floor((t * steps) / 2) + 0.5) * (2 / steps);
    return { t, model: 0.98 * (at - 1) * (at - 1) + 0.01, target: (t - 1) * (t - 1) };
  });
  return {
    where: "output 1 of 4 along segment 1",
    parameter: "length along the segment",
    units: "the units of the outputs",
    points,
    plateaus: Array.from({ length: steps }, (_, k) => ({
      from: (2 * k) / steps + 0.01,
      to: (2 * k + 2) / steps - 0.01,
    })),
    share: 0.92,
    resolution: 0.212,
    tau: 0.05,
  };
}
