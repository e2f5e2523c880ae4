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

withRedis.test("BullMQ, which asks a Redis that loads what it is, is begun again", async (t) => {
  t.timeout(120_000);
  const { port } = await startRedis(t);
  const stop = new AbortController();
  let asked = 0;
  const relay = await Relay.open(port, (command) => {
    if (command !== "info") return { kind: "pass" };
    // The last question of a worker that begins is BullMQ's.
    if (++asked === 6) return { kind: "refuse", answer: "LOADING Redis is loading the dataset in memory" };
    if (asked > 6) stop.abort();
    return { kind: "pass" };
  });
  t.teardown(() => relay.close());
  t.is(await runWorker({ redis: `redis://127.0.0.1:${relay.port}`, threads: 1, signal: stop.signal }), 0);
  t.true(asked > 6);
});
