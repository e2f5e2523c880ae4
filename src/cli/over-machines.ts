import { PlateauError } from "../errors.js";
import type { Executor } from "../sweep/executors/executor.js";
import type { Study } from "../sweep/study.js";
import { shellWord } from "../text.js";
import { redisUrl } from "./redis.js";
import type { SweepFlags, SweepRequest } from "./sweep-options.js";

/** Where the Redis of `--executor bullmq` is; undefined of other sweeps. @throws PlateauError `usage` */
function redisOf({ executor, redis }: SweepFlags): string | undefined {
  if (executor === "bullmq") return redisUrl(redis);
  if (redis === undefined) return undefined;
  throw new PlateauError("usage", "--redis is where --executor bullmq finds its workers: give both");
}

/**
 * Refuses what would fail once the study is made: a study without trials would be in the way of the next try.
 * @throws PlateauError `usage`, `io`
 */
export async function requireExecutor(study: SweepRequest["study"], flags: SweepFlags): Promise<void> {
  const redis = redisOf(flags);
  if (redis === undefined) return;
  const { requireMachines } = await import("../sweep/executors/bullmq/executor.js");
  await requireMachines(redis, study);
}

/**
 * What runs the trials of `plateau sweep --executor bullmq`; undefined of other sweeps. BullMQ's folder is loaded for
 * them alone.
 * @throws PlateauError `usage`, `io`
 */
export async function overMachines(
  study: Study,
  flags: SweepFlags,
  workers: number | undefined,
  onNote: (text: string) => void,
): Promise<Executor | undefined> {
  const redis = redisOf(flags);
  if (redis === undefined) return undefined;
  const { bullmqExecutor } = await import("../sweep/executors/bullmq/executor.js");
  const { lookahead } = study.definition;
  if (workers !== undefined && workers > lookahead) {
    onNote(
      `no more than ${lookahead} trials run at a time: a new study may have more (--lookahead ${workers})`,
    );
  }
  return bullmqExecutor(study, { redis, onNote, ...(workers === undefined ? {} : { workers }) });
}

/** The same once more, for a command that continues a sweep; without a password. */
export function executorFlags({ executor, redis }: SweepFlags): string {
  if (executor !== "bullmq") return "";
  // The address is not repeated where it may hold a password.
  const again = redis === undefined || redis.includes("@") ? "" : ` --redis ${shellWord(redis)}`;
  return ` --executor bullmq${again}`;
}
