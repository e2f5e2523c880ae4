import { Redis } from "ioredis";
import { openStudy } from "../../../src/experiments/sweep/open.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { keys } from "../../../src/sweep/executors/bullmq/names.js";
import { sleep } from "../../cli/plateau.js";
import { startRedis, withRedis } from "../../support/redis.js";
import type { RedisServer } from "../../support/redis-server.js";
import { inTurns } from "../../support/turns.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, startDriver, startWorker, until } from "../support/machines.js";
import { killed as models } from "../support/run-study.js";

// Most of what they do is to wait: a few at a time, where each has several processes.
const atATime = inTurns(withRedis.test, 3);
const MINUTES = 60_000;
/** Trials that wait in their middle, where something is to happen. */
const held = { steps: 8, hold: 5 };

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

atATime("a killed worker's trials go on elsewhere from their last checkpoints", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
  const first = startWorker(t, url);
  await using study = await logged.open();
  const ends = logged.finish(study, url, 4);
  await logged.inTheMiddle();
  const second = startWorker(t, url);
  await until("the second worker is there", () => second.said().includes("worker of plateau"));
  first.child.kill("SIGKILL");
  await first.ended;
  logged.go();
  const notes = await ends;
  t.true(
    notes.some((note) => /^the worker of trial \d is gone/.test(note)),
    notes.join("\n"),
  );
  t.deepEqual(facts(study), await logged.expected(4));
  for (const number of [0, 1]) {
    const steps = logged.steps(number);
    const moved = steps.findIndex(({ pid }) => pid === second.child.pid);
    t.true(moved >= 3, "the first worker took the first steps");
    // What was saved last may not have been sent.
    t.true(steps[moved].step >= 4 && steps[moved].step <= 5, "the second did not begin anew");
    t.true(steps.length <= held.steps + 1, "at most the step in which it was killed was taken again");
  }
});

for (const pruner of ["none", "median"]) {
  const what = pruner === "none" ? "finish without it" : "wait for its answers";
  atATime(
    `a killed driver resumes: with pruner ${pruner} trials ${what}, and none begins anew`,
    async (t) => {
      t.timeout(10 * MINUTES);
      const { url } = await startRedis(t);
      const logged = new LoggedStudy(t, { task: held, lookahead: 2, pruner });
      startWorker(t, url);
      (await logged.open()).close();
      const driver = startDriver(t, logged.file, url, 4);
      await logged.inTheMiddle();
      driver.child.kill("SIGKILL");
      await driver.ended;
      logged.go();
      if (pruner === "none") {
        const last = () => [0, 1].every((n) => logged.steps(n).length >= held.steps);
        await until("the trials have taken their last steps", last);
      }
      await using study = await logged.open();
      t.true(study.states.complete < 2, "what finished meanwhile is not recorded yet");
      await logged.finish(study, url, 4);
      t.deepEqual(facts(study), await logged.expected(4));
      for (const number of [0, 1, 2, 3]) {
        const { state } = study.trial(number)!;
        const steps = logged.steps(number).map(({ step }) => step);
        t.deepEqual(steps, [...new Set(steps)], `no step of trial ${number} was taken twice`);
        if (state === "complete") t.is(steps.length, held.steps);
      }
    },
  );
}

for (const [what, away] of Object.entries({
  "killed and started again": async (redis: RedisServer, logged: LoggedStudy) => {
    await redis.stop("SIGKILL");
    logged.go();
    await sleep(9000);
    await redis.start();
  },
  "silent for longer than locks last": async (redis: RedisServer, logged: LoggedStudy) => {
    redis.signal("SIGSTOP");
    logged.go();
    await sleep(14_000);
    redis.signal("SIGCONT");
  },
})) {
  atATime(`Redis is ${what}: nothing is lost, nothing is run twice`, async (t) => {
    t.timeout(10 * MINUTES);
    const redis = await startRedis(t);
    const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
    const worker = startWorker(t, redis.url);
    await using study = await logged.open();
    const ends = logged.finish(study, redis.url, 4);
    await logged.inTheMiddle();
    await away(redis, logged);
    const notes = await ends;
    t.deepEqual(facts(study), await logged.expected(4));
    for (const number of [0, 1, 2, 3]) {
      const steps = logged.steps(number).map(({ step }) => step);
      t.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8], `each step of trial ${number} was taken once`);
    }
    for (const said of [notes.join("\n"), worker.said()]) {
      t.is(said.match(/is away \(/g)?.length, 1, said);
      t.is(said.match(/Redis is back after/g)?.length, 1, said);
    }
  });
}

