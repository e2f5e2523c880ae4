import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { cos, sin } from "../math.js";
import { each, positive } from "../ranges.js";

/**
 * 10 sin(πx₁x₂) + 20(x₃ − 1/2)² + 10x₄ + 5x₅ on [0, 1]ⁿ, without its noise (Friedman, Ann. Stat. 19,
 * 1991): inputs from the sixth on have no effect.
 */
export const friedman1 = targetFamily({
  name: "friedman1",
  description: "10 sin(πx₁x₂) + 20(x₃ − ½)² + 10x₄ + 5x₅, the rest idle",
  parameters: { n: { description: "inputs", default: 10, least: 5, most: 256, whole: true } },
  define: ({ n }) => ({
    smoothness: "analytic",
    inputs: n,
    outputs: 1,
    draws: each(positive, n),
    range: { low: 0, high: 30 },
    formula: formula("10*sin(pi*x1*x2) + 20*(x3 - 0.5)^2 + 10*x4 + 5*x5", n),
    value([x1, x2, x3, x4, x5], y) {
      y[0] = 10 * sin(Math.PI * x1 * x2) + 20 * (x3 - 0.5) * (x3 - 0.5) + 10 * x4 + 5 * x5;
    },
    pullback([x1, x2, x3], [w], g) {
      const slope = 10 * Math.PI * cos(Math.PI * x1 * x2);
      g[0] += w * slope * x2;
      g[1] += w * slope * x1;
      g[2] += w * 40 * (x3 - 0.5);
      g[3] += w * 10;
      g[4] += w * 5;
    },
  }),
});
