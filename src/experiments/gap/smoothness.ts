import { short } from "../../analysis/statistics/say.js";
import type { StopSignal } from "../../pause.js";
import { constantsOf } from "../../theory/bounds/constants.js";
import type { Smoothness, Task } from "../../theory/constructions/construction.js";

/** What theorems need to know of a target, and how it is known. Null: nothing that they speak of. */
export interface KnownSmoothness {
  readonly value: Smoothness | null;
  readonly how: string;
}

/** Twice differentiable, or the Hölder exponent of a target, as `plateau bound` finds them. */
export async function smoothnessOf(
  task: Task,
  options: { seed: number; signal?: StopSignal },
): Promise<KnownSmoothness> {
  const { curvature, lipschitz, holder, jumps } = await constantsOf(task, options);
  if (jumps)
    return { value: null, how: "it jumps, or changes as if it did: no theorem has a rate in sup norm" };
  if (curvature) {
    return { value: "C2", how: `second derivatives up to ${short(curvature.value)} (${curvature.known})` };
  }
  if (lipschitz) {
    return {
      value: 1,
      how: `Lipschitz constant ${short(lipschitz.value)} (${lipschitz.known}), no second derivative`,
    };
  }
  if (holder) {
    const { value, known } = holder.exponent;
    return { value: Math.min(1, value), how: `Hölder exponent ${short(value)} (${known})` };
  }
  return { value: null, how: "no law of its changes was found" };
}
