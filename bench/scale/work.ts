import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import type { TrialJob } from "../../src/sweep/executors/executor.js";

/** What is searched by simulated trials. */
export const space = {
  parameters: {
    x: { type: "uniform", low: 0, high: 1 },
    lr: { type: "log-uniform", low: 1e-5, high: 1e-1 },
    layers: { type: "integer", low: 1, high: 6 },
    heads: [1, 2, 4, 8],
    dropout: { type: "uniform", low: 0, high: 0.5 },
  },
} as const;

/** How long simulated trials take, and what becomes of them whoever runs them. */
export interface Work {
  /** Reports that a trial makes, where it runs to its end. */
  readonly steps: number;
  /** Virtual seconds that a trial takes on average. */
  readonly seconds: number;
  /** Shares of trials that diverge, and whose objective throws. */
  readonly diverging: number;
  readonly failing: number;
}

/** What a trial does: a function of its number, its parameters and the seed's place, whoever runs it and how often. */
export interface Course {
  /** Virtual seconds of a step. */
  readonly stepSeconds: number;
  /** The step at which its value is NaN; Infinity: at none. */
  readonly divergesAt: number;
  readonly failsAt: number;
  value(step: number): number;
}

const key = streamKey(0, "bench/scale/course");

export function courseOf({ number, parameters }: TrialJob, place: number, work: Work): Course {
  const { steps, seconds, diverging, failing } = work;
  const [spread, fate, when, noise] = uniform64(key, 4 * place, 4, number);
  const x = Number(parameters["x"]);
  const dropout = Number(parameters["dropout"]);
  const layers = Number(parameters["layers"]);
  const best = (x - 0.3) * (x - 0.3) + dropout / 10 + Math.abs(layers - 4) / 50 + noise / 100;
  const fatal = 1 + Math.floor(when * steps);
  return {
    // From half to one and a half of the average; deeper models take longer.
    stepSeconds: ((0.5 + spread) * seconds * (layers + 8)) / (11.5 * steps),
    divergesAt: fate < diverging ? fatal : Number.POSITIVE_INFINITY,
    failsAt: fate >= diverging && fate < diverging + failing ? fatal : Number.POSITIVE_INFINITY,
    value: (step) => best + (1 + noise) / step,
  };
}
