import { unknownName } from "../../errors.js";
import type { PrunerDefinition } from "./pruner.js";

/** Every pruner: one line each. */
// Each knows its own options; here they are names for whoever looks them up.
const registry = [] as unknown as readonly PrunerDefinition[];

export const pruners: ReadonlyMap<string, PrunerDefinition> = new Map(registry.map((one) => [one.name, one]));

/** @throws PlateauError `unknown-name` */
export function findPruner(name: string): PrunerDefinition {
  const pruner = pruners.get(name);
  if (!pruner) throw unknownName("pruner", name, [...pruners.keys()]);
  return pruner;
}
