/** The functions of the study. */
export const studyTargets = ["m2n1", "m4n3"] as const;

/** How much of the study is replicated. */
export interface ReplicationPreset {
  readonly description: string;
  readonly targets: readonly (typeof studyTargets)[number][];
  readonly dims: Readonly<Record<(typeof studyTargets)[number], readonly number[]>>;
  readonly classes: readonly number[];
  readonly positions: readonly ("sinusoidal" | "learned")[];
  readonly trials: number;
  readonly seeds: number;
  /** Default: the study's. */
  readonly trainRows?: number;
}

const all = [4, 8, 16, 32, 64, 128, 256];

/** The study's size. */
export const full: ReplicationPreset = {
  description: "the study's size",
  targets: studyTargets,
  dims: { m2n1: all, m4n3: all },
  classes: [5, 10, 15, 20],
  positions: ["sinusoidal", "learned"],
  trials: 10,
  seeds: 5,
};

/** Every preset: one entry each. */
export const presets = {
  quick: {
    description: "minutes: two small widths of each target, few trials and seeds",
    targets: studyTargets,
    dims: { m2n1: [4, 16], m4n3: [4, 8] },
    classes: [5, 20],
    positions: ["sinusoidal"],
    trials: 3,
    seeds: 2,
    trainRows: 100_000,
  },
  standard: {
    description:
      "half an hour on two cores, a night on slow ones: widths up to 32, the study's rows, epochs and trials",
    targets: studyTargets,
    dims: { m2n1: [4, 16, 32], m4n3: [4] },
    classes: [5, 20],
    positions: ["sinusoidal"],
    trials: 10,
    seeds: 3,
  },
  full,
} satisfies Record<string, ReplicationPreset>;

export const presetNames = Object.keys(presets) as (keyof typeof presets)[];
