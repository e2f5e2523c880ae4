import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { bullmqQueue, keys } from "../../../src/sweep/executors/bullmq/names.js";
import { unfitFor } from "../../../src/sweep/executors/bullmq/probe.js";
import { RULES } from "../../../src/sweep/executors/bullmq/rights.js";
import { work } from "../../../src/sweep/executors/bullmq/worker.js";
import { given } from "../../support/given.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { redisIsThere } from "../../support/redis-server.js";
import { facts } from "../support/facts.js";
import { LoggedStudy, logged as objective, startWorker, until } from "../support/machines.js";

const MINUTES = 60_000;

/** A Redis whose user "me" has some rights. */
async function redisWith(t: ExecutionContext<unknown>, rules: string) {
  const { port, url } = await startRedis(t);
  const admin = new Redis(url);
  t.teardown(() => admin.disconnect());
  const give = (more: string) => admin.call("ACL", "SETUSER", "me", "reset", "on", ">p", ...more.split(" "));
  await give(rules);
  return { url: `redis://me:p@127.0.0.1:${port}`, admin, give };
}

/** What driver and worker say of a Redis that they cannot use. */
async function refusals(t: ExecutionContext<unknown>, redis: string): Promise<string[]> {
  const logged = new LoggedStudy(t);
  await using study = await logged.open();
  const driver = await t.throwsAsync(bullmqExecutor(study, { redis }), { code: "io" });
  const worker = await t.throwsAsync(work({ redis, threads: 1, objectives: { logged: objective } }), {
    code: "io",
  });
  return [driver!.message, worker!.message];
}

test("the guide gives those rights", (t) => {
  const guide = readFileSync(new URL("../../../../docs/guides/machines.md", import.meta.url), "utf8");
  t.regex(guide.replaceAll("'", ""), new RegExp(`ACL SETUSER .*${RULES.replace(/[*+]/g, "\\$&")}\n`));
});

withRedis.serial("a user with the rights that the guide gives, and no others, is enough", async (t) => {
  t.timeout(10 * MINUTES);
  const { url, admin } = await redisWith(t, RULES);
  const logged = new LoggedStudy(t, { task: { steps: 8, hold: 5 }, pruner: "median", lookahead: 2 });
  const first = startWorker(t, url);
  await using study = await logged.open();
  const ends = logged.finish(study, url, 6);
  await logged.inTheMiddle();
  const second = startWorker(t, url);
  first.child.kill("SIGKILL");
  logged.go();
  await ends;
  t.deepEqual(facts(study), await logged.expected(6));
  second.child.kill("SIGINT");
  t.is((await second.ended).code, 130);
  t.deepEqual(await admin.call("ACL", "LOG"), [], "nothing was refused");
});

const parts: Record<string, RegExp> = {
  "~plateau:*": /does not permit the keys plateau:\*|refuses: NOPERM.*key/,
  "+@read": /does not permit the commands .*\bhget\b/,
  "+@write": /does not permit the commands .*\bzadd\b/,
  "+@scripting": /does not permit the command eval:/,
  "+@connection": /refuses: NOPERM .*ping|does not permit the commands ping/,
  "+info": /refuses: NOPERM .*info/,
};

withRedis.serial(
  "without any one of those rights it is said what is lacking, and what to give",
  async (t) => {
    t.timeout(10 * MINUTES);
    t.deepEqual(
      RULES.split(" ").filter((part) => !part.startsWith("-")),
      Object.keys(parts),
    );
    const { url, give } = await redisWith(t, RULES);
    for (const [part, says] of Object.entries(parts)) {
      await give(RULES.replace(part, "").trim().replace(/ +/g, " "));
      for (const message of await refusals(t, url)) {
        t.regex(message, says, part);
        t.true(message.endsWith(`ACL SETUSER name on >password ${RULES}`), message);
      }
    }
    for (const command of ["xadd", "evalsha", "bzpopmin", "client|setname"]) {
      await give(`${RULES} -${command}`);
      const name = command.split("|")[0];
      for (const message of await refusals(t, url))
        t.regex(message, new RegExp(`not permit the command ${name}:`));
    }
  },
);

// What a trial says, and its checkpoints.
for (const right of ["hset", "set"]) {
  withRedis.serial(
    `${right} is taken away: driver and worker end with the remedy, and no trial does`,
    async (t) => {
      const { study, worker, ends, logged, give, url } = await inTheMiddle(t);
      await give(`${RULES} -${right}`);
      logged.go();
      await t.throwsAsync(ends, { code: "io", message: remedy(right) });
      const { code, stderr } = await worker.ended;
      t.is(code, 1, stderr);
      t.regex(stderr, new RegExp(`\\nerror: ${remedy(right).source}.*\\n$`));
      t.is(study.states.failed, 0);
      await give(RULES);
      startWorker(t, url);
      await logged.finish(study, url, 4);
      t.deepEqual(facts(study), await logged.expected(4));
      study.close();
    },
  );
}

withRedis.serial("what only the driver's beats call is taken away: it does not stand still", async (t) => {
  const { study, worker, ends, logged, give, url } = await inTheMiddle(t);
  await give(`${RULES} -getrange`);
  await t.throwsAsync(ends, { code: "io", message: remedy("getrange") });
  t.is(study.states.failed, 0);
  worker.child.kill("SIGKILL");
  await worker.ended;
  await give(RULES);
  logged.go();
  startWorker(t, url);
  await logged.finish(study, url, 4);
  t.deepEqual(facts(study), await logged.expected(4));
  study.close();
});

