import { said } from "../../analysis/statistics/say.js";
import type { OptimisationHistory } from "../../sweep/insight/history.js";
import { trialStates } from "../../sweep/trial.js";
import { TABLE } from "../figure.js";
import {
  bySeries,
  counted,
  finite,
  logarithmic,
  number,
  part,
  spreads,
  tooltip,
  wide,
  zoom,
} from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

export interface HistoryData {
  /** What the sweep minimises or maximises: "validation RMSE". */
  readonly objective: string;
  readonly history: OptimisationHistory;
}

const STATES = trialStates.filter((state) => state !== "waiting" && state !== "running");

export const history: FigureKind<HistoryData> = {
  name: "history",
  description: "value of each trial and the best so far",
  draw({ objective, history: { trials, direction } }, { name = "history", note } = {}) {
    const ended = trials.filter(({ value }) => finite(value) !== null);
    if (ended.length === 0) return undefined;
    const log = spreads(ended.map(({ value }) => value));
    const states = STATES.filter((state) => ended.some((trial) => trial.state === state));
    const { best } = trials[trials.length - 1];
    const winner =
      best === null ? undefined : trials.find((trial) => trial.value === best && trial.state === "complete");
    const lost = trials.length - ended.length;
    const y = log
      ? logarithmic(
          "value",
          objective,
          ended.map(({ value }) => value),
        )
      : number("value", objective, { scale: { nice: true } });
    return {
      name,
      title: winner
        ? `The best of ${counted(trials.length, "trial")}, ${said(winner.value!)}, is number ${winner.number}`
        : `None of ${counted(trials.length, "trial")} is complete`,
      caption: sentences(
        `${objective[0].toUpperCase()}${objective.slice(1)}, to be ${direction}d, by trial in the order of their numbers; the line is the best of the complete ones so far.`,
        ended.some(({ state }) => state === "pruned") && "Pruned trials show their last report.",
        lost > 0 &&
          `${counted(lost, "trial")} without a value (failed, diverged or not ended) ${lost === 1 ? "is" : "are"} not drawn.`,
        note,
      ),
      alt: `Scatter plot of ${objective} by trial: ${counted(ended.length, "trial")} with a value, from ${said(Math.min(...ended.map(({ value }) => value!)))} to ${said(Math.max(...ended.map(({ value }) => value!)))}${winner ? `; the best, ${said(winner.value!)}, is trial ${winner.number}` : ""}.`,
      data: [
        ...trials
          .filter((trial) => trial.best !== null)
          .map((trial) => ({ part: "best", number: trial.number, state: null, value: trial.best })),
        ...ended.map((trial) => ({
          part: "trial",
          number: trial.number,
          state: trial.state,
          value: trial.value,
        })),
      ],
      spec: {
        ...wide,
        data: { name: TABLE },
        encoding: { x: number("number", "trial", { axis: { tickMinStep: 1, format: "d" } }), y },
        layer: [
          { transform: [part("best")], mark: { type: "line", interpolate: "step-after", clip: true } },
          {
            params: zoom,
            transform: [part("trial")],
            mark: { type: "point", filled: true, size: 55, opacity: 0.8, clip: true },
            encoding: {
              color: bySeries("state", states),
              shape: bySeries("state", states),
              tooltip: tooltip({ number: "trial", state: "", value: objective }),
            },
          },
        ],
      },
    };
  },
  examples: {
    history: { objective: "validation RMSE", history: example(40) },
    "history-one": { objective: "validation RMSE", history: example(1) },
  },
  nothing: { objective: "validation RMSE", history: { direction: "minimize", trials: [] } },
};

function example(count: number): OptimisationHistory {
  let best: number | null = null;
  const trials = Array.from({ length: count }, (_, number) => {
    const state = number % 9 === 5 ? "failed" : number % 4 === 3 ? "pruned" : "complete";
    const value = state === "failed" ? null : (4 + ((number * 37) % 41)) / (10 + 2 * number);
    if (value !== null && state === "complete" && (best === null || value < best)) best = value;
    return { number, state, value, best } as const;
  });
  return { direction: "minimize", trials };
}
