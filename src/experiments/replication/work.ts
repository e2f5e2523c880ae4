import { findTarget } from "../../targets/registry.js";
import type { Setting } from "./settings.js";

/** Multiply-adds of a training of a setting, up to a factor that all have: which ones are large, and by how much. */
export function trainingWork({ target, dim }: Pick<Setting, "target" | "dim">): number {
  const { inputs, outputs, sizes } = findTarget(target);
  // A token's layers take some 16 d² and, whatever the width, what norms, activations and calls take.
  return sizes.train * (inputs + outputs) * dim * (dim + 24);
}
