import { cubeRoot } from "./cube-root.js";
import { buildTarget } from "./define.js";
import { exp, log } from "./math.js";

/**
 * The study's second function. Every output increases with X₁ (seen on a grid of 4 million points), so
 * its bounds are its values at X₁ = ∓1: Y₁ in [−0.36643, 1.86255], Y₂ in [−0.13659, 1.69812], Y₃ in
 * [−0.10596, 3.41649]. The range is the union of the three, widened outward to multiples of 1/16.
 *
 * As a function of its inputs: Y₁ = (X₁+X₂+X₃+X₄)/5, Y₂ = (X₁Y₁ + exp(X₂) + X₃ + ln X₄)/5,
 * Y₃ = (X₁ + Y₂ + Y₁ + X₂² + X₃X₄)/5, for X₄ > 0.
 */
export const m4n3 = buildTarget({
  name: "m4n3",
  description: "∛, log and exp of X₁ to three mixtures Y₁ … Y₃",
  smoothness: "analytic; Hölder 1/3 along the data",
  inputs: 4,
  outputs: 3,
  dim: 4,
  draws: [{ low: -1, high: 1 }],
  sizes: { train: 200_000, validation: 10_000, test: 20_000 },
  range: { low: -0.375, high: 3.4375 },
  evaluate: ({ kernels }, x, y, u, B, d) => kernels.targetM4n3(x, y, u, B, d),
  value([x1, x2, x3, x4], y) {
    y[0] = (x1 + x2 + x3 + x4) / 5;
    y[1] = (x1 * y[0] + exp(x2) + x3 + log(x4)) / 5;
    y[2] = (x1 + y[1] + y[0] + x2 * x2 + x3 * x4) / 5;
  },
  pullback([x1, x2, x3, x4], [w1, w2, w3], g) {
    const y1 = (x1 + x2 + x3 + x4) / 5;
    // Weights of Y₂ and Y₁ with what reaches them through later outputs.
    const v2 = w2 + w3 / 5;
    const v1 = (w1 + w3 / 5 + (v2 * x1) / 5) / 5;
    g[0] += v1 + (v2 * y1) / 5 + w3 / 5;
    g[1] += v1 + (v2 * exp(x2)) / 5 + (2 * w3 * x2) / 5;
    g[2] += v1 + v2 / 5 + (w3 * x4) / 5;
    g[3] += v1 + v2 / (5 * x4) + (w3 * x3) / 5;
  },
  embedding: {
    // All four increase with X₁: X₃ from −1/10 to 2 ln 3 + 1/10, X₄ from 1/e − 1/10 to e + 2 ln 3 + 1/10.
    bounds: [
      { low: -1, high: 1 },
      { low: -1, high: 1 },
      { low: -0.1015625, high: 2.3046875 },
      { low: 0.265625, high: 5.0234375 },
    ],
    point([u], x) {
      const { root } = cubeRoot(u);
      x[0] = u;
      x[1] = root;
      x[2] = 2 * log(2 + u) + root / 10;
      x[3] = exp(root) + x[2];
    },
    push([u], [du], dx) {
      const { root, slope } = cubeRoot(u);
      dx[0] = du;
      dx[1] = slope * du;
      dx[2] = (2 * du) / (2 + u) + dx[1] / 10;
      dx[3] = exp(root) * dx[1] + dx[2];
    },
  },
});
