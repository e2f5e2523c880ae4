import { streamKey } from "../../random/keys.js";
import type { StudyDefinition } from "../definition.js";
import type { Parameters } from "../space/parameter.js";
import type { TrialRecord } from "../storage/storage.js";

/**
 * The seeds of a trial. Of one seed a trial: one of its own. Of several: the same ones for all trials, so that what
 * they give can be compared in pairs.
 */
export function seedsOf({ seed, seeds }: Pick<StudyDefinition, "seed" | "seeds">, number: number): number[] {
  const of = (name: string) => {
    const { key0, key1 } = streamKey(seed, name);
    return key0 + (key1 & 0xffff) * 2 ** 32;
  };
  if (seeds === 1) return [of(`sweep/trial/${number}`)];
  return Array.from({ length: seeds }, (_, place) => of(`sweep/seed/${place}`));
}

/** A trial that nobody has begun. */
export function planned(definition: StudyDefinition, number: number, parameters: Parameters): TrialRecord {
  return {
    number,
    state: "waiting",
    parameters,
    seeds: seedsOf(definition, number),
    ...{ failures: 0, step: 0 },
    ...{ value: null, deviation: null, low: null, high: null, error: null },
    ...{ seconds: null, started: null, ended: null, plateau: null, engine: null },
    ...{ replicates: [], reports: [], breakdowns: [] },
  };
}
