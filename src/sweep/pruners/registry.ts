import { unknownName } from "../../errors.js";
import { asha } from "./asha.js";
import { divergence } from "./divergence.js";
import { hyperband } from "./hyperband.js";
import { median } from "./median.js";
import { none } from "./none.js";
import type { PrunerDefinition } from "./pruner.js";
import { threshold } from "./threshold.js";

/** Every pruner: one line each. */
// Each knows its own options; here they are names for whoever looks them up.
const registry = [
  none,
  median,
  asha,
  hyperband,
  threshold,
  divergence,
] as unknown as readonly PrunerDefinition[];

/** Every pruner of plateau by name. */
export const pruners: ReadonlyMap<string, PrunerDefinition> = new Map(registry.map((one) => [one.name, one]));

/** @throws PlateauError `unknown-name` */
export function findPruner(name: string): PrunerDefinition {
  const pruner = pruners.get(name);
  if (!pruner) throw unknownName("pruner", name, [...pruners.keys()]);
  return pruner;
}
