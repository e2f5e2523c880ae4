import { PlateauError, quote, unknownName } from "../../errors.js";
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

const known = new Map(registry.map((one) => [one.name, one]));

/** Every pruner by name, those that were registered by others included. */
export const pruners: ReadonlyMap<string, PrunerDefinition> = known;

/**
 * Makes a pruner of your own known by its name, in this process: studies that name it can be opened then.
 * @throws PlateauError `usage` where the name is taken
 */
export function registerPruner(definition: PrunerDefinition): void {
  const { name } = definition;
  if (known.has(name) && known.get(name) !== definition) {
    throw new PlateauError("usage", `there is a pruner ${quote(name)} already: choose another name`);
  }
  known.set(name, definition);
}

/** @throws PlateauError `unknown-name` */
export function findPruner(name: string): PrunerDefinition {
  const pruner = pruners.get(name);
  if (!pruner) throw unknownName("pruner", name, [...pruners.keys()]);
  return pruner;
}
