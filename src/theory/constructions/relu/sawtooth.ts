import { PlateauError } from "../../../errors.js";
import type { Task } from "../construction.js";
import { requireFinite } from "../task.js";
import { type Blank, blankNetwork } from "./network.js";

/** Points at which a target is held to the quadratic through three of them. */
const TRIED = 1024;

/**
 * A quadratic on an interval, interpolated on 2^L equal pieces by L layers of 4 units, where one layer needs
 * 2^L. The tooth T(X) = 2·relu(X) − 4·relu(X − ½) on [0, 1], composed k times, has 2^k pieces (Telgarsky,
 * arXiv 1509.08101), and Σ_{k ≤ L} T^k(X)/4^k is the interpolant of X − X² (Yarotsky, arXiv 1610.01145).
 * @throws PlateauError `usage` where the target is no quadratic of one input
 */
export function sawtooth(task: Task, layers: number): Blank {
  const { f, low, high } = task;
  if (f.inputs !== 1 || f.outputs !== 1) {
    throw new PlateauError(
      "usage",
      `the deep variant of relu takes one input and one output, ${f.name} has ${f.inputs} and ${f.outputs}`,
    );
  }
  const span = high[0] - low[0];
  const x = Float64Array.from({ length: TRIED + 1 }, (_, i) => low[0] + (i / TRIED) * span);
  const y = f.evaluate(x, x.length);
  requireFinite(f.name, x, y, 1);
  const [first, middle, last] = [y[0], y[TRIED / 2], y[TRIED]];
  const rise = last - first;
  const bend = 4 * (first + 0.5 * rise - middle);
  const scale = Math.max(Math.abs(first), Math.abs(middle), Math.abs(last), Math.abs(bend));
  y.forEach((value, i) => {
    const X = i / TRIED;
    if (Math.abs(first + rise * X + bend * (X * X - X) - value) <= 1e-9 * scale) return;
    throw new PlateauError(
      "usage",
      `the deep variant of relu knows quadratics only, and ${f.name} is none (at ${x[i]}): use the shallow one`,
    );
  });

  const network = blankNetwork(task, new Array<number>(layers).fill(4));
  // Units of each layer: T^{k−1}, T^{k−1} − ½, the sum of earlier teeth, X.
  const factor = 1 / span;
  for (const unit of [0, 1, 3]) {
    network.weight(0, unit, 0, factor);
    network.bias(0, unit, -Math.fround(factor) * low[0] - (unit === 1 ? 0.5 : 0));
  }
  for (let k = 1; k < layers; k++) {
    for (const unit of [0, 1]) {
      network.weight(k, unit, 0, 2);
      network.weight(k, unit, 1, -4);
    }
    network.bias(k, 1, -0.5);
    network.weight(k, 2, 0, 2 * quarter(k));
    network.weight(k, 2, 1, -4 * quarter(k));
    network.weight(k, 2, 2, 1);
    network.weight(k, 3, 3, 1);
  }
  const share = -bend * quarter(layers);
  network.weight(layers, 0, 0, 2 * share);
  network.weight(layers, 0, 1, -4 * share);
  network.weight(layers, 0, 2, -bend);
  network.weight(layers, 0, 3, rise);
  network.bias(layers, 0, first);
  return network;
}

/** 4^−k, exactly. */
function quarter(k: number): number {
  let power = 1;
  for (let i = 0; i < k; i++) power *= 0.25;
  return power;
}
