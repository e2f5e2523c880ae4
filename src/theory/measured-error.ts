import { requireArguments } from "../arguments.js";
import { streamKey } from "../random/keys.js";
import { uniform64 } from "../random/uniform.js";
import type { BatchFunction } from "../targets/function.js";
import type { Task } from "./constructions/construction.js";
import { gridNodes } from "./grid.js";

const SAMPLES = 16_384;
/** Points evaluated at a time. */
const BLOCK = 4096;

/**
 * The error of g as an approximation of a task's target, on seeded points and the corners of a grid, all
 * rounded to float32: the largest (sup, over outputs too), or the root of the mean square (l2). A lower bound
 * of the largest there is.
 * @throws PlateauError `usage` where the numbers of samples make no sense
 */
export function measuredError(task: Task, g: BatchFunction, norm: "sup" | "l2", samples = SAMPLES): number {
  requireArguments("measuredError", {
    task: [task, "Task: target dim f low"],
    g: [g, "BatchFunction: name inputs outputs evaluate"],
    norm: [norm, "text"],
    samples: [samples, "number?"],
  });

  const { f, low, high } = task;
  const d = f.inputs;
  const drawn = uniform64(streamKey(0, "theory/error"), 0, samples * d);
  for (let i = 0; i < samples * d; i++) drawn[i] = low[i % d] + drawn[i] * (high[i % d] - low[i % d]);
  // The square mean is one over uniform points alone.
  const corners = norm === "sup" && 2 ** d <= samples ? gridNodes(low, high, 1) : new Float64Array(0);
  const x = Float64Array.from([...drawn, ...corners], Math.fround);
  const count = x.length / d;
  let [most, squares] = [0, 0];
  for (let start = 0; start < count; start += BLOCK) {
    const rows = Math.min(BLOCK, count - start);
    const points = x.subarray(start * d, (start + rows) * d);
    const [y, z] = [f.evaluate(points, rows), g.evaluate(points, rows)];
    for (let i = 0; i < y.length; i++) {
      most = Math.max(most, Math.abs(y[i] - z[i]));
      squares += (y[i] - z[i]) * (y[i] - z[i]);
    }
  }
  return norm === "sup" ? most : Math.sqrt(squares / (count * f.outputs));
}
