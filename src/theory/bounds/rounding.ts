import { enclosureOf } from "../certificates/certify-constructed.js";
import type { Task } from "../constructions/construction.js";
import { findConstruction } from "../constructions/registry.js";

/**
 * The most that float32's rounding may make of an error at the box's corners and middle, by the worst-case
 * analysis of certificates: what is built at this size is built for it. In units of outputs; infinite where
 * none is proven.
 */
export function roundingAt(
  construction: string,
  task: Task,
  size: number,
  options: Record<string, unknown>,
): number {
  const constructed = findConstruction(construction).construct(task, size, options as never);
  const enclosure = enclosureOf(constructed);
  const { low, high } = task;
  let most = 0;
  for (const share of [0, 0.5, 1]) {
    const x = Float64Array.from(low, (from, k) => Math.fround(from + share * (high[k] - from)));
    for (const rounding of enclosure.enclose(x, x).rounding ?? []) most = Math.max(most, rounding);
  }
  return most;
}
