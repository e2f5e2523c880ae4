import test from "ava";
import { DrivenAttempt } from "../../../src/sweep/executors/bullmq/attempt.js";
import { Connection } from "../../../src/sweep/executors/bullmq/connection.js";
import { HeldTrial } from "../../../src/sweep/executors/bullmq/held-trial.js";
import { Pulse } from "../../../src/sweep/executors/bullmq/pulse.js";
import { look, lookAll, run } from "../../../src/sweep/executors/bullmq/scripts.js";
import { encodeEvent, type WorkerEvent } from "../../../src/sweep/executors/bullmq/wire.js";
import type { TrialEvents, TrialJob } from "../../../src/sweep/executors/executor.js";
import { startRedis, withRedis } from "../../support/redis.js";

const job: TrialJob = {
  ...{ number: 3, parameters: { x: 0.1 }, task: null, seeds: [1, 2 ** 48 - 1], done: [] },
  ...{ checkpointEvery: 30_000, timeLimit: Number.POSITIVE_INFINITY },
};

withRedis.test(
  "a checkpoint is recorded when all that was said before it is, a later one of its place not before",
  async (t) => {
    const { url } = await startRedis(t);
    const connection = await Connection.open(url);
    t.teardown(() => connection.close());
    await run(connection.redis, "create", "a", ["driver", "digest", 0, job.number, "{}"], "study");
    await run(connection.redis, "begin", "a", ["worker"]);
    const { events: worker } = new HeldTrial(connection, "worker", "a", { answers: false, done: 0 });
    const heard: string[] = [];
    const events: TrialEvents = {
      report: ({ step }) => {
        heard.push(`report ${step}`);
        return "continue";
      },
      replicate: () => "continue",
      checkpoint: async ([step]) => {
        heard.push(`checkpoint ${step}`);
        // What is said while it is recorded is read afterwards.
        if (step === 2) await worker.report({ replicate: 0, step: 3, value: 0 });
      },
      progress: () => {},
    };
    const owner = { connection, driver: "driver", study: "study", answers: false, note: () => {} };
    const attempt = new DrivenAttempt(owner, "a", job, events);
    for (const step of [1, 2]) {
      await worker.report({ replicate: 0, step, value: 0 });
      await worker.checkpoint(Uint8Array.of(step));
    }
    await attempt.news();
    t.deepEqual(heard, ["report 1", "report 2", "checkpoint 2", "report 3"]);
  },
);

withRedis.test(
  "many attempts are looked at, and heard of, as each alone, whether they are there or not",
  async (t) => {
    const { url } = await startRedis(t);
    const connection = await Connection.open(url);
    t.teardown(() => connection.close());
    const { redis } = connection;
    const ids = Array.from({ length: 230 }, (_, i) => `a${i}`);
    const there = ids.filter((_, i) => i % 3 !== 1);
    for (const id of there) {
      await run(redis, "create", id, ["driver", `digest of ${id}`, 2, 7, "{}"], "study");
      await run(redis, "begin", id, ["worker"]);
      await run(redis, "tell", id, ["worker", 1, "{}"]);
    }
    const seen = await lookAll(redis, ids);
    t.is(seen.length, ids.length);
    for (const [i, id] of ids.entries())
      t.is(seen[i]?.what, there.includes(id) ? `digest of ${id}` : undefined);
    for (const i of [0, 1, 99, 100, 199, 229]) t.deepEqual(seen[i], await look(redis, ids[i]));
    t.deepEqual(await lookAll(redis, []), []);
    const heard = new Set<string>();
    await new Promise<void>((resolve) => {
      const pulse = new Pulse(connection, "driver", {
        lookAround: async () => {},
        news: (id) => {
          if (heard.add(id).size === there.length) resolve();
        },
        refused: (error) => t.fail(error.message),
      });
      t.teardown(() => pulse.stop());
    });
    t.deepEqual([...heard].sort(), [...there].sort());
  },
);

test("a driver takes the seeds that it asked for, each with its value, and no end before the last", async (t) => {
  const outcome = { kind: "outcome", outcome: { kind: "done" } } as const;
  const seed = (place: number, of = job.seeds[place], value = 0.5) =>
    ({ kind: "replicate", place, seed: of, value }) as const;
  const heard = async (...said: WorkerEvent[]) => talk(said.map((one, i) => encodeEvent(one, i + 1)));
  const talk = async (left: string[], forgets = true) => {
    const redis = {
      evalsha: () => Promise.reject(new Error("NOSCRIPT")),
      eval: async (script: string, ...given: unknown[]) => {
        // After four keys, the attempt, its driver and the last that was recorded: how many were.
        if (script.includes("LTRIM") && forgets) left.splice(0, Number(given[8]));
        return script.includes("return unrecorded(") ? [...left] : 1;
      },
    };
    const connection = { redis, closed: false, patiently: (work: () => unknown) => work() };
    const owner = { driver: "d", study: "s", answers: true, note: () => {} };
    const places: number[] = [];
    const attempt = new DrivenAttempt(
      { ...owner, connection: connection as unknown as Connection },
      "a",
      job,
      {
        ...{ report: () => "continue", checkpoint: () => {}, progress: () => {} },
        replicate: (place) => {
          places.push(place);
          return "continue";
        },
      },
    );
    await attempt.news();
    attempt.end({ kind: "aborted" });
    return { places, ended: await attempt.ended };
  };
  t.deepEqual(await heard(seed(0), seed(1), outcome), { places: [0, 1], ended: { kind: "done" } });
  for (const said of [
    [outcome],
    [seed(0), outcome],
    [seed(0, 7)],
    [seed(0, 1, Number.NaN)],
    [seed(0), seed(1), seed(2, 5)],
  ]) {
    const { ended } = await heard(...said);
    t.like(ended, { kind: "failed", again: true, error: { code: "format" } });
  }
  // A Redis that holds on to what was recorded.
  const { ended } = await talk([encodeEvent(seed(0), 1)], false);
  t.like(ended, { kind: "failed", again: true, error: { code: "format" } });
});
