import { unknownName } from "../errors.js";
import { m2n1 } from "./m2n1.js";
import { m4n3 } from "./m4n3.js";
import type { Target } from "./target.js";

/** Every target by name: one line each. */
const registry: readonly Target[] = [
  m2n1, //
  m4n3,
];

export const targets: ReadonlyMap<string, Target> = new Map(registry.map((target) => [target.name, target]));

/** @throws PlateauError `unknown-name` */
export function findTarget(name: string): Target {
  const target = targets.get(name);
  if (!target) throw unknownName("target", name, [...targets.keys()]);
  return target;
}
