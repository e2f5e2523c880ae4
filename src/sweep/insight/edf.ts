import { completeTrials, type Insight } from "./insight.js";

export interface EmpiricalDistribution {
  /** Complete trials, of which the shares are. */
  readonly trials: number;
  /** By rising value, each once: the share of trials whose value is at most this. */
  readonly steps: readonly { readonly value: number; readonly share: number }[];
}

/** The empirical distribution function of the complete trials' values: how often a draw is this good. */
export const edf: Insight<EmpiricalDistribution> = {
  name: "edf",
  description: "share of complete trials up to each value",
  see({ trials }) {
    const values = Float64Array.from(completeTrials(trials), ({ value }) => value).sort();
    const steps: { value: number; share: number }[] = [];
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== values[i + 1]) steps.push({ value: values[i], share: (i + 1) / values.length });
    }
    return { trials: values.length, steps };
  },
};
