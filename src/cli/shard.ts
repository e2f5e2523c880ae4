import { parseShard } from "../sweep/shard.js";
import { sweepRequested } from "./sweep.js";
import { type SweepFlags, sweepRequest } from "./sweep-options.js";

/** Flags of `plateau worker --shard`. */
export interface ShardFlags extends SweepFlags {
  shard: string;
}

/**
 * Runs `plateau worker --shard k/N`: a sweep of every N-th trial, into a file of its own.
 * @param argument a target or a configuration file, as of `plateau sweep`
 * @returns the exit code
 * @throws PlateauError `usage` where there is no such shard, or the study's trials need one another
 */
export async function runShard(
  argument: string | undefined,
  { shard, ...flags }: ShardFlags,
): Promise<number> {
  const { index, count } = parseShard("--shard", shard);
  const request = await sweepRequest(argument, {
    ...flags,
    study: flags.study ?? `shard-${index}-of-${count}.sqlite`,
  });
  const study = { ...request.study, shard: `${index}/${count}` };
  return sweepRequested({ ...request, study }, flags);
}
