import type { Job } from "bullmq";
import type { Connection } from "./connection.js";
import { HeldTrial } from "./held-trial.js";
import { run } from "./scripts.js";
import { soon } from "./soon.js";

// What a worker does with jobs of the queue that it does not run.

/** When a job that a worker has no room for is offered again. */
const LATER_MILLISECONDS = 1000;
/** How long a worker takes nothing after it took what it cannot run: others are to be quicker. */
const SHY_MILLISECONDS = 2000;

/**
 * Leaves a job to another worker, which has what it takes.
 * @param ends when this one ends
 * @throws DelayedError, which BullMQ wants
 */
export async function leaveToOthers(
  connection: Connection,
  job: Job,
  token: string | undefined,
  ends: Promise<void>,
): Promise<never> {
  // At once, but not to this thread of this worker.
  await job.moveToDelayed(Date.now() + 1, token);
  await soon(ends, SHY_MILLISECONDS);
  throw new connection.bullmq.DelayedError();
}

/** Puts a job back: this worker may have room for it later. @throws DelayedError, which BullMQ wants */
export async function later(connection: Connection, job: Job, token: string | undefined): Promise<never> {
  await job.moveToDelayed(Date.now() + LATER_MILLISECONDS, token);
  throw new connection.bullmq.DelayedError();
}

/** A job whose worker was lost, or that cannot even be read, is done with. */
export async function remove(connection: Connection, id: string): Promise<void> {
  const queue = connection.queue();
  // Some worker may have taken it again already: not to run it, as its attempt is over.
  await connection.redis.del(queue.toKey(`${id}:lock`)).catch(() => 0);
  await queue.remove(id).catch(() => 0);
  await queue.close().catch(() => {});
}

/** Tells the driver of an attempt, if it has one, that its job was refused: it tries again. */
export async function refuse(
  connection: Connection,
  worker: string,
  id: string,
  reason: string,
): Promise<void> {
  if ((await run(connection.redis, "begin", id, [worker])) !== 1) return;
  const trial = new HeldTrial(connection, worker, id, { answers: false, done: 0 });
  const message = `a worker refused it: ${reason}`;
  await trial.end({ kind: "failed", again: true, error: { code: "format", message } });
}
