import type { Redis } from "ioredis";
import { PlateauError } from "../../../errors.js";
import { MOST_CHECKPOINT_BYTES, MOST_JOB_BYTES } from "./limits.js";
import { keys } from "./names.js";
import { look } from "./scripts.js";
import { decodeJob, type SentJob } from "./wire.js";

/**
 * The trial of an attempt and what it goes on from, or why there is nothing to do. How long it is is asked before it
 * is read.
 * @throws PlateauError `format` where it is none
 */
export async function readJob(
  redis: Redis,
  attempt: string,
): Promise<string | { job: SentJob; checkpoint: Uint8Array | undefined }> {
  const seen = await look(redis, attempt);
  if (!seen) return "nobody wants it any more";
  if (seen.worker !== "") return "another worker has it";
  requireBytes("it", seen.jobBytes, MOST_JOB_BYTES);
  const job = decodeJob((await redis.get(keys.job(attempt))) ?? "");
  if (seen.checkpointBytes === 0) return { job, checkpoint: undefined };
  requireBytes("its checkpoint", seen.checkpointBytes, MOST_CHECKPOINT_BYTES);
  const bytes = await redis.getBuffer(keys.checkpoint(attempt));
  return { job, checkpoint: bytes ? new Uint8Array(bytes) : undefined };
}

function requireBytes(what: string, bytes: number, most: number): void {
  if (bytes <= most) return;
  throw new PlateauError("format", `${what} is ${bytes} bytes: ${most} at most are read`);
}
