import { unknownName } from "../../errors.js";
import { grid } from "./grid.js";
import { random } from "./random.js";
import type { SamplerDefinition } from "./sampler.js";
import { sobol } from "./sobol/sobol.js";
import { tpe } from "./tpe.js";

/** Every sampler: one line each. */
// Each knows its own options; here they are names for whoever looks them up.
const registry = [grid, random, sobol, tpe] as unknown as readonly SamplerDefinition[];

/** Every sampler of plateau by name. */
export const samplers: ReadonlyMap<string, SamplerDefinition> = new Map(
  registry.map((one) => [one.name, one]),
);

/** @throws PlateauError `unknown-name` */
export function findSampler(name: string): SamplerDefinition {
  const sampler = samplers.get(name);
  if (!sampler) throw unknownName("sampler", name, [...samplers.keys()]);
  return sampler;
}
