import type { Direction } from "../trial.js";

/** A value such that less is better. What is not finite is as bad as can be, whatever its sign. */
export function costOf(direction: Direction, value: number): number {
  if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
  return direction === "minimize" ? value : -value;
}
