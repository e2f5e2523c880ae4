import { carrying, EMPTY, type Spectrum, type SpectrumBand } from "../../analysis/spectrum.js";
import { percent, said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { byLine, counted, grouped, logarithmic, positive, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface SpectrumData {
  readonly units: string;
  readonly spectrum: Pick<Spectrum, "samples" | "segments" | "bands" | "resolved">;
}

export const spectrum: FigureKind<SpectrumData> = {
  name: "spectrum",
  description: "power of target, model and error by octave of frequency",
  draw({ units, spectrum: { samples, segments, bands, resolved } }, { name = "spectrum", note } = {}) {
    const most = Math.max(0, ...bands.map(({ target, model }) => Math.max(target, model)));
    const seen = (power: number) => (power > EMPTY * most ? positive(power) : null);
    const told = bands.filter((band) => seen(band.target) !== null || seen(band.model) !== null);
    if (told.length === 0) return undefined;
    const series = ["model", "target", "error"] as const;
    const power = (band: SpectrumBand, of: (typeof series)[number]) =>
      of === "error" ? band.residual : of === "model" ? band.model : band.target;
    const carried = carrying(told);
    if (carried.length === 0) return undefined;
    const upTo =
      resolved === 0
        ? "The model meets no octave of its target"
        : carried.every(({ high }) => high <= resolved)
          ? "The model meets every octave of its target"
          : `The model meets its target below ${said(resolved)} cycles per unit`;
    const worst = carried.reduce((a, b) => ((b.relativeError ?? 0) > (a.relativeError ?? 0) ? b : a));
    const rows = series.flatMap((of) =>
      told.map((band) => ({
        series: of,
        low: band.low,
        high: band.high,
        frequency: Math.sqrt(band.low * band.high),
        power: seen(power(band, of)),
        relativeError: of === "error" ? band.relativeError : null,
        errorLow: of === "error" ? (band.interval?.low ?? null) : null,
        errorHigh: of === "error" ? (band.interval?.high ?? null) : null,
      })),
    );
    return {
      name,
      title: upTo,
      caption: sentences(
        `Mean square by octave of frequency, in squares of ${units}, along ${counted(segments, "segment")} of ${grouped(samples)} samples each.`,
        "An octave is met where the error is at most half of the target in amplitude, a quarter in power (ours).",
        note,
      ),
      alt: `Line chart of power by octave. ${upTo}; the largest relative error is ${percent(worst.relativeError ?? 0)}, from ${said(worst.low)} to ${said(worst.high)} cycles per unit.`,
      data: rows,
      spec: {
        ...wide,
        data: { name: TABLE },
        params: zoom,
        mark: { type: "line", point: { filled: true, size: 40 }, clip: true },
        encoding: {
          x: {
            ...logarithmic(
              "frequency",
              "cycles per unit of length",
              told.flatMap(({ low, high }) => [low, high]),
              2,
            ),
          },
          y: logarithmic(
            "power",
            "mean square",
            rows.map((row) => row.power),
          ),
          color: byLine("series", series),
          strokeDash: byLine("series", series, [
            [1, 0],
            [6, 3],
            [2, 2],
          ]),
          tooltip: tooltip({
            series: "",
            low: "from",
            high: "to",
            power: "mean square",
            relativeError: "relative error %",
            errorLow: "95% interval from %",
            errorHigh: "to %",
          }),
        },
      },
    };
  },
  examples: {
    spectrum: {
      units: "the units of the outputs",
      spectrum: {
        samples: 1024,
        segments: 32,
        resolved: 8,
        bands: Array.from({ length: 8 }, (_, b) => {
          const target = 1 / 4 ** b;
          const relativeError = Math.min(1, 0.02 * 2.2 ** b);
          return {
            low: 2 ** b / 2,
            high: 2 ** b,
            target,
            model: target * (1 - 0.5 * relativeError),
            residual: target * relativeError * relativeError,
            relativeError,
            interval: { low: 0.8 * relativeError, high: 1.2 * relativeError },
          };
        }),
      },
    },
    "spectrum-one-octave": {
      units: "volts",
      spectrum: {
        samples: 16,
        segments: 1,
        resolved: 0,
        bands: [{ low: 1, high: 2, target: 0.5, model: 0, residual: 0.5, relativeError: 1, interval: null }],
      },
    },
  },
  nothing: {
    units: "volts",
    spectrum: {
      samples: 16,
      segments: 1,
      resolved: 0,
      bands: [{ low: 1, high: 2, target: 0, model: 0, residual: 0, relativeError: null, interval: null }],
    },
  },
};
