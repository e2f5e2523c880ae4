import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { check, count, flag, oneOf, seedNumber, whole } from "../../validate.js";
import { presetNames, presets, type ReplicationPreset, studyTargets } from "./presets.js";

const widths = v.pipe(v.array(whole(2, 65536)), v.minLength(1, "expected at least one width"));

const givenSchema = v.strictObject({
  preset: v.optional(oneOf(presetNames), "quick"),
  targets: v.optional(v.pipe(v.array(oneOf(studyTargets)), v.minLength(1, "expected at least one target"))),
  /** d, of all targets or of each. */
  dims: v.optional(v.union([widths, v.record(v.string(), widths)], "expected whole numbers from 2")),
  classes: v.optional(v.array(whole(2, 65536))),
  positions: v.optional(
    v.pipe(v.array(oneOf(["sinusoidal", "learned"])), v.minLength(1, "expected at least one kind")),
  ),
  trials: v.optional(whole(1, 10_000)),
  seeds: v.optional(whole(1, 1000)),
  seed: v.optional(seedNumber, 0),
  saveAttention: v.optional(flag, false),
  /** Rows of the data, and passes through it, where they are not the study's. */
  trainRows: v.optional(count),
  validationRows: v.optional(count),
  testRows: v.optional(count),
  epochs: v.optional(whole(1, 2 ** 20)),
});

/** A function of the study. */
export type StudyTarget = (typeof studyTargets)[number];
/** Kinds of positions. */
export type Positions = "sinusoidal" | "learned";

/** What is replicated: with it, all numbers are decided. */
export interface ReplicationConfig {
  readonly preset: keyof typeof presets;
  readonly targets: readonly StudyTarget[];
  /** Numbers of a token, by target. */
  readonly dims: Readonly<Partial<Record<StudyTarget, readonly number[]>>>;
  /** K of the classifications; each target and d is a regression, too. */
  readonly classes: readonly number[];
  readonly positions: readonly Positions[];
  /** Configurations that are tried of each setting. */
  readonly trials: number;
  /** Seeds that the best of them is then trained on. */
  readonly seeds: number;
  readonly seed: number;
  readonly saveAttention: boolean;
  readonly trainRows?: number;
  readonly validationRows?: number;
  readonly testRows?: number;
  readonly epochs?: number;
}

/** Fills in what the preset has. @throws PlateauError `usage` quoting what makes no sense */
export function parseReplication(input: unknown): ReplicationConfig {
  const { dims: givenDims, ...given } = check("replicate", givenSchema, input);
  const preset: ReplicationPreset = presets[given.preset];
  const targets = unique("targets", given.targets ?? preset.targets);
  const dims: Partial<Record<StudyTarget, readonly number[]>> = {};
  for (const target of targets) {
    const own = Array.isArray(givenDims) ? givenDims : givenDims?.[target];
    dims[target] = unique("dims", own ?? preset.dims[target]);
  }
  return {
    ...given,
    targets,
    dims,
    classes: unique("classes", given.classes ?? preset.classes),
    positions: unique("positions", given.positions ?? preset.positions),
    trials: given.trials ?? preset.trials,
    seeds: given.seeds ?? preset.seeds,
    ...rowsOf({ trainRows: preset.trainRows, ...given }),
  };
}

function rowsOf({ trainRows }: { trainRows?: number | undefined }): { trainRows?: number } {
  return trainRows === undefined ? {} : { trainRows };
}

/** In one order, whatever the order given. */
function unique<T extends string | number>(name: string, list: readonly T[]): T[] {
  const seen = new Set<T>();
  for (const one of list) {
    if (seen.has(one)) {
      throw new PlateauError("usage", `replicate: ${name} has ${quote(one)} twice: give each once`);
    }
    seen.add(one);
  }
  return [...list].sort((a, b) => (typeof a === "number" ? a - (b as number) : order(a) - order(b)));
}

const known: readonly (string | number)[] = [...studyTargets, "sinusoidal", "learned"];
const order = (name: string | number) => known.indexOf(name);