atATime(
  "a password that is changed, and back, is waited for: nothing is lost, nothing run twice",
  async (t) => {
    t.timeout(10 * MINUTES);
    const { port } = await startRedis(t, { more: ["--requirepass", "first"] });
    const url = `redis://:first@127.0.0.1:${port}`;
    const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
    const worker = startWorker(t, url);
    await using study = await logged.open();
    const ends = logged.finish(study, url, 4);
    await logged.inTheMiddle();
    const admin = new Redis(url);
    t.teardown(() => admin.disconnect());
    await admin.config("SET", "requirepass", "second");
    await admin.call("CLIENT", "KILL", "TYPE", "normal");
    logged.go();
    await until("the worker is refused", () => /WRONGPASS/.test(worker.said()));
    await sleep(3000);
    await admin.config("SET", "requirepass", "first");
    await ends;
    t.deepEqual(facts(study), await logged.expected(4));
    for (const number of [0, 1, 2, 3]) {
      const steps = logged.steps(number).map(({ step }) => step);
      t.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8], `each step of trial ${number} was taken once`);
    }
    t.notRegex(worker.said(), /is refused/);
  },
);

atATime("a trial that its worker has dropped, though it lives, goes on", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { lookahead: 2, retries: 0 });
  const worker = startWorker(t, url);
  await until("the worker is there", () => worker.said().includes("worker of plateau"));
  const redis = new Redis(url);
  t.teardown(() => redis.disconnect());
  let id: string | undefined;
  await until("the worker says so", async () => ([id] = await redis.smembers(keys.workers)).length > 0);
  // As one that took it and forgot it.
  await worker.child.kill("SIGSTOP");
  await using study = await logged.open();
  const ends = logged.finish(study, url, 2);
  let attempt: string | undefined;
  await until("an attempt is there", async () => {
    [attempt] = await redis.keys("plateau:attempt:*-0-*:job");
    return attempt;
  });
  await redis.hset(attempt!.slice(0, -":job".length), "worker", id!);
  worker.child.kill("SIGCONT");
  await ends;
  t.deepEqual(facts(study), await logged.expected(2));
  t.is(worker.child.exitCode, null);
});

atATime("a worker that was stopped for long, and wakes, does not disturb", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
  const first = startWorker(t, url);
  await using study = await logged.open();
  const ends = logged.finish(study, url, 6);
  await logged.inTheMiddle();
  const second = startWorker(t, url);
  first.child.kill("SIGSTOP");
  logged.go();
  await until("the second has taken them over", () =>
    [0, 1].every((n) => logged.steps(n).some(({ pid }) => pid === second.child.pid)),
  );
  first.child.kill("SIGCONT");
  await ends;
  t.deepEqual(facts(study), await logged.expected(6));
  await until("the first has heard of it", () =>
    /trial [01] of "a" is another worker's now/.test(first.said()),
  );
});

atATime("SIGINT lets a worker give its trials back with a last checkpoint", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
  const first = startWorker(t, url);
  await using study = await logged.open();
  const ends = logged.finish(study, url, 4);
  await logged.inTheMiddle();
  const second = startWorker(t, url);
  first.child.kill("SIGINT");
  const { code, stderr } = await first.ended;
  t.is(code, 130, stderr);
  logged.go();
  t.regex(
    stderr,
    /trial [01] of "a" was given back[\s\S]*stopped after 0 trials run: what was running goes on elsewhere/,
  );
  await ends;
  t.deepEqual(facts(study), await logged.expected(4));
  for (const number of [0, 1]) {
    const steps = logged.steps(number);
    t.is(steps.length, held.steps, "no step was taken twice");
    t.is(steps.at(-1)!.pid, second.child.pid!);
  }
});

