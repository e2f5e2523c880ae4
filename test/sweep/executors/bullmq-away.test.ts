import { Redis } from "ioredis";
import { sleep } from "../../cli/plateau.js";
import { startRedis, withRedis } from "../../support/redis.js";
import type { RedisServer } from "../../support/redis-server.js";
import { inTurns } from "../../support/turns.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, startDriver, startWorker, until } from "../support/machines.js";

// Most of what they do is to wait: a few at a time, where each has several processes.
const atATime = inTurns(withRedis.test, 2);
const MINUTES = 60_000;
/** Trials that wait in their middle, where something is to happen. */
const held = { steps: 8, hold: 5 };

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
    t.regex((await ends).join("\n"), /^Redis at redis.* refuses: WRONGPASS.*: waiting until it does not$/m);
    t.deepEqual(facts(study), await logged.expected(4));
    for (const number of [0, 1, 2, 3]) {
      const steps = logged.steps(number).map(({ step }) => step);
      t.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8], `each step of trial ${number} was taken once`);
    }
    t.notRegex(worker.said(), /is refused/);
  },
);

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
