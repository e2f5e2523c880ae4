import { defineTarget } from "./define.js";

/**
 * The study's second function. Every output increases with X₁ (seen on a grid of 4 million points), so
 * its bounds are its values at X₁ = ∓1: Y₁ in [−0.36643, 1.86255], Y₂ in [−0.13659, 1.69812], Y₃ in
 * [−0.10596, 3.41649]. The range is the union of the three, widened outward to multiples of 1/16.
 */
export const m4n3 = defineTarget({
  name: "m4n3",
  description: "X₂ = ∛X₁, X₃, X₄ from logarithm and exponential of them; Y₁ … Y₃: four tokens to three",
  inputs: 4,
  outputs: 3,
  domain: { low: -1, high: 1 },
  sizes: { train: 200_000, validation: 10_000, test: 20_000 },
  range: { low: -0.375, high: 3.4375 },
  evaluate: ({ kernels }, x, y, u, B, d) => kernels.targetM4n3(x, y, u, B, d),
});
