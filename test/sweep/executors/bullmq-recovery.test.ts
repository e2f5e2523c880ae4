import { once } from "node:events";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import type { ExecutionContext } from "ava";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { bullmqQueue, keys } from "../../../src/sweep/executors/bullmq/names.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { facts } from "../support/facts.js";
import { LoggedStudy, startWorker, until } from "../support/machines.js";

const MINUTES = 60_000;
const MARK = "a mark of the test";

/**
 * Counts beats of drivers, of which there is no more than one a second however slow the machine is: from a mark until a
 * trial is sent again. Redis tells the order.
 */
async function beatsUntilSentAgain(t: ExecutionContext<unknown>, url: string) {
  const admin = new Redis(url, { maxRetriesPerRequest: null });
  const { hostname, port } = new URL(url);
  const monitor = createConnection(Number(port), hostname).setEncoding("utf8");
  t.teardown(() => {
    admin.disconnect();
    monitor.destroy();
  });
  let beats = 0;
  let marked = false;
  const again = new Map<number, number>();
  createInterface(monitor).on("line", (line) => {
    // +1339518083.107412 [0 127.0.0.1:60866] "set" "key" "value"
    const [command, key = "", field] = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word);
    const is = (name: string) => command?.toLowerCase() === name;
    if (is("set") && key === MARK) marked = true;
    if (!marked) return;
    if (is("set") && key.startsWith(keys.driver(""))) beats++;
    const [, number] = /^plateau:attempt:.*-(\d+)-[\w-]{13}$/.exec(key) ?? [];
    if (is("hset") && field === "driver" && !again.has(Number(number))) again.set(Number(number), beats);
  });
  monitor.write("MONITOR\r\n");
  await once(monitor, "data");
  return { admin, mark: () => admin.set(MARK, ""), again };
}

withRedis.serial(
  "a killed worker's trials go on elsewhere from their last checkpoints, within 6 s of silence and 4 s of absence",
  async (t) => {
    t.timeout(10 * MINUTES);
    const { url } = await startRedis(t);
    const logged = new LoggedStudy(t, { task: { steps: 8, hold: 5 }, lookahead: 2 });
    const first = startWorker(t, url);
    await using study = await logged.open();
    const ends = logged.finish(study, url, 4);
    await logged.inTheMiddle();
    const second = startWorker(t, url);
    const { admin, mark, again } = await beatsUntilSentAgain(t, url);
    await until("both say that they are there", async () => (await admin.scard(keys.workers)) === 2);

    // What says that somebody is there, or has a job, holds for no longer than a lease, whoever says it.
    const { name, prefix } = bullmqQueue();
    const parties = [...(await admin.keys(keys.worker("*"))), ...(await admin.keys(keys.driver("*")))];
    const locks = await admin.keys(`${prefix}:${name}:*:lock`);
    t.deepEqual([parties.length, locks.length], [3, 2]);
    for (const key of [...parties, ...locks]) {
      const left = await admin.pttl(key);
      t.true(left <= 6000, `${key} holds for ${left} ms`);
    }

    first.child.kill("SIGKILL");
    await first.ended;
    await mark();
    logged.go();
    await until("both trials are sent again", () => again.has(0) && again.has(1));
    for (const [number, beats] of again) {
      // 7 until the first beat that misses the worker, 5 from there to the one that gives it up; 3 to spare.
      if (number < 2) t.true(beats <= 15, `trial ${number}: after ${beats} beats`);
    }
    const notes = await ends;
    t.regex(notes.join("\n"), /^the worker of trial \d is gone/m);
    t.deepEqual(facts(study), await logged.expected(4));
    for (const number of [0, 1]) {
      const steps = logged.steps(number);
      const moved = steps.findIndex(({ pid }) => pid === second.child.pid);
      t.true(moved >= 3, "the first worker took the first steps");
      // What was saved last may not have been sent.
      t.true(steps[moved].step >= 4 && steps[moved].step <= 5, "the second did not begin anew");
      t.true(steps.length <= 9, "at most the step in which it was killed was taken again");
    }
  },
);

withRedis.serial(
  "a trial whose worker is lost between taking and beginning it is sent again as soon",
  async (t) => {
    t.timeout(10 * MINUTES);
    const { url } = await startRedis(t);
    const logged = new LoggedStudy(t, { lookahead: 1, retries: 0 });
    await using study = await logged.open();
    const ends = logged.finish(study, url, 2);
    const { admin, mark, again } = await beatsUntilSentAgain(t, url);
    await until("trial 0 waits", async () => (await admin.keys(`${keys.attempt("*-0-*")}:job`)).length === 1);
    const { name, prefix } = bullmqQueue();
    // As a worker whose machine is lost just now; its lock is a real worker's, which the other test looks at.
    const lost = new Worker(name, null, {
      connection: admin.duplicate(),
      prefix,
      lockDuration: 6000,
      autorun: false,
    });
    lost.on("error", () => {});
    t.teardown(() => lost.disconnect());
    t.truthy(await lost.getNextJob("token"));
    await lost.disconnect();
    const worker = startWorker(t, url);
    await until("it is looked for", async () => (await admin.pttl(`${prefix}:${name}:stalled-check`)) >= 0);
    const interval = await admin.pttl(`${prefix}:${name}:stalled-check`);
    t.true(interval <= 2000, `every ${interval} ms`);
    await mark();
    await until("trial 0 is sent again", () => again.has(0));
    // 6 of the lock, 4 until it is missed twice, 3 until the driver looks; 7 to spare.
    t.true(again.get(0)! <= 20, `after ${again.get(0)} beats`);
    await ends;
    t.deepEqual(facts(study), await logged.expected(2));
    t.is(study.trial(0)!.failures, 0);
    t.is(worker.child.exitCode, null);
  },
);
