import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { findTarget } from "../../targets/registry.js";
import { parseSpec } from "../../theory/constructions/spec.js";
import { check, count, oneOf, positive, seedNumber, whole } from "../../validate.js";
import { familyText } from "./ladder.js";
import { presetNames, presetOf } from "./presets.js";

const list = <S extends v.GenericSchema>(item: S, what: string) =>
  v.pipe(v.array(item, `expected a list of ${what}`), v.minLength(1, `expected at least one of ${what}`));

/** Checks what `gap` takes. */
const schema = v.strictObject({
  /** Of the registry of targets; it is taken with one number a token. */
  target: v.string("expected a target's name, or an expression on its domain"),
  preset: v.optional(oneOf(presetNames), "quick"),
  /** The first of the seeds that models are trained on. */
  seed: v.optional(seedNumber, 0),
  /** Widths and depths (encoder layers, and as many decoder layers) of the Transformers: each with each. */
  widths: v.optional(list(whole(2, 4096), "widths")),
  depths: v.optional(list(whole(1, 64), "depths")),
  /** Constructions with their options, without a size: `partition(order=2)`. */
  constructions: v.optional(list(v.string("expected a construction"), "constructions")),
  /** Parts that each construction cuts a side of the box into. */
  cells: v.optional(list(whole(1, 2 ** 16), "numbers of cells a side")),
  /** Trainings of each size with each learning rate. */
  seeds: v.optional(whole(1, 1000)),
  /** Updates of each training. */
  steps: v.optional(whole(10, 2 ** 32)),
  /** Peak learning rates: of each seed, that of the least validation error counts. */
  lr: v.optional(list(positive, "learning rates")),
  batch: v.optional(count, 128),
  /** That a certificate may look at: the same certificate on every machine. */
  boxes: v.optional(whole(1, 1e9)),
});

/**
 * What `plateau gap` takes: all but the preset overrides it.
 * @useDeclaredType
 */
export type GapInput = v.InferInput<typeof schema>;
/** What a user gave, checked. */
type Checked = v.InferOutput<typeof schema>;
/** With every default filled in. */
export type GapConfig = { readonly [K in keyof Checked]-?: NonNullable<Checked[K]> };

/**
 * Fills in what the preset says for a target of that many inputs.
 * @throws PlateauError `usage`, `unknown-name` quoting what makes no sense
 */
export function gapConfig(input: unknown): GapConfig {
  const given = check("gap", schema, input);
  const { inputs } = findTarget(given.target);
  const config = { ...presetOf(given.preset, inputs), ...given } as GapConfig;
  return {
    ...config,
    widths: ascending(config.widths),
    depths: ascending(config.depths),
    cells: ascending(config.cells),
    lr: ascending(config.lr),
    constructions: [...new Set(config.constructions.map(withoutSize))],
  };
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

/** @throws PlateauError `usage`, `unknown-name` */
function withoutSize(text: string): string {
  const { construction, size, options } = parseSpec(text);
  if (size === undefined) return familyText(construction, options);
  throw new PlateauError(
    "usage",
    `gap: construction ${quote(text)} has a size: leave it out, sizes are those of cells`,
  );
}
