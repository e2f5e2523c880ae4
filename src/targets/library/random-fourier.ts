import { targetFamily } from "../family.js";
import { cos, pow, sin } from "../math.js";
import { unit } from "../ranges.js";
import { seeded, seedParameter } from "../seeded.js";

const TERMS = 64;

/**
 * Σₖ k^−(s+1/2) (aₖ cos πkx + bₖ sin πkx) / c for k = 1 … 64, with aₖ, bₖ uniform on [−1, 1) and
 * c = Σₖ k^−(s+1/2)·√2, so that no value is above 1 in magnitude. With all its terms it would lie in the
 * Sobolev space H^r for every r < s and, almost surely, for no r ≥ s: Σ k^2r k^−(2s+1) diverges at r = s.
 */
export const randomFourier = targetFamily({
  name: "random-fourier",
  description: "random Fourier series of smoothness s on [−1, 1]",
  parameters: {
    s: { description: "Sobolev smoothness", default: 1, least: 0, most: 10 },
    seed: seedParameter,
  },
  define({ s, seed }) {
    const drawn = seeded("random-fourier", seed, 2 * TERMS);
    let made: { a: Float64Array; b: Float64Array } | undefined;
    const coefficients = () => {
      if (made) return made;
      const decay = Float64Array.from({ length: TERMS }, (_, i) => pow(i + 1, -(s + 0.5)));
      const sum = decay.reduce((total, value) => total + value, 0) * Math.SQRT2;
      const scaled = (from: number) => decay.map((value, i) => (value * drawn()[from + i]) / sum);
      return (made = { a: scaled(0), b: scaled(TERMS) });
    };
    /** cos πkx and sin πkx for one k after the other, by rotation. */
    const terms = (x: number, visit: (i: number, c: number, s: number) => void) => {
      const c1 = cos(Math.PI * x);
      const s1 = sin(Math.PI * x);
      let c = c1;
      let s = s1;
      for (let i = 0; i < TERMS; i++) {
        visit(i, c, s);
        const next = c * c1 - s * s1;
        s = s * c1 + c * s1;
        c = next;
      }
    };
    return {
      smoothness: `Sobolev H^r for r < ${s} (64 terms)`,
      inputs: 1,
      outputs: 1,
      draws: [unit],
      range: unit,
      value([x], y) {
        const { a, b } = coefficients();
        let sum = 0;
        terms(x, (i, c, s) => (sum += a[i] * c + b[i] * s));
        y[0] = sum;
      },
      pullback([x], [w], g) {
        const { a, b } = coefficients();
        let sum = 0;
        terms(x, (i, c, s) => (sum += (i + 1) * (b[i] * c - a[i] * s)));
        g[0] += w * Math.PI * sum;
      },
    };
  },
});
