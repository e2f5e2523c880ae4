import * as v from "valibot";
import { PlateauError, quote } from "../errors.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { MOST_LEVELS, nestedBeyond } from "../nesting.js";
import { check, flag, oneOf, requireObject, seedNumber, whole } from "../validate.js";
import { kindsOf, type OwnKinds } from "./kinds.js";
import { requireShardable } from "./shard.js";
import { Space, type SpaceInput } from "./space/space.js";
import { type Direction, directions } from "./trial.js";

/** A sampler or pruner: its name, or its name with options: `{ name: "tpe", startup: 20 }`. */
export type Named = string | ({ readonly name: string } & Readonly<Record<string, unknown>>);

/**
 * What a study is: plain data, stored with it, but for samplers and pruners of one's own. The same definition has the
 * same trials to the last bit.
 */
export interface StudyInput extends OwnKinds {
  readonly name: string;
  readonly seed?: number;
  readonly space: SpaceInput;
  /** Default minimize. */
  readonly direction?: Direction;
  /** Default tpe. */
  readonly sampler?: Named;
  /** Default none. */
  readonly pruner?: Named;
  /** Seeds that each configuration is run on; its value is their mean. Default 1. */
  readonly seeds?: number;
  /**
   * With several seeds: whether a configuration is stopped once a paired test says that it is worse than the
   * best. Default true.
   */
  readonly stopWorse?: boolean;
  /**
   * Trial n begins when trial n − lookahead has ended, and goes by trials up to it alone: so the study is
   * the same on any number of workers, of which no more than this are busy. Without effect where sampler
   * and pruner go by no history. Default 8.
   */
  readonly lookahead?: number;
  /** How often a trial that broke down is tried again before it has failed. Default 2. */
  readonly retries?: number;
  /**
   * What evaluates a trial: the path or URL of a module whose default export is an `Objective`, or the name of
   * one of plateau's own. Default null: whoever runs the study says, or asks and tells.
   */
  readonly objective?: string | null;
  /** What is evaluated, for the objective to read: data that JSON has. */
  readonly task?: unknown;
  /**
   * "k/N": only every N-th trial, from trial k − 1 on, to be merged with the other shards. For samplers and
   * pruners that go by no history. Default: the whole study.
   */
  readonly shard?: string;
}

/** A study with every default filled in: what is stored, and compared when it is opened again. */
export interface StudyDefinition {
  readonly name: string;
  readonly seed: number;
  readonly space: SpaceInput;
  readonly direction: Direction;
  readonly sampler: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly pruner: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly seeds: number;
  readonly stopWorse: boolean;
  readonly lookahead: number;
  readonly retries: number;
  readonly objective: string | null;
  readonly task: unknown;
  /** "k/N" of a shard; a whole study has none. */
  readonly shard?: string;
}

const named = v.union(
  [v.string(), v.looseObject({ name: v.string() })],
  "expected a name, or an object with a name and options",
);
const schema = v.strictObject({
  name: v.pipe(
    v.string("expected a text"),
    v.regex(/^\S(.{0,198}\S)?$/u, "expected 1 to 200 characters, no space at either end"),
  ),
  seed: v.optional(seedNumber, 0),
  space: v.looseObject({}),
  direction: v.optional(oneOf(directions), "minimize"),
  sampler: v.optional(named, "tpe"),
  pruner: v.optional(named, "none"),
  seeds: v.optional(whole(1, 1000), 1),
  stopWorse: v.optional(flag, true),
  lookahead: v.optional(whole(1, 100_000), 8),
  retries: v.optional(whole(0, 100), 2),
  objective: v.optional(v.nullable(v.string("expected a module's path or URL")), null),
  task: v.optional(v.unknown(), null),
  shard: v.optional(v.string("expected k/N, such as 1/16")),
});

/**
 * Everything filled in.
 * @param stored a definition whose sampler and pruner are taken as they are where `input` has the same
 * @throws PlateauError `usage`, `unknown-name` quoting what makes no sense
 */