/** A sweep by a user of Redis that has the rights, its worker's trials in their middle. */
async function inTheMiddle(t: ExecutionContext<unknown>) {
  t.timeout(10 * MINUTES);
  const { url, give } = await redisWith(t, RULES);
  const logged = new LoggedStudy(t, { task: { steps: 8, hold: 5 }, retries: 0, lookahead: 2 });
  const worker = startWorker(t, url);
  const study = await logged.open();
  const ends = logged.finish(study, url, 4);
  await logged.inTheMiddle();
  return { study, worker, ends, logged, give, url };
}

const remedy = (right: string) =>
  new RegExp(
    `Redis at redis://127.* refuses: .*(${right}|executing the script).*: give its user .*ACL SETUSER name on >password ~plateau`,
  );

for (const what of ["attempt", "events"] as const) {
  withRedis.serial(
    `what others have in plateau's keys, here of ${what}, ends the sweep, and no trial`,
    async (t) => {
      t.timeout(2 * MINUTES);
      const { url } = await startRedis(t);
      const redis = new Redis(url);
      t.teardown(() => redis.disconnect());
      const logged = new LoggedStudy(t, { retries: 0 });
      await using study = await logged.open();
      const ends = logged.finish(study, url, 1);
      let attempt = "";
      await until("an attempt is there", async () => {
        const [found] = await redis.keys("plateau:attempt:*-0-*:job");
        if (found) attempt = found.slice("plateau:attempt:".length, -":job".length);
        return found;
      });
      await redis.set(keys[what](attempt), "x");
      if (what === "events") await redis.hset(keys.attempt(attempt), { last: 1, worker: "x" });
      await t.throwsAsync(ends, { code: "io", message: /WRONGTYPE.*: leave the keys plateau:\* to plateau/ });
      t.is(study.states.failed, 0);
    },
  );
}

withRedis.serial("what others have in BullMQ's keys ends a worker, too", async (t) => {
  t.timeout(2 * MINUTES);
  const { url } = await startRedis(t);
  const redis = new Redis(url);
  t.teardown(() => redis.disconnect());
  const { name, prefix } = bullmqQueue();
  await redis.set(`${prefix}:${name}:wait`, "x");
  const { code, stderr } = await startWorker(t, url).ended;
  t.is(code, 1, stderr);
  t.regex(stderr, /\nerror: Redis at .* refuses: WRONGTYPE.*: leave the keys plateau:\* to plateau\n/);
});

withRedis.serial("a database that there is not is refused, not taken for number 0", async (t) => {
  const { url } = await startRedis(t, { more: ["--databases", "4"] });
  for (const message of await refusals(t, `${url}/4`))
    t.regex(message, /\/4 has no database 4: give a smaller number$/);
  const logged = new LoggedStudy(t);
  await using study = await logged.open();
  const redis = new Redis(`${url}/3`);
  t.teardown(() => redis.disconnect());
  await using executor = await bullmqExecutor(study, { redis: `${url}/3` });
  t.truthy(executor);
  await until("its driver is there", async () => (await redis.scard(keys.drivers)) === 1);
});

const unfit: Record<string, readonly [more: string[], says: RegExp]> = {
  "a replica": [
    ["--replicaof", "127.0.0.1", "1"],
    /is a replica.*: give the address of its primary, 127\.0\.0\.1:1$/,
  ],
  "a cluster": [["--cluster-enabled", "yes"], /is a cluster, .*: give a Redis without cluster-enabled$/],
  "a Redis that drops keys": [
    ["--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"],
    /drops keys .*\(maxmemory-policy volatile-lru\): CONFIG SET maxmemory-policy noeviction$/,
  ],
};
for (const [what, [more, says]] of Object.entries(unfit)) {
  withRedis.serial(`${what} is refused at once`, async (t) => {
    const { url } = await startRedis(t, { more });
    for (const message of await refusals(t, url)) t.regex(message, says);
  });
}

const outside = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

given(outside && redisIsThere, "an address of this machine or redis-server is not there").serial(
  "a Redis in protected mode says so",
  async (t) => {
    const { port } = await startRedis(t, { more: ["--bind", "127.0.0.1", outside!] });
    for (const message of await refusals(t, `redis://${outside}:${port}`))
      t.regex(
        message,
        /is in protected mode.*: give it a password|is not in protected mode for want of a password$/,
      );
  },
);

test("versions that are too old are refused; what is not said is taken to be right", (t) => {
  for (const version of ["2.8.0", "5.0.14", "6.0.16"])
    t.regex(
      unfitFor(`# Server\r\nredis_version:${version}\r\n`)!,
      /is version .*: it has to be 6\.2 or newer/,
    );
  for (const version of ["6.2.0", "7.0.15", "7.2.4", "10.0.0"])
    t.is(unfitFor(`redis_version:${version}\r\nvalkey_version:8.0.0\r\nrole:master\r\n`), undefined);
  t.is(unfitFor(""), undefined);
  t.is(unfitFor("maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n"), undefined);
});

withRedis.serial(
  "a Redis that has no room for checkpoints: trials go on without, which is said",
  async (t) => {
    t.timeout(2 * MINUTES);
    const { url } = await startRedis(t, { more: ["--maxmemory", "12mb"] });
    const logged = new LoggedStudy(t, { task: { checkpointBytes: 9 * 2 ** 20 }, retries: 0 });
    const worker = startWorker(t, url);
    await using study = await logged.open();
    await logged.finish(study, url, 3);
    t.deepEqual(facts(study), await logged.expected(3));
    t.regex(
      worker.said(),
      /^Redis has no room for checkpoints: OOM .* \(its memory is full, raise maxmemory\): trials go on without$/m,
    );
    t.notRegex(worker.said(), /script:/);
  },
);
