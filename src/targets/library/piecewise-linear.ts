import { targetFamily } from "../family.js";
import { unit } from "../ranges.js";
import { seeded, seedParameter } from "../seeded.js";

/**
 * Continuous, linear on each of n pieces of [−1, 1]. Knots are evenly spaced but for up to a quarter of
 * the spacing either way; the values at them are uniform on [−1, 1).
 */
export const piecewiseLinear = targetFamily({
  name: "piecewise-linear",
  description: "continuous, n random linear pieces of [−1, 1]",
  parameters: {
    n: { description: "pieces", default: 8, least: 1, most: 10_000, whole: true },
    seed: seedParameter,
  },
  define({ n, seed }) {
    const drawn = seeded("piecewise-linear", seed, 2 * (n + 1));
    const knot = (i: number) => (i === 0 || i === n ? -1 : -1 + drawn()[i] / (2 * n)) + (2 * i) / n;
    const height = (i: number) => drawn()[n + 1 + i];
    /** The piece that holds x, the left one's end being the right one's start. */
    const piece = (x: number) => {
      // A knot lies within a quarter piece of its even place.
      const near = Math.min(n - 1, Math.max(0, Math.floor(((x + 1) * n) / 2)));
      if (near > 0 && x < knot(near)) return near - 1;
      return near < n - 1 && x >= knot(near + 1) ? near + 1 : near;
    };
    const slope = (i: number) => (height(i + 1) - height(i)) / (knot(i + 1) - knot(i));
    return {
      smoothness: "C^0, Lipschitz, piecewise linear",
      inputs: 1,
      outputs: 1,
      draws: [unit],
      range: unit,
      value([x], y) {
        const i = piece(x);
        y[0] = height(i) + slope(i) * (x - knot(i));
      },
      pullback([x], [w], g) {
        g[0] += w * slope(piece(x));
      },
    };
  },
});
