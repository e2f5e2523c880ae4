import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { positive, unit } from "../ranges.js";

/** 1/(1 + 25x²): its interpolants at equidistant points diverge (Runge, Z. Math. Phys. 46, 1901). */
export const runge = targetFamily({
  name: "runge",
  description: "1/(1 + 25x²) on [−1, 1]",
  parameters: {},
  define: () => ({
    smoothness: "analytic",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    range: positive,
    formula: formula("1/(1 + 25*x1^2)"),
    value([x], y) {
      y[0] = 1 / (1 + 25 * x * x);
    },
    pullback([x], [w], g) {
      const y = 1 / (1 + 25 * x * x);
      g[0] -= w * 50 * x * y * y;
    },
  }),
});
