import { setImmediate as turn } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { Connection } from "../../../src/sweep/executors/bullmq/connection.js";
import { HeldTrial } from "../../../src/sweep/executors/bullmq/held-trial.js";
import {
  KEEP_MILLISECONDS,
  MOST_CHECKPOINT_BYTES,
  MOST_DEPTH,
  MOST_JOB_BYTES,
  MOST_NODES,
  PATIENCE_MILLISECONDS,
} from "../../../src/sweep/executors/bullmq/limits.js";
import { attemptKeys, keys } from "../../../src/sweep/executors/bullmq/names.js";
import { readJob } from "../../../src/sweep/executors/bullmq/read-job.js";
import { run } from "../../../src/sweep/executors/bullmq/scripts.js";
import { decodeJob } from "../../../src/sweep/executors/bullmq/wire.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { goodJob } from "../support/sent.js";

async function open(t: ExecutionContext<unknown>) {
  const { url } = await startRedis(t);
  const connection = await Connection.open(url);
  t.teardown(() => connection.close());
  const create = (id: string, text: string, ...checkpoint: Buffer[]) =>
    run(connection.redis, "create", id, ["driver", "digest", 0, 3, text, ...checkpoint], "study");
  return { connection, redis: connection.redis, create };
}

withRedis.test("a job and a checkpoint are read up to their most bytes, and not one more", async (t) => {
  const { redis, create } = await open(t);
  // What is between the parts of JSON says nothing.
  const jobOf = (bytes: number) =>
    goodJob.replace(/^\{/, `{${" ".repeat(bytes - Buffer.byteLength(goodJob))}`);
  await create("a", jobOf(MOST_JOB_BYTES), Buffer.alloc(MOST_CHECKPOINT_BYTES));
  const found = await readJob(redis, "a");
  t.is(typeof found === "object" && found.checkpoint?.length, MOST_CHECKPOINT_BYTES);
  await create("b", jobOf(MOST_JOB_BYTES + 1));
  await t.throwsAsync(readJob(redis, "b"), {
    code: "format",
    message: `it is ${MOST_JOB_BYTES + 1} bytes: ${MOST_JOB_BYTES} at most are read`,
  });
  await create("c", goodJob, Buffer.alloc(MOST_CHECKPOINT_BYTES + 1));
  await t.throwsAsync(readJob(redis, "c"), {
    code: "format",
    message: `its checkpoint is ${MOST_CHECKPOINT_BYTES + 1} bytes: ${MOST_CHECKPOINT_BYTES} at most are read`,
  });
});

withRedis.test("a job has its most levels and values, and not one more", (t) => {
  const job = JSON.parse(goodJob) as Record<string, unknown>;
  const taking = (task: unknown) => {
    try {
      decodeJob(JSON.stringify({ ...job, task }));
      return true;
    } catch (error) {
      t.is((error as { code?: string }).code, "format");
      return false;
    }
  };
  const nested = (levels: number) => {
    let value: unknown = 0;
    for (let i = 0; i < levels; i++) value = [value];
    return value;
  };
  const most = (fits: (n: number) => boolean, from: number) => {
    let n = from;
    while (fits(n)) n++;
    return n - 1;
  };
  // The trial itself is a level, and what is in it a few values.
  t.is(
    most((n) => taking(nested(n)), MOST_DEPTH - 4),
    MOST_DEPTH - 1,
  );
  const few = most((n) => taking(Array.from({ length: n }, () => 0)), MOST_NODES - 40);
  t.true(few < MOST_NODES && few > MOST_NODES - 40, `${few}`);
});

withRedis.test("what nobody asks for is gone from Redis after a week", async (t) => {
  const { connection, redis, create } = await open(t);
  await create("a", goodJob, Buffer.of(1));
  const look = async () => {
    for (const key of [...attemptKeys("a"), keys.study("study")]) {
      const left = await redis.pttl(key);
      t.true(
        left === -2 || (left > KEEP_MILLISECONDS - 60_000 && left <= KEEP_MILLISECONDS),
        `${key}: ${left}`,
      );
    }
  };
  await look();
  await run(redis, "begin", "a", ["worker"]);
  const { events } = new HeldTrial(connection, "worker", "a", { answers: false, done: 0 });
  await events.report({ replicate: 0, step: 1, value: 0 });
  await events.checkpoint(Uint8Array.of(2));
  await look();
});

withRedis.serial(
  "a trial gives up an answer after ten minutes without a driver, and not before",
  async (t) => {
    const { connection, redis, create } = await open(t);
    await create("a", goodJob);
    await run(redis, "begin", "a", ["worker"]);
    const trial = new HeldTrial(connection, "worker", "a", { answers: true, done: 0 });
    const answered = Promise.resolve(trial.events.report({ replicate: 0, step: 1, value: 0 }));
    while ((await redis.llen(keys.events("a"))) === 0) await turn();
    const { now } = performance;
    t.teardown(() => {
      performance.now = now;
    });
    const later = async (milliseconds: number, driven: boolean) => {
      performance.now = () => now.call(performance) + milliseconds;
      await trial.refresh(() => driven);
      return trial.signal.aborted;
    };
    t.false(await later(PATIENCE_MILLISECONDS - 60_000, false));
    t.false(await later(PATIENCE_MILLISECONDS + 1000, true), "a driver may yet answer");
    t.true(await later(PATIENCE_MILLISECONDS + 1000, false));
    t.is(await answered, "continue", "it goes on from there when a driver has it again");
  },
);
