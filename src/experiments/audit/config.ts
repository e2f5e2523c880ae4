import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { findTarget } from "../../targets/registry.js";
import {
  check,
  count,
  flag,
  nonNegative,
  oneOf,
  positive,
  seedNumber,
  share,
  whole,
} from "../../validate.js";

export const presetNames = ["quick", "standard", "full"] as const;
export type PresetName = (typeof presetNames)[number];

const list = <const S extends v.GenericSchema>(item: S, what: string) =>
  v.pipe(v.array(item, `expected a list of ${what}`), v.minLength(1, `expected at least one of ${what}`));

/** Checks what `audit` takes. */
const schema = v.strictObject({
  preset: v.optional(oneOf(presetNames), "standard"),
  targets: v.optional(list(v.string(), "targets")),
  /** Numbers a token has. Every design is run at the first, both protocols and few switches at the others. */
  dims: v.optional(list(whole(2, 65536), "dims")),
  /** K of classification. Every design is run with the first, both protocols and few switches with the others. */
  classes: v.optional(list(whole(2, 65536), "classes")),
  /** How many seeds every cell is trained on: at least 2, or there are no intervals. */
  seeds: v.optional(whole(2, 10_000)),
  /** Of the first: the others count up from it. */
  seed: v.optional(seedNumber, 0),
  factorial: v.optional(flag),
  steps: v.optional(whole(2, 2 ** 40)),
  batch: v.optional(count, 128),
  lr: v.optional(positive, 2e-3),
  warmup: v.optional(whole(0)),
  dropout: v.optional(share, 0.1),
  decay: v.optional(nonNegative, 0.05),
  trainRows: v.optional(count),
  validationRows: v.optional(count, 1000),
  testRows: v.optional(count),
  plateaus: v.optional(
    v.strictObject({
      /** 0: none are measured. */
      segments: whole(0, 1000),
      samples: whole(16, 2 ** 17),
      /** None are measured of more numbers a token: their derivatives take too long. */
      mostDim: count,
    }),
  ),
});

/**
 * What `plateau audit` takes: all but the preset overrides it.
 * @useDeclaredType
 */
export type AuditInput = v.InferInput<typeof schema>;

/** With every default filled in: equal for all cells, but for what the switches set. */
export type AuditConfig = Required<v.InferOutput<typeof schema>> & {
  /** Updates after which the study's last commit stops: those to its first validation. */
  readonly firstValidation: number;
};

type Preset = Pick<
  AuditConfig,
  "targets" | "dims" | "classes" | "seeds" | "factorial" | "steps" | "testRows" | "plateaus"
>;

export const presets: Readonly<Record<PresetName, Preset>> = {
  quick: {
    ...{ targets: ["m4n3"], dims: [4], classes: [5], seeds: 3, factorial: false, steps: 400, testRows: 1000 },
    plateaus: { segments: 2, samples: 128, mostDim: 64 },
  },
  standard: {
    ...{
      targets: ["m4n3"],
      dims: [4, 64],
      classes: [5],
      seeds: 5,
      factorial: true,
      steps: 800,
      testRows: 2000,
    },
    plateaus: { segments: 2, samples: 256, mostDim: 64 },
  },
  full: {
    ...{ targets: ["m2n1", "m4n3"], dims: [4, 16, 64, 256], classes: [5, 10, 15, 20] },
    ...{ seeds: 10, factorial: true, steps: 3000, testRows: 10_000 },
    plateaus: { segments: 4, samples: 512, mostDim: 64 },
  },
};

const FIRST_VALIDATION = 200;

/**
 * Fills in the preset's values and defaults.
 * @throws PlateauError `usage`, `unknown-name`
 */
export function parseAudit(input: unknown): AuditConfig {
  // A stored configuration has what follows from the others, too.
  const { firstValidation: _, ...given } = (input ?? {}) as Record<string, unknown>;
  const checked = check("audit", schema, given);
  const preset = presets[checked.preset];
  const set = Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== undefined));
  const filled = { ...preset, ...set } as Omit<AuditConfig, "warmup" | "trainRows" | "firstValidation"> &
    Partial<AuditConfig>;
  const { targets, dims, classes, steps } = filled;
  for (const [name, values] of Object.entries({ targets, dims, classes })) {
    if (new Set<unknown>(values).size < values.length) {
      throw new PlateauError("usage", `audit: ${name} ${quote(values.join(", "))}: one of them twice`);
    }
  }
  const sizes = targets.map((name) => findTarget(name).sizes.train);
  const warmup = filled.warmup ?? Math.min(100, Math.floor(steps / 4));
  const firstValidation = Math.min(FIRST_VALIDATION, Math.floor(steps / 2));
  return {
    ...filled,
    warmup,
    trainRows: filled.trainRows ?? Math.max(...sizes),
    firstValidation,
  } as AuditConfig;
}
