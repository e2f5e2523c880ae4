import type { SpectrumHistory } from "../../analysis/spectra/spectrum-recorder.js";
import { RESOLVED } from "../../analysis/spectrum.js";
import { percent, said } from "../../analysis/statistics/say.js";
import { TABLE } from "../figure.js";
import { counted, thinned, tooltip, wide } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface SpectrumTrainingData {
  readonly history: SpectrumHistory;
}

/** Columns that are drawn at most. */
const STEPS = 50;

export const spectrumTraining: FigureKind<SpectrumTrainingData> = {
  name: "spectrum-training",
  description: "relative error by octave of frequency, over training",
  draw({ history: { bands, steps } }, { name = "spectrum-training", note } = {}) {
    const told = bands
      .map((band, index) => ({ ...band, index }))
      .filter(({ index }) => steps.some(({ relativeError }) => relativeError[index] !== null));
    if (steps.length === 0 || told.length === 0) return undefined;
    const octave = ({ low, high }: { low: number; high: number }) => `${said(low)}–${said(high)}`;
    const learned = told.filter(({ learnedAt }) => learnedAt !== null);
    const first = learned[0];
    const last = steps[steps.length - 1];
    const title =
      learned.length === 0
        ? "No octave of the target was learned"
        : learned.length === told.length
          ? "Every octave of the target was learned"
          : `${learned.length} of ${counted(told.length, "octave")} were learned, low frequencies ${ordered(learned) ? "first" : "not first"}`;
    return {
      name,
      title,
      caption: sentences(
        "Relative error by octave of frequency (cycles per unit of length) at the validations of training; the scale ends at 100%.",
        `An octave counts as learned from the update on after which its error stays at or below ${percent(RESOLVED)} (ours).`,
        note,
      ),
      alt: `Heat map of the relative error of ${counted(told.length, "octave")} over ${counted(steps.length, "validation")}: ${learned.length} learned${first ? `, the lowest of them (${octave(first)} cycles per unit) at update ${first.learnedAt}` : ""}; at the end, update ${last.step}, errors are ${told.map(({ index }) => percent(last.relativeError[index] ?? 0)).join(", ")}.`,
      data: thinned(steps, STEPS).flatMap(({ step, relativeError }) =>
        told.map(({ low, high, learnedAt, index }) => ({
          step,
          octave: octave({ low, high }),
          low,
          high,
          relativeError: relativeError[index],
          learnedAt,
        })),
      ),
      spec: {
        ...wide,
        height: { step: 26 },
        data: { name: TABLE },
        mark: { type: "rect" },
        encoding: {
          x: {
            field: "step",
            type: "ordinal",
            title: "update",
            axis: { labelAngle: 0, labelOverlap: "greedy", labelSeparation: 8 },
          },
          y: { field: "octave", type: "ordinal", title: "cycles per unit", sort: told.map(octave).reverse() },
          color: {
            field: "relativeError",
            type: "quantitative",
            title: "relative error",
            scale: { domain: [0, 1], clamp: true },
            legend: { format: ".0%", values: [0, 0.25, 0.5, 0.75, 1], gradientLength: 240 },
          },
          tooltip: tooltip({ step: "update", low: "from", high: "to", relativeError: "relative error %" }),
        },
      },
    };
  },
  examples: {
    "spectrum-training": { history: example(6, 12) },
    "spectrum-training-one": { history: example(1, 1) },
  },
  nothing: { history: { bands: [], steps: [] } },
};

/** Whether no octave was learned before one below it. */
function ordered(learned: readonly { readonly learnedAt: number | null }[]): boolean {
  return learned.every(({ learnedAt }, i) => i === 0 || learnedAt! >= learned[i - 1].learnedAt!);
}

function example(octaves: number, steps: number): SpectrumHistory {
  const error = (step: number, b: number) => Math.min(1.1, (2 ** b * 3) / step);
  return {
    bands: Array.from({ length: octaves }, (_, b) => ({
      low: 2 ** b,
      high: 2 ** (b + 1),
      learnedAt: 6 * 2 ** b <= steps ? 600 * 2 ** b : null,
    })),
    steps: Array.from({ length: steps }, (_, i) => ({
      step: 100 * (i + 1),
      relativeError: Array.from({ length: octaves }, (_, b) => error(i + 1, b)),
    })),
  };
}