atATime("a trial that kills its workers has failed after its retries; others go on", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: { poison: [1], steps: 3 }, retries: 1, lookahead: 2 });
  await using study = await logged.open();
  let over = false;
  let deaths = 0;
  // As a supervisor does: a worker that has died is replaced.
  const keep = async () => {
    while (!over) {
      const worker = startWorker(t, url, ["--threads", "1"]);
      const { signal } = await Promise.race([worker.ended, ended.then(() => ({ signal: null }))]);
      if (signal === "SIGKILL") deaths++;
    }
  };
  const ended = logged.finish(study, url, 4).finally(() => {
    over = true;
  });
  await Promise.all([ended, keep()]);
  const poison = study.trial(1)!;
  t.is(poison.state, "failed");
  t.regex(poison.error!.message, /^its worker ended, or was cut off/);
  // At first it had saved a step: that counts for it. Then twice it had not.
  t.is(deaths, 3);
  t.deepEqual([study.states.complete, study.states.failed], [3, 1]);
});

atATime("a trial that kills its workers takes no other with it, though they had saved nothing", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const task = { poison: [1], poisonAt: 1, steps: 4, milliseconds: 300 };
  const logged = new LoggedStudy(t, { task, retries: 1, lookahead: 4 });
  await using study = await logged.open();
  const notes: string[] = [];
  const executor = await bullmqExecutor(study, { redis: url, onNote: (text) => notes.push(text) });
  let over = false;
  const ended = finish(study, { trials: 4, executor, checkpointEvery: 3600 }).finally(() => {
    over = true;
  });
  const keep = async () => {
    while (!over) await Promise.race([startWorker(t, url, ["--threads", "4"]).ended, ended]);
  };
  await Promise.all([ended, keep()]);
  t.deepEqual(
    [...study.trials()].map(({ state, failures }) => [state, failures]),
    [
      ["complete", 0],
      ["failed", 1],
      ["complete", 0],
      ["complete", 0],
    ],
    notes.join("\n"),
  );
  t.regex(study.trial(1)!.error!.message, /^its worker ended, or was cut off, before the trial had saved/);
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

atATime(
  "what a study that goes on elsewhere has left in Redis is dropped, and late results are ignored",
  async (t) => {
    t.timeout(10 * MINUTES);
    const { url } = await startRedis(t);
    const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
    const worker = startWorker(t, url);
    (await logged.open()).close();
    const driver = startDriver(t, logged.file, url, 6);
    await logged.inTheMiddle();
    driver.child.kill("SIGKILL");
    await driver.ended;
    worker.child.kill("SIGSTOP");
    logged.go();
    await using study = await logged.open();
    await finish(study, { trials: 4, workers: 2 });
    const before = facts(study);
    worker.child.kill("SIGCONT");
    await logged.finish(study, url, 6);
    t.deepEqual(facts(study).slice(0, 4), before);
    t.deepEqual(facts(study), await logged.expected(6));
    const redis = new Redis(url);
    t.deepEqual(await redis.keys("*attempt*"), []);
    redis.disconnect();
  },
);

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

atATime("an interrupted driver saves what runs, and Redis keeps nothing of it", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
  startWorker(t, url);
  await using study = await logged.open();
  const stop = new AbortController();
  const executor = await bullmqExecutor(study, { redis: url });
  const running = finish(study, { trials: 4, executor, checkpointEvery: 0.001, signal: stop.signal });
  await logged.inTheMiddle();
  stop.abort();
  await t.throwsAsync(running, { code: "aborted" });
  t.like(study.states, { waiting: 2, running: 0 });
  const redis = new Redis(url);
  t.deepEqual(await redis.keys("*attempt*"), []);
  redis.disconnect();
  logged.go();
  await finish(study, { trials: 4, workers: 2 });
  t.deepEqual(facts(study), await logged.expected(4));
  for (const number of [0, 1, 2, 3]) t.is(logged.steps(number).length, held.steps, "no step was taken twice");
});

atATime("a Redis that has forgotten everything costs no more than what was not recorded", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: held, lookahead: 2 });
  startWorker(t, url);
  await using study = await logged.open();
  const ends = logged.finish(study, url, 4);
  await logged.inTheMiddle();
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
  logged.go();
  await ends;
  t.deepEqual(facts(study), await logged.expected(4));
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
