import type { Contestant, Outcome, RoundOptions } from "./rounds.js";

export function sweepCases(
  _folder: string,
  _contestants: readonly Contestant[],
  _options: RoundOptions,
): { name: string; run(): Promise<Record<string, Outcome>> }[] {
  return [];
}
