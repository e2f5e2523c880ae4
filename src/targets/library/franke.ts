import { targetFamily } from "../family.js";
import { formula } from "../formula.js";
import { exp } from "../math.js";
import { each, positive } from "../ranges.js";

/** Weight of a bump, its exponent at (9x, 9y), and that exponent's derivatives. */
type Bump = [weight: number, exponent: (x: number, y: number) => [value: number, dx: number, dy: number]];

const gaussian =
  (a: number, b: number, width: number): Bump[1] =>
  (x, y) => [
    -((x - a) * (x - a) + (y - b) * (y - b)) / width,
    (-2 * (x - a)) / width,
    (-2 * (y - b)) / width,
  ];

const bumps: readonly Bump[] = [
  [0.75, gaussian(2, 2, 4)],
  [0.75, (x, y) => [-((x + 1) * (x + 1)) / 49 - (y + 1) / 10, (-2 * (x + 1)) / 49, -1 / 10]],
  [0.5, gaussian(7, 3, 4)],
  [-0.2, gaussian(4, 7, 1)],
];

/**
 * Franke's test function of scattered-data interpolation (Naval Postgraduate School report
 * NPS-53-79-003, 1979): two hills, a slope and a dip. On a grid of 4 million points its values span
 * [0.0011, 1.2201]; the range is stated wider.
 */
export const franke = targetFamily({
  name: "franke",
  description: "Franke's function on [0, 1]²: two hills, a slope and a dip",
  parameters: {},
  define: () => ({
    smoothness: "analytic",
    inputs: 2,
    outputs: 1,
    draws: each(positive, 2),
    range: { low: 0, high: 1.25 },
    formula: formula(
      "0.75*exp(-((9*x1 - 2)^2 + (9*x2 - 2)^2)/4) + 0.75*exp(-(9*x1 + 1)^2/49 - (9*x2 + 1)/10) + 0.5*exp(-((9*x1 - 7)^2 + (9*x2 - 3)^2)/4) - 0.2*exp(-(9*x1 - 4)^2 - (9*x2 - 7)^2)",
      2,
    ),
    value([x1, x2], y) {
      y[0] = 0;
      for (const [weight, exponent] of bumps) y[0] += weight * exp(exponent(9 * x1, 9 * x2)[0]);
    },
    pullback([x1, x2], [w], g) {
      for (const [weight, exponent] of bumps) {
        const [value, dx, dy] = exponent(9 * x1, 9 * x2);
        const slope = w * 9 * weight * exp(value);
        g[0] += slope * dx;
        g[1] += slope * dy;
      }
    },
  }),
});
