import { classCounts, countClasses } from "../metrics/majority.js";
import type { Competitor } from "./competitor.js";

/** The class that is most frequent at each place of an output, as its centroid. */
export const majority: Competitor = {
  name: "majority",
  description: "the most frequent class of the training data",
  scale: "matched",
  seeded: false,

  async fit({ train, inputs, outputs, quantisation, tokenWidth }) {
    const { classes, low, high, mode } = quantisation;
    const counted = classCounts(quantisation, outputs / tokenWidth, tokenWidth);
    countClasses(counted, train.y, tokenWidth);
    const width = mode === "diagonal" ? tokenWidth : 1;
    const value = new Float64Array(outputs);
    for (let place = 0; place < counted.places; place++) {
      const counts = counted.counts.subarray(place * classes, (place + 1) * classes);
      // Of equally frequent ones the lowest.
      const best = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
      const centroid = classes > 1 ? low + (best * (high - low)) / (classes - 1) : low;
      value.fill(centroid, place * width, (place + 1) * width);
    }
    return {
      numbers: counted.places,
      rows: train.count,
      detail: `of ${classes} classes`,
      predict: async (x) =>
        Float64Array.from({ length: (x.length / inputs) * outputs }, (_, i) => value[i % outputs]),
    };
  },
};