export function defineStudy(input: StudyInput, stored?: StudyDefinition): StudyDefinition {
  const { samplers, pruners, ...rest } = requireObject("study", input);
  const kinds = kindsOf({ samplers, pruners });
  const checked = check("study", schema, rest);
  if (nestedBeyond(checked.task)) {
    throw new PlateauError(
      "usage",
      `study: task nests more than ${MOST_LEVELS} levels deep: make it flatter`,
    );
  }
  const { input: space } = new Space(checked.space as unknown as SpaceInput);
  const filled = (what: "sampler" | "pruner") =>
    stored && input[what] === stored[what]
      ? stored[what]
      : withOptions(what, checked[what], (name) => kinds[what](name));
  const definition = plain({
    ...checked,
    space,
    sampler: filled("sampler"),
    pruner: filled("pruner"),
  }) as StudyDefinition;
  if (definition.shard !== undefined) requireShardable(definition, kinds);
  return definition;
}

/**
 * A definition as it was stored, perhaps by a plateau with more fields, samplers and pruners than this one.
 * @throws PlateauError `usage` where it is none
 */
export function storedDefinition(value: unknown): StudyDefinition {
  const options = v.looseObject({ name: v.string() });
  const checked = check(
    "study",
    v.looseObject({ ...schema.entries, sampler: options, pruner: options }),
    value,
  );
  new Space(checked.space as unknown as SpaceInput);
  return value as StudyDefinition;
}

/**
 * A sampler or pruner with all its options.
 * @throws PlateauError `unknown-name`; `usage` where an option makes no sense
 */
export function withOptions(
  what: string,
  given: Named,
  find: (name: string) => { schema: v.GenericSchema },
): StudyDefinition["sampler"] {
  const { name, ...options } = typeof given === "string" ? { name: given } : given;
  const checked = check(`${what} ${name}`, find(name).schema, options) as Record<string, unknown>;
  return { name, ...checked };
}

/** What JSON keeps of it: what is compared must be what was stored. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

/**
 * Holds what a study is opened with to what it was created with.
 * @throws PlateauError `study` naming the first difference
 */
export function requireSameStudy(stored: StudyDefinition, given: StudyDefinition, where: string): void {
  for (const key of Object.keys(given) as (keyof StudyDefinition)[]) {
    // The same module may lie elsewhere today.
    if (key === "objective") continue;
    const [was, is] = [canonicalJson(stored[key]), canonicalJson(given[key])];
    if (was === is) continue;
    const found = `study ${quote(stored.name)} in ${where}`;
    if (key === "shard") {
      const what = stored.shard === undefined ? "a whole study" : `shard ${stored.shard}`;
      throw new PlateauError(
        "study",
        `${found} is ${what}, not shard ${given.shard}: give that a file of its own`,
      );
    }
    throw new PlateauError(
      "study",
      `${found} has another ${key}: ${difference(stored[key], given[key])}: leave that out to continue it, or give the new study another name`,
    );
  }
}

/** What two definitions that differ are called. */
type Sides = readonly [string, string];
const STORED_AND_GIVEN: Sides = ["stored", "given"];

/** In what two studies differ, with both values, whichever shards they are; undefined where they are the same. */
export function studyDifference(
  a: StudyDefinition,
  b: StudyDefinition,
  sides: Sides = STORED_AND_GIVEN,
): string | undefined {
  const of = ({ objective: _, shard: __, ...rest }: StudyDefinition) => rest;
  const [one, other] = [of(a), of(b)];
  return canonicalJson(one) === canonicalJson(other) ? undefined : difference(one, other, sides);
}

function difference(stored: unknown, given: unknown, sides: Sides = STORED_AND_GIVEN): string {
  const [a, b] = [stored, given].map((value) => (isRecord(value) ? value : undefined));
  if (a && b) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (canonicalJson(a[key]) === canonicalJson(b[key])) continue;
      return `${key}: ${difference(a[key], b[key], sides)}`;
    }
  }
  return `${sides[0]} ${quote(stored)}, ${sides[1]} ${quote(given)}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
