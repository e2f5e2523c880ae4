import { PlateauError, quote } from "../../errors.js";
import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { cos } from "../math.js";
import { outward, unit } from "../ranges.js";

/** Terms of the sum: those above float32's resolution whose phase float64 still holds. */
function termsOf(a: number, b: number): number {
  let terms = 0;
  for (let [amplitude, frequency] = [1, 1]; amplitude > 2 ** -24 && frequency < 2 ** 40; terms++) {
    amplitude *= a;
    frequency *= b;
  }
  return terms;
}

/**
 * Σₙ aⁿ cos(bⁿπx), n from 0: for 0 < a < 1 ≤ ab continuous and nowhere differentiable (Hardy, Trans. AMS
 * 17, 1916), Hölder with exponent ln(1/a)/ln b where ab > 1. Summed while aⁿ > 2^-24 and bⁿ < 2^40, so
 * rough down to distances of b^-n only. Its largest value is that at 0.
 */
export const weierstrass = targetFamily({
  name: "weierstrass",
  description: "Σ aⁿ cos(bⁿπx) on [−1, 1], nowhere differentiable",
  parameters: {
    a: { description: "ratio of amplitudes", default: 0.5, least: 0.01, most: 0.99 },
    b: { description: "ratio of frequencies", default: 3, least: 1.01, most: 1000 },
  },
  define({ a, b }) {
    if (!(a * b >= 1)) {
      throw new PlateauError(
        "usage",
        `target weierstrass: a·b is ${quote(a * b)}: below 1 the function is differentiable; raise a or b`,
      );
    }
    const terms = termsOf(a, b);
    let bound = 0;
    for (let [n, amplitude] = [0, 1]; n < terms; n++, amplitude *= a) bound += amplitude;
    // For display only: the last bits do not matter.
    const exponent = Number((Math.log(1 / a) / Math.log(b)).toPrecision(3));
    return {
      smoothness: exponent < 1 ? `C^0, Hölder ${exponent}` : "C^0, nowhere differentiable",
      inputs: 1,
      outputs: 1,
      draws: [unit],
      range: outward(-bound, bound),
      formula: sumFormula(a, b, terms),
      value([x], y) {
        let sum = 0;
        let amplitude = 1;
        let frequency = 1;
        for (let n = 0; n < terms; n++) {
          // Whole turns are taken off before π comes in, which is exact.
          const halfTurns = frequency * x;
          sum += amplitude * cos(Math.PI * (halfTurns - 2 * Math.round(halfTurns / 2)));
          amplitude *= a;
          frequency *= b;
        }
        y[0] = sum;
      },
    };
  },
});

/** The sum as an expression; undefined where it would be longer than expressions may be. */
function sumFormula(a: number, b: number, terms: number) {
  const parts: string[] = [];
  for (let [n, amplitude, frequency] = [0, 1, 1]; n < terms; n++, amplitude *= a, frequency *= b) {
    parts.push(`${amplitude}*cos(${frequency}*pi*x1)`);
  }
  const text = parts.join("+");
  return text.length <= 2000 ? formula(text) : undefined;
}
