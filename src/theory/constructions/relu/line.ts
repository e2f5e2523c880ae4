import { PlateauError } from "../../../errors.js";
import type { Task } from "../construction.js";
import { requireFinite } from "../task.js";
import { type Blank, blankNetwork } from "./network.js";

/**
 * Interpolation on an interval with n equal pieces, by n hidden units in one layer:
 *
 *   g(x) = f(t₀) + Σᵢ aᵢ·relu(x − tᵢ),   aᵢ the change of slope at tᵢ
 *
 * Knots are float32 numbers, and f is taken there. Each aᵢ is rounded so that the next knot is met with what
 * was rounded before it: rounding does not add up.
 */
export function interpolateLine(task: Task, n: number): Blank {
  const { f, low, high } = task;
  const knots = Float64Array.from({ length: n + 1 }, (_, i) =>
    Math.fround(low[0] + (i / n) * (high[0] - low[0])),
  );
  for (let i = 0; i < n; i++) {
    if (knots[i] < knots[i + 1]) continue;
    throw new PlateauError(
      "usage",
      `relu with ${n} pieces on [${low[0]}, ${high[0]}]: float32 does not tell knots ${i} and ${i + 1} apart, use fewer`,
    );
  }
  const values = f.evaluate(knots, n + 1);
  requireFinite(f.name, knots, values, 1);
  const network = blankNetwork(task, [n]);
  for (let i = 0; i < n; i++) {
    network.weight(0, i, 0, 1);
    network.bias(0, i, -knots[i]);
  }
  for (let o = 0; o < f.outputs; o++) {
    let value = Math.fround(values[o]);
    let slope = 0;
    network.bias(1, o, value);
    for (let i = 0; i < n; i++) {
      const length = knots[i + 1] - knots[i];
      const change = Math.fround((values[(i + 1) * f.outputs + o] - value) / length - slope);
      network.weight(1, o, i, change);
      slope += change;
      value += slope * length;
    }
  }
  return network;
}
