import { unknownName } from "../../errors.js";
import type { SpaceInput } from "../../sweep/space/space.js";
import type { ExperimentInput } from "../config.js";
import { studyTarget } from "./target-module.js";

/** A space that ships with plateau, and the options of training that it was made for. */
export interface Preset {
  readonly description: string;
  /** The space of a target. */
  space(experiment: Readonly<Partial<ExperimentInput>>): SpaceInput;
  readonly experiment: Readonly<Partial<ExperimentInput>>;
}

/** Every preset: one line each. */
export const presets: Readonly<Record<string, Preset>> = {
  study: {
    description: "the space that the study's published code searches, under its protocol",
    experiment: { protocol: "study" },
    space: (experiment) => ({
      parameters: {
        layers: [2, 4, 6],
        heads: powersOfTwo(dimOf(experiment)),
        dropout: { type: "uniform", low: 0.1, high: 0.2 },
        lr: { type: "uniform", low: 5e-6, high: 1e-2 },
        accumulation: [1, 2, 4, 8],
        epochs: [4, 6, 9],
        warmupBatches: [800, 1200, 1600],
      },
    }),
  },
  sound: {
    description: "ours: width, depth, heads and learning rate of small models, under the sound protocol",
    experiment: { protocol: "sound" },
    space: () => ({
      parameters: {
        dModel: [8, 16, 32, 64],
        layers: { type: "integer", low: 1, high: 4 },
        heads: [1, 2, 4, 8],
        lr: { type: "log-uniform", low: 1e-4, high: 2e-2 },
        dropout: [0, 0.05, 0.1],
      },
      constraints: ["heads divides dModel"],
    }),
  },
};

/** @throws PlateauError `unknown-name` */
export function findPreset(name: string): Preset {
  if (!Object.hasOwn(presets, name)) throw unknownName("preset of a space", name, Object.keys(presets));
  return presets[name];
}

function dimOf({ target, dim }: Readonly<Partial<ExperimentInput>>): number {
  return dim ?? (target === undefined ? 4 : studyTarget(target as string).dim);
}

/** 1, 2, 4, … up to the width. */
function powersOfTwo(width: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= width; power *= 2) if (width % power === 0) powers.push(power);
  return powers;
}
