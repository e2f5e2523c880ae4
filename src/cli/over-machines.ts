import { PlateauError } from "../errors.js";
import type { Executor } from "../sweep/executors/executor.js";
import type { Study } from "../sweep/study.js";
import { shellWord } from "../text.js";
import { redisUrl } from "./redis.js";
import type { SweepFlags } from "./sweep-options.js";

/**
 * What runs the trials of `plateau sweep --executor bullmq`; undefined of other sweeps. BullMQ's folder is loaded for
 * them alone.
 * @throws PlateauError `usage`, `io`
 */
export async function overMachines(
  study: Study,
  { executor, redis }: SweepFlags,
  workers: number | undefined,
  onNote: (text: string) => void,
): Promise<Executor | undefined> {
  if (executor !== "bullmq") {
    if (redis === undefined) return undefined;
    throw new PlateauError("usage", "--redis is where --executor bullmq finds its workers: give both");
  }
  const url = redisUrl(redis);
  const { bullmqExecutor } = await import("../sweep/executors/bullmq/executor.js");
  const { lookahead } = study.definition;
  if (workers !== undefined && workers > lookahead) {
    onNote(
      `no more than ${lookahead} trials run at a time: a new study may have more (--lookahead ${workers})`,
    );
  }
  return bullmqExecutor(study, { redis: url, onNote, ...(workers === undefined ? {} : { workers }) });
}

/** The same once more, for a command that continues a sweep; without a password. */
export function executorFlags({ executor, redis }: SweepFlags): string {
  if (executor !== "bullmq") return "";
  // The address is not repeated where it may hold a password.
  const again = redis === undefined || redis.includes("@") ? "" : ` --redis ${shellWord(redis)}`;
  return ` --executor bullmq${again}`;
}
