import steps from "./steps.js";

export default steps;

export function footprint(_: unknown, task: unknown): number {
  return Number((task as { bytes?: number }).bytes ?? 0);
}
