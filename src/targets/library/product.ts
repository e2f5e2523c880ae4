import { targetFamily } from "../family.js";
import { formula, joined } from "../formula.js";
import { each, unit } from "../ranges.js";

/** x₁·…·xₙ: the interaction of all inputs and of none fewer. */
export const product = targetFamily({
  name: "product",
  description: "x₁·…·xₙ on [−1, 1]ⁿ",
  parameters: { n: { description: "inputs", default: 2, least: 2, most: 256, whole: true } },
  define: ({ n }) => ({
    smoothness: "polynomial",
    inputs: n,
    outputs: 1,
    draws: each(unit, n),
    range: unit,
    formula:
      n <= 100
        ? formula(
            joined(n, "*", (x) => x),
            n,
          )
        : undefined,
    value(x, y) {
      y[0] = 1;
      for (let i = 0; i < n; i++) y[0] *= x[i];
    },
    pullback(x, [w], g) {
      // Products of all left of i and of all right of it: no division, so that zeros are no trouble.
      for (let [i, left] = [0, w]; i < n; left *= x[i++]) g[i] += left * rest(x, i + 1);
    },
  }),
});

function rest(x: Float64Array, from: number): number {
  let all = 1;
  for (let i = from; i < x.length; i++) all *= x[i];
  return all;
}
