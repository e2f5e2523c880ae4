import { PlateauError, quote, unknownName } from "../../errors.js";
import { grid } from "./grid.js";
import { random } from "./random.js";
import type { SamplerDefinition } from "./sampler.js";
import { sobol } from "./sobol/sobol.js";
import { tpe } from "./tpe.js";

/** Every sampler: one line each. */
// Each knows its own options; here they are names for whoever looks them up.
const registry = [grid, random, sobol, tpe] as unknown as readonly SamplerDefinition[];

const known = new Map(registry.map((one) => [one.name, one]));

/** Every sampler by name, those that were registered by others included. */
export const samplers: ReadonlyMap<string, SamplerDefinition> = known;

/**
 * Makes a sampler of your own known by its name, in this process: studies that name it can be opened then.
 * @throws PlateauError `usage` where the name is taken
 */
export function registerSampler(definition: SamplerDefinition): void {
  const { name } = definition;
  if (known.has(name) && known.get(name) !== definition) {
    throw new PlateauError("usage", `there is a sampler ${quote(name)} already: choose another name`);
  }
  known.set(name, definition);
}

/** @throws PlateauError `unknown-name` */
export function findSampler(name: string): SamplerDefinition {
  const sampler = samplers.get(name);
  if (!sampler) throw unknownName("sampler", name, [...samplers.keys()]);
  return sampler;
}
