import { unknownName } from "../../errors.js";
import { check } from "../../validate.js";
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

/** Every construction by name. */
export const constructions: ReadonlyMap<string, Construction> = new Map(
  all.map((one) => [one.name, checked(one)]),
);

/** The construction as anyone may call it: with options left out or of the wrong kind, too. */
function checked(one: Construction): Construction {
  const options = (given: unknown) => check(`construction ${one.name}`, one.options, given ?? {});
  return {
    ...one,
    construct: (task, size, given) => one.construct(task, size, options(given)),
    ...(one.theorem && {
      theorem: (task, smoothness, given) => one.theorem!(task, smoothness, options(given)),
    }),
  };
}

/** @throws PlateauError `unknown-name` */
export function findConstruction(name: string): Construction {
  const found = constructions.get(name);
  if (!found) throw unknownName("construction", name, [...constructions.keys()]);
  return found;
}
