import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { cos, sin } from "../math.js";
import { positive, unit } from "../ranges.js";

/** sin(kπx) on [−1, 1]. */
export const sine = targetFamily({
  name: "sine",
  description: "sin(kπx) on [−1, 1]: k periods",
  parameters: { k: { description: "periods", default: 1, least: 1e-3, most: 1e4 } },
  define: ({ k }) => ({
    smoothness: "analytic",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    range: unit,
    formula: formula(`sin(${k}*pi*x1)`),
    value([x], y) {
      y[0] = sin(k * Math.PI * x);
    },
    pullback([x], [w], g) {
      g[0] += w * k * Math.PI * cos(k * Math.PI * x);
    },
  }),
});

/** sin(2πkx²) on [0, 1], whose frequency 2kx grows from 0 to 2k. */
export const chirp = targetFamily({
  name: "chirp",
  description: "sin(2πkx²) on [0, 1]: the frequency grows to 2k",
  parameters: { k: { description: "periods", default: 4, least: 1e-3, most: 1e4 } },
  define: ({ k }) => ({
    smoothness: "analytic",
    inputs: 1,
    outputs: 1,
    draws: [positive],
    range: unit,
    formula: formula(`sin(${2 * k}*pi*x1^2)`),
    value([x], y) {
      y[0] = sin(2 * Math.PI * k * x * x);
    },
    pullback([x], [w], g) {
      g[0] += w * 4 * Math.PI * k * x * cos(2 * Math.PI * k * x * x);
    },
  }),
});
