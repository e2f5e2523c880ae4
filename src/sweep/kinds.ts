import * as v from "valibot";
import { PlateauError, quote, unknownName } from "../errors.js";
import { check } from "../validate.js";
import type { PrunerDefinition } from "./pruners/pruner.js";
import { pruners } from "./pruners/registry.js";
import { samplers } from "./samplers/registry.js";
import type { SamplerDefinition } from "./samplers/sampler.js";

/** Samplers and pruners of one's own, which a study names as it names plateau's. They are not stored with it. */
export interface OwnKinds {
  readonly samplers?: readonly SamplerDefinition[];
  readonly pruners?: readonly PrunerDefinition[];
}

/** What a study's names stand for. */
export interface Kinds {
  /** @throws PlateauError `unknown-name` */
  sampler(name: string): SamplerDefinition;
  /** @throws PlateauError `unknown-name` */
  pruner(name: string): PrunerDefinition;
}

const definition = v.looseObject(
  {
    name: v.pipe(v.string("expected a name"), v.nonEmpty("expected a name")),
    usesHistory: v.boolean("expected true or false"),
    schema: v.looseObject(
      { kind: v.literal("schema", "expected a schema of valibot") },
      "expected a schema of valibot",
    ),
    create: v.function("expected a function"),
  },
  "expected { name, description, usesHistory, schema, create }",
);
const own = v.strictObject({
  samplers: v.optional(v.array(definition, "expected a list of samplers"), []),
  pruners: v.optional(v.array(definition, "expected a list of pruners"), []),
});

/**
 * Plateau's samplers and pruners, and one's own.
 * @throws PlateauError `usage` where one is none, or its name is taken
 */
export function kindsOf({ samplers: moreSamplers, pruners: morePruners }: OwnKinds = {}): Kinds {
  check("study", own, { samplers: moreSamplers, pruners: morePruners });
  const [allSamplers, allPruners] = [
    joined("sampler", samplers, moreSamplers),
    joined("pruner", pruners, morePruners),
  ];
  return {
    sampler: (name) => named("sampler", allSamplers, name),
    pruner: (name) => named("pruner", allPruners, name),
  };
}

function joined<T extends { readonly name: string }>(
  what: string,
  known: ReadonlyMap<string, T>,
  more: readonly T[] = [],
): ReadonlyMap<string, T> {
  const all = new Map(known);
  for (const one of more) {
    if (all.has(one.name)) {
      throw new PlateauError("usage", `there is a ${what} ${quote(one.name)} already: choose another name`);
    }
    all.set(one.name, one);
  }
  return all;
}

function named<T>(what: string, all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found) return found;
  throw unknownName(
    what,
    name,
    [...all.keys()],
    `one of your own is given beside it: Study.open(…, { ${what}s: [it] })`,
  );
}
