import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { pow } from "../math.js";
import { positive, unit } from "../ranges.js";

/** |x| on [−1, 1]. */
export const abs = targetFamily({
  name: "abs",
  description: "|x| on [−1, 1]",
  parameters: {},
  define: () => ({
    smoothness: "C^0, Lipschitz, piecewise linear",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    range: positive,
    formula: formula("abs(x1)"),
    value([x], y) {
      y[0] = Math.abs(x);
    },
    pullback([x], [w], g) {
      g[0] += x < 0 ? -w : w;
    },
  }),
});

/**
 * |x|^α on [−1, 1]. Its slope at 0 is infinite for α < 1; the derivative is given as 0 there, the mean of
 * both sides.
 */
export const cusp = targetFamily({
  name: "cusp",
  description: "|x|^α on [−1, 1]",
  parameters: { alpha: { description: "Hölder exponent", default: 0.5, least: 0.01, most: 1 } },
  define: ({ alpha }) => ({
    smoothness: alpha < 1 ? `C^0, Hölder ${alpha}` : "C^0, Lipschitz, piecewise linear",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    range: positive,
    formula: formula(`abs(x1)^${alpha}`),
    value([x], y) {
      y[0] = pow(Math.abs(x), alpha);
    },
    pullback([x], [w], g) {
      if (x !== 0) g[0] += (w * alpha * pow(Math.abs(x), alpha)) / x;
    },
  }),
});
