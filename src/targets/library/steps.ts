import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { outward, positive, unit } from "../ranges.js";

/** 0 left of 0, 1 from 0 on. */
export const step = targetFamily({
  name: "step",
  description: "0 for x < 0, else 1, on [−1, 1]",
  parameters: {},
  define: () => ({
    smoothness: "piecewise constant",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    range: positive,
    formula: formula("(x1 < 0 ? 0 : 1)"),
    value([x], y) {
      y[0] = x < 0 ? 0 : 1;
    },
    pullback() {},
  }),
});

/** δ⌊x/δ⌋: flat pieces of width δ, jumps of height δ. */
export const staircase = targetFamily({
  name: "staircase",
  description: "δ⌊x/δ⌋ on [−1, 1]: steps of width and height δ",
  parameters: { delta: { description: "width of a step δ", default: 0.25, least: 1e-4, most: 1 } },
  define: ({ delta }) => ({
    smoothness: "piecewise constant",
    inputs: 1,
    outputs: 1,
    draws: [unit],
    range: outward(delta * Math.floor(-1 / delta), delta * Math.floor(1 / delta)),
    formula: formula(`${delta}*floor(x1/${delta})`),
    value([x], y) {
      y[0] = delta * Math.floor(x / delta);
    },
    pullback() {},
  }),
});
