import type { Competitor } from "./competitor.js";

/** The mean output, whatever the input. */
export const mean: Competitor = {
  name: "mean",
  description: "the mean output of the training data",
  scale: "values",
  seeded: false,

  async fit({ train, inputs, outputs }) {
    const sums = new Float64Array(outputs);
    for (let i = 0; i < train.y.length; i++) sums[i % outputs] += train.y[i];
    const value = sums.map((sum) => sum / train.count);
    return {
      numbers: outputs,
      rows: train.count,
      detail: "no input is looked at",
      predict: async (x) =>
        Float64Array.from({ length: (x.length / inputs) * outputs }, (_, i) => value[i % outputs]),
    };
  },
};
