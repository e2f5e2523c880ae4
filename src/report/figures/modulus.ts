import type { ModulusCurve, ModulusResult } from "../../analysis/modulus.js";
import { said, withInterval } from "../../analysis/statistics/say.js";
import { pow } from "../../targets/math.js";
import { TABLE } from "../figure.js";
import { byLine, grouped, logarithmic, part, positive, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface ModulusData {
  readonly units: string;
  readonly modulus: Pick<ModulusResult, "samples" | "model" | "target">;
}

const FOUND = "found";
const LAW = "law";

export const modulus: FigureKind<ModulusData> = {
  name: "modulus",
  description: "modulus of continuity of model and target over distances, with Hölder laws",
  draw({ units, modulus: { samples, model, target } }, { name = "modulus", note } = {}) {
    const curves: [string, ModulusCurve][] = [
      ["model", model],
      ...(target ? [["target", target] as [string, ModulusCurve]] : []),
    ];
    const names = curves.map(([series]) => series);
    const points = curves.flatMap(([series, curve]) =>
      curve.points.map(({ h, omega }) => ({ series, part: FOUND, h, omega: positive(omega) })),
    );
    if (!points.some(({ omega }) => omega !== null)) return undefined;
    const laws = curves.flatMap(([series, { holder }]) =>
      holder
        ? [holder.from, holder.to].map((h) => ({
            series,
            part: LAW,
            h,
            omega: positive(holder.constant.value * pow(h, holder.exponent.value)),
          }))
        : [],
    );
    const say = ([series, { holder }]: [string, ModulusCurve]) =>
      holder ? `${series}: α = ${withInterval(holder.exponent)}` : `${series}: no Hölder law`;
    const told = curves.map(say).join("; ");
    const smallest = points.find(({ omega }) => omega !== null)!;
    const ratio =
      target && target.points[0].omega > 0 ? model.points[0].omega / target.points[0].omega : undefined;
    return {
      name,
      title:
        ratio === undefined
          ? "How much the model changes over a distance"
          : ratio > 2
            ? `At small distances the model is steeper: it changes ${said(ratio)} times as much as its target`
            : ratio < 0.5
              ? `At small distances the model is smoother: its target changes ${said(1 / ratio)} times as much`
              : "Model and target change about as much over small distances",
      caption: sentences(
        `The largest change found between two points at most h apart, in ${units}: a lower bound of the modulus of continuity, from ${grouped(samples)} points and a search.`,
        laws.length > 0 ? `Faint: fitted laws C·h^α (${told}).` : `${told}.`,
        note,
      ),
      alt: `Log-log line chart of the modulus of continuity. ${told}. At h = ${said(smallest.h)} the ${smallest.series}'s is ${said(smallest.omega!)}.`,
      data: [...points, ...laws],
      spec: {
        ...wide,
        data: { name: TABLE },
        encoding: {
          x: logarithmic(
            "h",
            "distance h",
            points.map(({ h }) => h),
          ),
          y: logarithmic(
            "omega",
            "largest change found",
            points.map(({ omega }) => omega),
          ),
          color: byLine("series", names),
          tooltip: tooltip({ series: "", h: "h", omega: "change" }),
        },
        layer: [
          {
            params: zoom,
            transform: [part(FOUND)],
            mark: { type: "line", point: { filled: true, size: 30 }, clip: true },
            encoding: {
              strokeDash: byLine("series", names, [
                [1, 0],
                [6, 3],
              ]),
            },
          },
          ...(laws.length > 0
            ? [{ transform: [part(LAW)], mark: { type: "line", strokeWidth: 8, opacity: 0.3, clip: true } }]
            : []),
        ],
      },
    };
  },
  examples: {
    modulus: { units: "the units of the outputs", modulus: example(true) },
    "modulus-model-alone": { units: "volts", modulus: { ...example(false), target: null } },
  },
  nothing: {
    units: "volts",
    modulus: {
      samples: 10,
      model: { points: [{ h: 1, omega: 0 }], method: "compass search", holder: null },
      target: null,
    },
  },
};

function example(laws: boolean): ModulusData["modulus"] {
  const curve = (at: (h: number) => number, exponent: number, constant: number): ModulusCurve => ({
    points: Array.from({ length: 14 }, (_, i) => 2 ** (i - 13)).map((h) => ({ h, omega: at(h) })),
    method: "gradient ascent, then compass search",
    holder: laws
      ? {
          exponent: { value: exponent, low: exponent - 0.02, high: exponent + 0.03 },
          constant: { value: constant, low: 0.95 * constant, high: 1.05 * constant },
          from: 2 ** -13,
          to: 2 ** -7,
          scales: 7,
          deviation: 0.01,
        }
      : null,
  });
  return {
    samples: 28_672,
    model: curve((h) => Math.min(6 * h, 1.5 * Math.sqrt(h)), 1, 6),
    target: curve((h) => 1.6 * Math.sqrt(h), 0.5, 1.6),
  };
}
