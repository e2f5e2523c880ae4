import { targetFamily } from "../family.js";
import { formula, joined } from "../formula.js";
import { cos, exp, sin } from "../math.js";
import { each } from "../ranges.js";

/**
 * −20 exp(−‖x‖/(5√n)) − exp(mean cos 2πxᵢ) + 20 + e on [−5, 5]ⁿ (Ackley, A Connectionist Machine for
 * Genetic Hillclimbing, 1987): many hollows in a funnel. At least 0, at x = 0, where it has a cone's tip (the derivative
 * is given as 0); at most 20(1 − 1/e) + e − 1/e < 14.993.
 */
export const ackley = targetFamily({
  name: "ackley",
  description: "Ackley's function on [−5, 5]ⁿ: many hollows in a funnel",
  parameters: { n: { description: "inputs", default: 2, least: 1, most: 256, whole: true } },
  define: ({ n }) => {
    const means = (x: Float64Array): [squares: number, cosines: number] => {
      let squares = 0;
      let cosines = 0;
      for (let i = 0; i < n; i++) {
        squares += x[i] * x[i];
        cosines += cos(2 * Math.PI * x[i]);
      }
      return [squares / n, cosines / n];
    };
    return {
      smoothness: "C^0, Lipschitz, analytic but at 0",
      inputs: n,
      outputs: 1,
      draws: each({ low: -5, high: 5 }, n),
      range: { low: -(2 ** -40), high: 15 },
      formula:
        n <= 16
          ? formula(
              `-20*exp(-0.2*sqrt((${joined(n, "+", (x) => `${x}^2`)})/${n})) - exp((${joined(n, "+", (x) => `cos(2*pi*${x})`)})/${n}) + 20 + e`,
              n,
            )
          : undefined,
      value(x, y) {
        const [squares, cosines] = means(x);
        y[0] = -20 * exp(-0.2 * Math.sqrt(squares)) - exp(cosines) + 20 + Math.E;
      },
      pullback(x, [w], g) {
        const [squares, cosines] = means(x);
        const root = Math.sqrt(squares);
        const radial = root > 0 ? (4 * exp(-0.2 * root)) / (n * root) : 0;
        const ripple = (2 * Math.PI * exp(cosines)) / n;
        for (let i = 0; i < n; i++) g[i] += w * (radial * x[i] + ripple * sin(2 * Math.PI * x[i]));
      },
    };
  },
});
