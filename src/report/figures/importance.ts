import { percent } from "../../analysis/statistics/say.js";
import type { Importance } from "../../sweep/insight/importance.js";
import { TABLE } from "../figure.js";
import { bySeries, counted, grouped, share, tooltip, wide } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface ImportanceData {
  readonly objective: string;
  readonly importance: Importance;
}

/** Pairs that are shown: the largest. */
const PAIRS = 4;
const ALONE = "alone";
const TOGETHER = "in a pair, beyond each alone";

export const importance: FigureKind<ImportanceData> = {
  name: "importance",
  description: "share of the variance of values that parameters explain, alone and in pairs",
  draw(
    { objective, importance: { trials, of, trees, explained, parameters, pairs } },
    { name = "importance", note } = {},
  ) {
    if (parameters.length === 0) return undefined;
    const rows = [
      ...parameters.map((one) => ({ name: one.name, kind: ALONE, ...one.share })),
      ...pairs.slice(0, PAIRS).map((one) => ({ name: one.names.join(" × "), kind: TOGETHER, ...one.share })),
    ].map(({ name: what, kind, value, low, high }) => ({ name: what, kind, value, low, high }));
    const [first] = parameters;
    const kinds = [ALONE, ...(pairs.length > 0 ? [TOGETHER] : [])];
    return {
      name,
      title: `Of the variance of ${objective}, ${first.name} explains ${percent(first.share.value)}`,
      caption: sentences(
        `Share of the variance of ${objective} over the space (functional analysis of variance, ${trees} trees, ${grouped(trials)} of ${counted(of, "complete trial")}); intervals: the middle 95% of trees.`,
        `The forest explains ${percent(Math.max(0, explained))} of the variance among trials it has not seen: so far are the shares to be trusted.`,
        note,
      ),
      alt: `Bar chart of importance: ${rows.map((row) => `${row.name} ${percent(row.value)}`).join(", ")}.`,
      data: rows,
      spec: {
        ...wide,
        height: { step: 28 },
        data: { name: TABLE },
        encoding: {
          y: { field: "name", type: "nominal", title: null, sort: rows.map((row) => row.name) },
        },
        layer: [
          {
            mark: { type: "bar", height: { band: 0.62 } },
            encoding: {
              x: share("value", "share of the variance", {
                padding: 0,
                domainMax: Math.min(1, Math.max(...rows.map(({ high }) => high)) * 1.05),
              }),
              color: bySeries("kind", kinds),
              tooltip: tooltip({ name: "", value: "share %", low: "from %", high: "to %" }),
            },
          },
          {
            mark: { type: "rule", style: "interval" },
            encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
          },
        ],
      },
    };
  },
  examples: {
    importance: {
      objective: "validation RMSE",
      importance: {
        trials: 40,
        of: 40,
        trees: 64,
        explained: 0.71,
        parameters: ["lr", "layers", "dropout", "positions"].map((name, i) => ({
          name,
          share: estimate(0.5 / (1 + 2 * i)),
        })),
        pairs: [
          { names: ["lr", "layers"], share: estimate(0.12) },
          { names: ["lr", "dropout"], share: estimate(0.03) },
        ],
        rest: estimate(0.1),
      },
    },
  },
  nothing: {
    objective: "validation RMSE",
    importance: { trials: 10, of: 10, trees: 64, explained: 0, parameters: [], pairs: [], rest: estimate(1) },
  },
};

function estimate(value: number) {
  return { value, low: 0.6 * value, high: Math.min(1, 1.5 * value) };
}
