import { unknownName } from "../../errors.js";
import type { Construction } from "./construction.js";
import { incontext } from "./in-context.js";
import { partition } from "./partition.js";
import { relu } from "./relu.js";
import { yun } from "./yun.js";

/** Every construction: one line each. */
const all: readonly Construction[] = [
  yun, //
  partition,
  relu,
  incontext,
];

export const constructions: ReadonlyMap<string, Construction> = new Map(all.map((one) => [one.name, one]));

/** @throws PlateauError `unknown-name` */
export function findConstruction(name: string): Construction {
  const found = constructions.get(name);
  if (!found) throw unknownName("construction", name, [...constructions.keys()]);
  return found;
}
