import { said } from "../../analysis/statistics/say.js";
import type { EmpiricalDistribution } from "../../sweep/insight/edf.js";
import { TABLE } from "../figure.js";
import { counted, logarithmic, number, share, spreads, tooltip, wide, zoom } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface EdfData {
  readonly objective: string;
  readonly edf: EmpiricalDistribution;
}

export const edf: FigureKind<EdfData> = {
  name: "edf",
  description: "share of complete trials up to each value",
  draw({ objective, edf: { trials, steps } }, { name = "edf", note } = {}) {
    if (steps.length === 0) return undefined;
    const log = spreads(steps.map(({ value }) => value));
    const median = steps.find((step) => step.share >= 0.5)!.value;
    return {
      name,
      title: `Half of the complete trials reach ${said(median)} or less`,
      caption: sentences(
        `Share of ${counted(trials, "complete trial")} whose ${objective} is at most this.`,
        note,
      ),
      alt: `Step chart of the distribution of ${objective} over ${counted(trials, "complete trial")}: least ${said(steps[0].value)}, median ${said(median)}, greatest ${said(steps[steps.length - 1].value)}.`,
      data: steps.map(({ value, share: upTo }) => ({ value, share: upTo })),
      spec: {
        ...wide,
        height: 220,
        data: { name: TABLE },
        params: zoom,
        mark: { type: "line", interpolate: "step-after", point: { filled: true, size: 24 }, clip: true },
        encoding: {
          x: log
            ? logarithmic(
                "value",
                objective,
                steps.map(({ value }) => value),
              )
            : number("value", objective),
          y: share("share", "share of trials", { domain: [0, 1] }),
          tooltip: tooltip({ value: objective, share: "trials %" }),
        },
      },
    };
  },
  examples: {
    edf: {
      objective: "validation RMSE",
      edf: {
        trials: 20,
        steps: Array.from({ length: 20 }, (_, i) => ({ value: 0.01 * 1.3 ** i, share: (i + 1) / 20 })),
      },
    },
    "edf-one": { objective: "validation RMSE", edf: { trials: 1, steps: [{ value: 0.5, share: 1 }] } },
  },
  nothing: { objective: "validation RMSE", edf: { trials: 0, steps: [] } },
};
