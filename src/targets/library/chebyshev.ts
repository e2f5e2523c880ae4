import { targetFamily } from "../family.js";
import { outward, unit } from "../ranges.js";

/** Tₙ by Tₙ₊₁ = 2xTₙ − Tₙ₋₁, and its derivative nUₙ₋₁ by the same recurrence from U₀ = 1, U₁ = 2x. */
export const chebyshev = targetFamily({
  name: "chebyshev",
  description: "the Chebyshev polynomial Tₙ on [−1, 1]",
  parameters: { n: { description: "degree", default: 5, least: 1, most: 1000, whole: true } },
  define: ({ n }) => ({
    smoothness: "polynomial",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    // |Tₙ| ≤ 1; the recurrence's rounding may go beyond it by about n²·2^-53.
    range: n === 1 ? unit : outward(-1 - n * n * 2 ** -50, 1 + n * n * 2 ** -50),
    value([x], y) {
      y[0] = recurrence(x, x, n);
    },
    pullback([x], [w], g) {
      g[0] += w * n * recurrence(x, 2 * x, n - 1);
    },
  }),
});

/** P_n of P₀ = 1, P₁ = first, Pₖ₊₁ = 2xPₖ − Pₖ₋₁. */
function recurrence(x: number, first: number, n: number): number {
  let before = 1;
  let here = first;
  if (n === 0) return before;
  for (let k = 1; k < n; k++) [before, here] = [here, 2 * x * here - before];
  return here;
}
