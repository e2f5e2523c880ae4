import { targetFamily } from "../family.js";
import { each, unit } from "../ranges.js";
import type { Range, TargetDefinition } from "../target.js";

type Rule = Pick<TargetDefinition, "value" | "pullback">;

/** A function from n numbers of [−1, 1] to n numbers. */
function sequence(
  name: string,
  description: string,
  smoothness: string,
  rule: (n: number) => Rule,
  range: (n: number) => Range = () => unit,
) {
  return targetFamily({
    name,
    description,
    parameters: { n: { description: "tokens", default: 8, least: 2, most: 512, whole: true } },
    define: ({ n }) => ({
      smoothness,
      inputs: n,
      outputs: n,
      draws: each(unit, n),
      range: range(n),
      ...rule(n),
    }),
  });
}

/** Outputs that are inputs: output j is input `source(x)[j]`, so weights go back to where numbers came from. */
function selection(source: (x: Float64Array) => ArrayLike<number>): Rule {
  return {
    value(x, y) {
      const from = source(x);
      for (let j = 0; j < y.length; j++) y[j] = x[from[j]];
    },
    pullback(x, w, g) {
      const from = source(x);
      for (let j = 0; j < w.length; j++) g[from[j]] += w[j];
    },
  };
}

const order = (x: ArrayLike<number>) => Array.from({ length: x.length }, (_, i) => i);

export const cumulativeSum = sequence(
  "cumulative-sum",
  "yᵢ = x₁ + … + xᵢ, on [−1, 1]ⁿ",
  "linear",
  (n) => ({
    value(x, y) {
      for (let [i, sum] = [0, 0]; i < n; i++) y[i] = sum += x[i];
    },
    pullback(_x, w, g) {
      for (let [i, sum] = [n - 1, 0]; i >= 0; i--) g[i] += sum += w[i];
    },
  }),
  (n) => ({ low: -n, high: n }),
);

/** Equal numbers keep their order, so that the derivative is a permutation everywhere. */
export const sort = sequence(
  "sort",
  "the numbers in increasing order, on [−1, 1]ⁿ",
  "C^0, Lipschitz, piecewise linear",
  () => selection((x) => order(x).sort((i, j) => x[i] - x[j] || i - j)),
);

export const reverse = sequence("reverse", "the numbers from last to first, on [−1, 1]ⁿ", "linear", (n) => {
  const back = Array.from({ length: n }, (_, i) => n - 1 - i);
  return selection(() => back);
});

/** Of equal numbers the first is the maximum. */
export const runningMaximum = sequence(
  "running-maximum",
  "yᵢ = max(x₁ … xᵢ), on [−1, 1]ⁿ",
  "C^0, Lipschitz, piecewise linear",
  () =>
    selection((x) => {
      let best = 0;
      return order(x).map((i) => (best = x[i] > x[best] ? i : best));
    }),
);

/** Neighbours, the last one's being the first. */
export const pairwiseProducts = sequence(
  "pairwise-products",
  "yᵢ = xᵢ·xᵢ₊₁, the last by the first, on [−1, 1]ⁿ",
  "polynomial",
  (n) => ({
    value(x, y) {
      for (let i = 0; i < n; i++) y[i] = x[i] * x[(i + 1) % n];
    },
    pullback(x, w, g) {
      for (let i = 0; i < n; i++) {
        g[i] += w[i] * x[(i + 1) % n];
        g[(i + 1) % n] += w[i] * x[i];
      }
    },
  }),
);
