import { PlateauError, quote } from "../errors.js";
import type { StudyDefinition } from "./definition.js";
import type { Kinds } from "./kinds.js";
import { samplers } from "./samplers/registry.js";

/** A part of a study's trials: of N shards the k-th, from 1, has the trials k − 1, k − 1 + N, k − 1 + 2N … */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Shards that a study may have. */
export const MOST_SHARDS = 100_000;

/** The only shard of a study that has none. */
export const WHOLE: Shard = { index: 1, count: 1 };

const arrays = (count: number) =>
  `Kubernetes counts from 0: --shard $((JOB_COMPLETION_INDEX + 1))/${count}; Slurm as --array says: with --array=1-${count} --shard $SLURM_ARRAY_TASK_ID/${count}`;

/**
 * Reads "k/N", 1 ≤ k ≤ N.
 * @param what it is, for the message: an option's name
 * @throws PlateauError `usage`
 */
export function parseShard(what: string, text: string): Shard {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  const refuse = (why: string) => new PlateauError("usage", `${what} ${quote(text)}: ${why}`);
  if (index === undefined) throw refuse("expected k/N, the k-th of N shards, such as 1/16");
  if (count === 0) throw refuse("a study has at least one shard: 1/1 is all of it");
  if (index === 0) {
    const ends = `1/${count} is the first, ${count}/${count} the last`;
    throw refuse(`shards are counted from 1: ${ends} (${arrays(count)})`);
  }
  if (count > MOST_SHARDS) throw refuse(`a study has at most ${MOST_SHARDS} shards`);
  if (index > count)
    throw refuse(`there are ${count} shards: ${count}/${count} is the last (${arrays(count)})`);
  return { index, count };
}

/** The shard that a study is of; the only one of a whole study. */
export function shardOf({ shard }: Pick<StudyDefinition, "shard">): Shard {
  return shard === undefined ? WHOLE : parseShard("study: shard", shard);
}

/** The number that the n-th trial of a shard, from 0, has in the whole study. */
export const trialNumber = ({ index, count }: Shard, n: number): number => index - 1 + count * n;

/** How many of a study's first trials a shard has. */
export const trialsOfShard = ({ index, count }: Shard, trials: number): number =>
  Math.max(0, Math.ceil((trials - index + 1) / count));

/**
 * Makes sure that shards of a study can be run without knowing of one another, to the bits of the whole study.
 * @throws PlateauError `usage` saying what looks at other trials, and what does not
 */
export function requireShardable(
  definition: Pick<StudyDefinition, "shard" | "sampler" | "pruner" | "seeds" | "stopWorse">,
  kinds: Kinds,
): void {
  const { sampler, pruner, seeds, stopWorse } = definition;
  shardOf(definition);
  const refuse = (why: string, remedy: string) =>
    new PlateauError("usage", `a shard does not see the trials of the others, but ${why}: ${remedy}`);
  if (kinds.sampler(sampler.name).usesHistory) {
    const others = [...samplers.values()].filter(({ usesHistory }) => !usesHistory).map(({ name }) => name);
    throw refuse(
      `sampler ${sampler.name} goes by earlier trials`,
      `give --sampler ${others.slice(0, -1).join(", ")} or ${others.at(-1)}, or sweep on one machine or over Redis`,
    );
  }
  if (kinds.pruner(pruner.name).usesHistory) {
    throw refuse(
      `pruner ${pruner.name} compares trials with one another`,
      "leave it out (--pruner none), or sweep on one machine or over Redis",
    );
  }
  if (stopWorse && seeds > 1) {
    throw refuse(
      `with ${seeds} seeds a trial is stopped where it is worse than the best one`,
      "set stopWorse: false in a configuration file, so that each has all its seeds, or run one seed",
    );
  }
}
