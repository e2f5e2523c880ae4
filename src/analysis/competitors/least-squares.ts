import { leastSquares as fitLeastSquares, predictLinear } from "../metrics/least-squares.js";
import type { Competitor } from "./competitor.js";

/** Linear least squares with intercept. */
export const leastSquares: Competitor = {
  name: "leastSquares",
  description: "linear least squares with intercept",
  scale: "values",
  seeded: false,

  async fit({ train, inputs: p, outputs: q, signal }) {
    const rows = {
      count: train.count,
      read: (start: number, count: number) => ({
        x: train.x.subarray(start * p, (start + count) * p),
        y: train.y.subarray(start * q, (start + count) * q),
      }),
    };
    const fit = await fitLeastSquares(rows, p, q, signal);
    return {
      numbers: (p + 1) * q,
      rows: fit.rows,
      detail: "every input, and an intercept",
      predict: async (x) => predictLinear(fit, x),
    };
  },
};
