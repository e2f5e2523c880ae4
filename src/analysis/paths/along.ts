import { PlateauError, quote } from "../../errors.js";
import type { Segment } from "../../targets/domain.js";
import type { BatchFunction } from "../../targets/function.js";

/** Points that a function is asked for at a time. */
const BATCH = 512;

/** A function along a segment that is cut into cells of equal length of the parameter. */
export interface Along {
  readonly cells: number;
  readonly outputs: number;
  /** Of the segment, in its parameter. */
  readonly length: number;
  /** [2·cells + 1, outputs]: row 2i at border i, row 2i+1 in the middle of cell i. */
  readonly values: Float64Array<ArrayBuffer>;
  /** |dg/dt| in the middle of each cell [cells], exact, infinite where not finite; absent without a vjp. */
  readonly speeds?: Float64Array<ArrayBuffer>;
}

/** Calls of `tick` that one function costs; each stands for about the same work. */
export function ticksAlong(fn: BatchFunction, cells: number): number {
  return Math.ceil((2 * cells + 1) / BATCH) + (fn.vjp ? Math.ceil(cells / BATCH) * fn.outputs : 0);
}

/**
 * Samples a function along a segment. The directional derivative Jx′ has one vector–Jacobian product for
 * each output, dotted with the tangent.
 *
 * @param tick awaited after every batch
 * @throws PlateauError `usage` where the segment's points are not the function's, or a value is not finite
 */
export async function sampleAlong(
  fn: BatchFunction,
  segment: Segment,
  cells: number,
  tick: () => Promise<void> | undefined,
): Promise<Along> {
  const { inputs, outputs } = fn;
  const { length } = segment;
  const values = new Float64Array((2 * cells + 1) * outputs);
  for (let start = 0; start <= 2 * cells; start += BATCH) {
    const count = Math.min(BATCH, 2 * cells + 1 - start);
    const t = Float64Array.from({ length: count }, (_, i) => ((start + i) / (2 * cells)) * length);
    const { points } = segment.at(t);
    if (points.length !== count * inputs) {
      throw new PlateauError(
        "usage",
        `points of segment ${quote(segment.name)} have ${points.length / count} numbers, and ${quote(fn.name)} takes ${inputs}`,
      );
    }
    const found = fn.evaluate(points, count);
    const wrong = found.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      const at = Math.floor(wrong / outputs);
      throw new PlateauError(
        "usage",
        `output ${(wrong % outputs) + 1} of ${quote(fn.name)} is ${found[wrong]} at ${quote(Array.from(points.subarray(at * inputs, (at + 1) * inputs)))} of segment ${quote(segment.name)}: give segments on which it is finite`,
      );
    }
    values.set(found, start * outputs);
    await tick();
  }
  if (!fn.vjp) return { cells, outputs, length, values };

  const speeds = new Float64Array(cells);
  for (let start = 0; start < cells; start += BATCH) {
    const count = Math.min(BATCH, cells - start);
    const t = Float64Array.from({ length: count }, (_, i) => ((2 * (start + i) + 1) / (2 * cells)) * length);
    const { points, tangents } = segment.at(t);
    const cotangent = new Float64Array(count * outputs);
    for (let j = 0; j < outputs; j++) {
      for (let i = 0; i < count; i++) cotangent[i * outputs + j] = 1;
      const gradients = fn.vjp(points, cotangent, count);
      for (let i = 0; i < count; i++) {
        cotangent[i * outputs + j] = 0;
        let slope = 0;
        for (let k = 0; k < inputs; k++) slope += gradients[i * inputs + k] * tangents[i * inputs + k];
        speeds[start + i] += slope * slope;
      }
      await tick();
    }
  }
  for (let i = 0; i < cells; i++) {
    // An infinite derivative, or 0·∞ on the way to it.
    speeds[i] = Number.isFinite(speeds[i]) ? Math.sqrt(speeds[i]) : Number.POSITIVE_INFINITY;
  }
  return { cells, outputs, length, values, speeds };
}
