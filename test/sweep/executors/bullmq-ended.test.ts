import { Redis } from "ioredis";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { keys } from "../../../src/sweep/executors/bullmq/names.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { inTurns } from "../../support/turns.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, startDriver, startWorker, until } from "../support/machines.js";

// Most of what they do is to wait: a few at a time, where each has several processes.
const atATime = inTurns(withRedis.test, 2);
const MINUTES = 60_000;
/** Trials that wait in their middle, where something is to happen. */
const held = { steps: 8, hold: 5 };

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

atATime("driver and worker are killed together: that is no breakdown of the trial", async (t) => {
  t.timeout(10 * MINUTES);
  const { url } = await startRedis(t);
  const logged = new LoggedStudy(t, { task: held, lookahead: 1, retries: 0 });
  (await logged.open()).close();
  const parties = [startDriver(t, logged.file, url, 2), startWorker(t, url, ["--threads", "1"])];
  await logged.inTheMiddle([0]);
  for (const { child } of parties) child.kill("SIGKILL");
  await Promise.all(parties.map(({ ended }) => ended));
  logged.go();
  startWorker(t, url);
  await using study = await logged.open();
  await logged.finish(study, url, 2);
  t.deepEqual(facts(study), await logged.expected(2));
  t.true(logged.steps(0).length <= held.steps + 1, "it went on from its last checkpoint");
});

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
