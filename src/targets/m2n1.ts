import { cubeRoot } from "./cube-root.js";
import { buildTarget } from "./define.js";

/**
 * The study's first function. Its range is exact: Y₁ increases from −2 at X₁ = −1 to 2 at 1. As a function
 * of its inputs it is linear, so that least squares solves it: what is nonlinear is the curve that the
 * inputs lie on.
 */
export const m2n1 = buildTarget({
  name: "m2n1",
  description: "X₂ = ∛X₁; Y₁ = X₁ + X₂: two tokens to one",
  smoothness: "linear; Hölder 1/3 along the data",
  inputs: 2,
  outputs: 1,
  dim: 4,
  draws: [{ low: -1, high: 1 }],
  sizes: { train: 100_000, validation: 10_000, test: 10_000 },
  range: { low: -2, high: 2 },
  evaluate: ({ kernels }, x, y, u, B, d) => kernels.targetM2n1(x, y, u, B, d),
  formula: { text: "x1 + x2", variables: ["x1", "x2"] },
  value(x, y) {
    y[0] = x[0] + x[1];
  },
  pullback(_x, w, g) {
    g[0] += w[0];
    g[1] += w[0];
  },
  embedding: {
    bounds: [
      { low: -1, high: 1 },
      { low: -1, high: 1 },
    ],
    point(u, x) {
      x[0] = u[0];
      x[1] = cubeRoot(u[0]).root;
    },
    push(u, du, dx) {
      dx[0] = du[0];
      dx[1] = cubeRoot(u[0]).slope * du[0];
    },
  },
});
