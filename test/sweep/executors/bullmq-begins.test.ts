import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { runWorker } from "../../../src/experiments/sweep/worker.js";
import { learnScripts } from "../../faults/network/commands.js";
import { Relay, type Verdict } from "../../faults/network/relay.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { LoggedStudy, logged } from "../support/machines.js";

withRedis.test("a worker that begins while Redis still loads waits for it", async (t) => {
  t.timeout(120_000);
  const { port } = await startRedis(t);
  let loading = true;
  const judge = (command: string): Verdict => {
    if (command !== "smembers" || !loading) return { kind: "pass" };
    loading = false;
    return { kind: "refuse", answer: "LOADING Redis is loading the dataset in memory" };
  };
  const relay = await Relay.open(port, judge);
  t.teardown(() => relay.close());
  const stop = new AbortController();
  const notes: string[] = [];
  const trials = await runWorker({
    redis: `redis://127.0.0.1:${relay.port}`,
    threads: 1,
    signal: stop.signal,
    onNote: (text) => {
      notes.push(text);
      if (text.startsWith("worker of plateau")) stop.abort();
    },
  });
  t.is(trials, 0);
  t.regex(notes.join("\n"), /refuses: LOADING.*: waiting until it does not/);
});

withRedis.test(
  "a Redis that loads what it has stored is waited for, which is said, until the worker is to end",
  async (t) => {
    t.timeout(120_000);
    const { port } = await startRedis(t);
    const relay = await Relay.open(port, (command) =>
      command === "ping"
        ? { kind: "refuse", answer: "LOADING Redis is loading the dataset in memory" }
        : { kind: "pass" },
    );
    t.teardown(() => relay.close());
    const stop = new AbortController();
    const notes: string[] = [];
    const onNote = (text: string) => {
      notes.push(text);
      setTimeout(() => stop.abort(), 1200);
    };
    const redis = `redis://127.0.0.1:${relay.port}`;
    t.is(await runWorker({ redis, threads: 1, signal: stop.signal, onNote }), 0);
    t.deepEqual(notes, [`Redis at ${redis} loads what it has stored: waiting for it`]);
  },
);

/** The relay names commands: of scripts it has to be told. */
async function nameScripts(url: string): Promise<void> {
  const redis = new Redis(url);
  const queue = new Queue("any", { connection: redis });
  await queue.waitUntilReady();
  learnScripts(redis);
  await queue.close();
  redis.disconnect();
}

// One connection of plateau asks, and two of BullMQ.
for (const refused of [1, 2, 3]) {
  withRedis.test(
    `question ${refused} what Redis is meets a Redis that loads: its trials are run`,
    async (t) => {
      t.timeout(120_000);
      const { port, url } = await startRedis(t);
      await nameScripts(url);
      let [began, asked] = [false, 0];
      const relay = await Relay.open(port, (command) => {
        if (command !== "info" || !began || ++asked !== refused) return { kind: "pass" };
        return { kind: "refuse", answer: "LOADING Redis is loading the dataset in memory" };
      });
      t.teardown(() => relay.close());
      const study = new LoggedStudy(t, { lookahead: 2 });
      await using opened = await study.open();
      const ends = study.finish(opened, url, 2);
      const worker = runWorker({
        redis: `redis://127.0.0.1:${relay.port}`,
        ...{ threads: 1, once: true, objectives: { logged } },
        onNote: (text) => {
          began ||= text.startsWith("worker of plateau");
        },
      });
      await ends;
      t.is(await worker, 2);
      t.true(asked >= refused, `${asked} questions`);
    },
  );
}
