import { streamKey } from "../../random/keys.js";
import type { ExperimentInput } from "../config.js";
import { trainingStudy } from "../sweep/open.js";
import type { Positions, ReplicationConfig, StudyTarget } from "./config.js";

/** One of the study's questions: what is learned, how wide, as what, with which positions. */
export interface Setting {
  /** `m2n1 d4 regression sinusoidal`, `m4n3 d16 K5 learned`. */
  readonly name: string;
  readonly target: StudyTarget;
  readonly dim: number;
  readonly mode: "regression" | "classification";
  /** K of a classification. */
  readonly classes: number | null;
  readonly positions: Positions;
}

/** All settings, by target, width and mode. */
export function settingsOf({ targets, dims, classes, positions }: ReplicationConfig): Setting[] {
  const modes = [null, ...classes];
  return targets.flatMap((target) =>
    dims[target]!.flatMap((dim) =>
      modes.flatMap((K) =>
        positions.map((kind): Setting => {
          const mode = K === null ? "regression" : "classification";
          const name = `${target} d${dim} ${K === null ? mode : `K${K}`} ${kind}`;
          return { name, target, dim, mode, classes: K, positions: kind };
        }),
      ),
    ),
  );
}

/** Options of training that all trials of a setting have. */
export function settingOptions(
  { dim, mode, classes, positions }: Setting,
  { trainRows, validationRows, testRows, epochs }: ReplicationConfig,
): Omit<ExperimentInput, "target" | "seed"> {
  return {
    ...{ dim, mode, positions },
    ...(classes === null ? {} : { classes }),
    ...(trainRows === undefined ? {} : { trainRows }),
    ...(validationRows === undefined ? {} : { validationRows }),
    ...(testRows === undefined ? {} : { testRows }),
    ...(epochs === undefined ? {} : { epochs }),
  };
}

/**
 * TPE in place of the study's Bayesian search: after four draws from the space, so that ten trials are not all
 * draws, and with no more than two trials at a time, so that each goes by nearly all before it.
 */
const search = { sampler: { name: "tpe", startup: 4 }, lookahead: 2 } as const;

/** The sweep of a setting: the study's space, under its protocol. */
export function sweepOf(setting: Setting, config: ReplicationConfig) {
  return trainingStudy({
    name: setting.name,
    target: setting.target,
    space: "study",
    experiment: settingOptions(setting, config),
    objective: "validation.failureRate.1",
    test: false,
    seed: config.seed,
    ...search,
  });
}

/** Seeds that best configurations are trained on: the same for all settings, none of a sweep's trials. */
export function replicaSeeds({ seed, seeds }: ReplicationConfig): number[] {
  return Array.from({ length: seeds }, (_, i) => {
    const { key0, key1 } = streamKey(seed, `replication/seed/${i}`);
    return key0 + (key1 & 0xffff) * 2 ** 32;
  });
}
