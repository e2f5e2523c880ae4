import { runWorker } from "../../../src/experiments/sweep/worker.js";
import { Relay, type Verdict } from "../../faults/network/relay.js";
import { startRedis, withRedis } from "../../support/redis.js";

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

withRedis.test("BullMQ, which asks a Redis that loads what it is, is begun again", async (t) => {
  t.timeout(120_000);
  const { port } = await startRedis(t);
  const stop = new AbortController();
  let [began, asked] = [false, 0];
  const relay = await Relay.open(port, (command) => {
    if (command !== "info" || !began) return { kind: "pass" };
    // The first question after its own is BullMQ's.
    if (++asked === 1) return { kind: "refuse", answer: "LOADING Redis is loading the dataset in memory" };
    stop.abort();
    return { kind: "pass" };
  });
  t.teardown(() => relay.close());
  const onNote = (text: string) => {
    began ||= text.startsWith("worker of plateau");
  };
  const redis = `redis://127.0.0.1:${relay.port}`;
  t.is(await runWorker({ redis, threads: 1, signal: stop.signal, onNote }), 0);
  t.true(asked > 1);
});
