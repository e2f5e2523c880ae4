import { targetFamily } from "../family.js";
import { cos, sin } from "../math.js";
import { each, unit } from "../ranges.js";
import { seeded, seedParameter } from "../seeded.js";

/**
 * sin(kπ a·x): varies in one direction only, along no axis. The direction a has norm 1; its numbers are
 * uniform on [−1, 1) before it is scaled.
 */
export const ridge = targetFamily({
  name: "ridge",
  description: "sin(kπ a·x) on [−1, 1]ⁿ, a random direction a",
  parameters: {
    n: { description: "inputs", default: 2, least: 2, most: 256, whole: true },
    k: { description: "periods in 2 units along a", default: 1, least: 1e-3, most: 1e3 },
    seed: seedParameter,
  },
  define({ n, k, seed }) {
    const drawn = seeded("ridge", seed, n);
    let made: Float64Array | undefined;
    const direction = () => {
      if (made) return made;
      const norm = Math.sqrt(drawn().reduce((sum, value) => sum + value * value, 0));
      return (made = drawn().map((value) => value / norm));
    };
    const phase = (x: Float64Array) => {
      const a = direction();
      let dot = 0;
      for (let i = 0; i < n; i++) dot += a[i] * x[i];
      return k * Math.PI * dot;
    };
    return {
      smoothness: "analytic",
      inputs: n,
      outputs: 1,
      draws: each(unit, n),
      range: unit,
      value(x, y) {
        y[0] = sin(phase(x));
      },
      pullback(x, [w], g) {
        const slope = w * k * Math.PI * cos(phase(x));
        for (let i = 0; i < n; i++) g[i] += slope * direction()[i];
      },
    };
  },
});
