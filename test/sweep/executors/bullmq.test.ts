import { Redis } from "ioredis";
import { openStudy } from "../../../src/experiments/sweep/open.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { inTurns } from "../../support/turns.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, startDriver, startWorker, until } from "../support/machines.js";
import { killed as models } from "../support/run-study.js";

// Most of what they do is to wait: a few at a time, where each has several processes.
const atATime = inTurns(withRedis.test, 2);
const MINUTES = 60_000;

for (const pruner of ["none", "asha"]) {
  atATime(
    `two worker processes give the study of threads to the last bit, with pruner ${pruner}`,
    async (t) => {
      t.timeout(10 * MINUTES);
      const { url } = await startRedis(t);
      const sampler = { name: "tpe", startup: 5 };
      const logged = new LoggedStudy(t, { sampler, pruner, seeds: 2, stopWorse: false, task: { hold: 2 } });
      const processes = [startWorker(t, url), startWorker(t, url)];
      await using study = await logged.open();
      const ends = logged.finish(study, url, 20);
      const pids = (number: number) => logged.steps(number).map(({ pid }) => pid);
      await until("both workers have trials", () => new Set([0, 1, 2, 3].flatMap(pids)).size === 2);
      logged.go();
      await ends;
      t.deepEqual(facts(study), await logged.expected(20));
      const ran = new Set([...study.trials()].flatMap(({ number }) => pids(number)));
      for (const { child } of processes) t.true(ran.delete(child.pid!));
      t.is(ran.size, 0);
      t.regex(study.trial(0)!.engine!, /^node \d/);
      const redis = new Redis(url);
      t.deepEqual(await redis.keys("*attempt*"), [], "what was recorded is gone from Redis");
      redis.disconnect();
    },
  );
}

atATime("models that are trained by workers are those of threads, weights and all", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  startWorker(t, url);
  await using study = await openStudy(":memory:", models);
  await finish(study, { trials: 8, executor: await bullmqExecutor(study, { redis: url }) });
  await using other = await openStudy(":memory:", models);
  await finish(other, { trials: 8, workers: 2 });
  t.deepEqual(facts(study), facts(other));
});

atATime("no more trials are in Redis than lookahead, however many workers there are", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { lookahead: 3, task: { steps: 2, milliseconds: 20 } });
  await using study = await logged.open();
  const executor = await bullmqExecutor(study, { redis: url, workers: 64 });
  t.is(executor.workers, 3);
  const redis = new Redis(url);
  t.teardown(() => redis.disconnect());
  let most = 0;
  let looking = true;
  const watch = async () => {
    while (looking) most = Math.max(most, (await redis.keys("plateau:attempt:*:job")).length);
  };
  const watched = watch();
  startWorker(t, url, ["--threads", "2"]);
  await finish(study, { trials: 30, executor });
  looking = false;
  await watched;
  t.is(most, 3);
});

atATime("two drivers run one study together, to the same bits", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { sampler: "tpe", pruner: "median", task: { milliseconds: 5 } });
  startWorker(t, url);
  (await logged.open()).close();
  const drivers = [startDriver(t, logged.file, url, 16), startDriver(t, logged.file, url, 16)];
  for (const { ended } of drivers) {
    const { code, stderr } = await ended;
    t.is(code, 0, stderr);
  }
  await using study = await logged.open();
  t.deepEqual(facts(study), await logged.expected(16));
});

atATime("a checkpoint that is too large to travel is said, and the trial runs on", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: { steps: 2, checkpointBytes: 64 * 2 ** 20 + 1 } });
  startWorker(t, url, ["--threads", "1"]);
  await using study = await logged.open();
  const notes = (await logged.finish(study, url, 1)).filter((note) => note.startsWith("trial 0"));
  t.deepEqual(notes, [
    "trial 0: its checkpoint of 67108865 bytes is larger than the 67108864 that travel: where its worker is lost it begins anew",
  ]);
  t.is(study.states.complete, 1);
});

atATime("a result that is too large to travel fails its trial, at once and with the reason", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: { steps: 2, resultBytes: 17 * 2 ** 20 } });
  startWorker(t, url, ["--threads", "1"]);
  await using study = await logged.open();
  await logged.finish(study, url, 1);
  t.like(study.trial(0), { state: "failed", failures: 0 });
  t.regex(study.trial(0)!.error!.message, /^its result is 178\d+ bytes of JSON: 16777216 at most travel/);
});
