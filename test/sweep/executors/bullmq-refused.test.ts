import { existsSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { ExecutionContext } from "ava";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { bullmqQueue, keys } from "../../../src/sweep/executors/bullmq/names.js";
import { encodeJob } from "../../../src/sweep/executors/bullmq/wire.js";
import type { TrialJob } from "../../../src/sweep/executors/executor.js";
import { version } from "../../../src/version.js";
import { folder, main, startScript } from "../../cli/plateau.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, startWorker, until } from "../support/machines.js";
import { goodJob, sentJob, sentMore } from "../support/sent.js";

/** A Redis, and the queue that workers take trials from, for strangers to put things in. */
async function withQueue(t: ExecutionContext) {
  const { url } = await startRedis(t);
  const redis = new Redis(url);
  const { name, prefix } = bullmqQueue();
  const queue = new Queue(name, { connection: redis, prefix });
  t.teardown(async () => {
    await queue.close();
    redis.disconnect();
  });
  return { url, redis, queue, name, prefix };
}

withRedis.serial("what Redis has is shown without orders to a terminal", async (t) => {
  t.timeout(120_000);
  const { url, redis, queue } = await withQueue(t);
  const other = { version: "9.9.9", build: "abcdefabcdef", host: "f\u001b[2Ja\u009br" };
  const party = { ...other, owner: "far 1 - x", study: "a" };
  await redis.sadd(keys.drivers, "d", "e");
  await redis.set(keys.driver("d"), JSON.stringify(party));
  const { stderr } = await startWorker(t, url).ended;
  t.regex(stderr, /on f\[2Jar is plateau/);
  await redis.set(keys.driver("d"), JSON.stringify({ ...party, version: "9\u001b[2J" }));
  const worker = startWorker(t, url);
  await until("it is there", () => worker.said().includes("worker of plateau"));
  await queue.add("trial", { attempt: "?" }, { jobId: "x\u009b31m\u001b[2J" });
  await until("it is refused", () => worker.said().includes("is refused"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  t.notRegex(worker.said(), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

withRedis.serial("malformed and oversized jobs are refused, and the worker lives", async (t) => {
  t.timeout(240_000);
  const { url, redis, queue, name, prefix } = await withQueue(t);
  const worker = startWorker(t, url);
  await until("the worker is there", () => worker.said().includes("worker of plateau"));
  let count = 0;
  /** Puts an attempt with these contents beside a job that names it. */
  const put = async (contents: string | Buffer, checkpoint?: Buffer) => {
    const id = `bad-${count++}`;
    await redis.hset(keys.attempt(id), { driver: "nobody", what: "x", base: 0, place: 0 });
    await redis.set(keys.job(id), contents);
    if (checkpoint) await redis.set(keys.checkpoint(id), checkpoint);
    await queue.add("trial", { attempt: id }, { jobId: id });
    return id;
  };
  const refused = (id: string) => worker.said().includes(`job "${id}" is refused`);

  const contents: (string | Buffer)[] = [
    ...["", "{", "null", "[1]", '{"__proto__":{"polluted":1}}'],
    goodJob.replace('"done":["NaN"]', '"done":[1,2,3]'),
    goodJob.replace('"task":{', '"task":{"__proto__":{"polluted":1},'),
    Buffer.from([0xff, 0xfe, 0, 1]),
    Buffer.alloc(65 * 2 ** 20, "x"),
    `${"[".repeat(500_000)}${"]".repeat(500_000)}`,
  ];
  for (const one of contents) {
    const id = await put(one);
    await until(`${id} is refused`, () => refused(id));
  }
  const large = await put(goodJob, Buffer.alloc(65 * 2 ** 20));
  await until("too large a checkpoint is refused", () => refused(large));

  // An attempt whose keys are of other kinds.
  await redis.set(keys.attempt("kind"), "a text");
  await queue.add("trial", { attempt: "kind" }, { jobId: "kind-1" });
  await until("an attempt of another kind is refused", () => refused("kind-1"));
  await redis.hset(keys.attempt("list"), { driver: "nobody" });
  await redis.rpush(keys.job("list"), "1");
  await queue.add("trial", { attempt: "list" }, { jobId: "list-1" });
  await until("a job of another kind is refused", () => refused("list-1"));

  // Jobs that name nothing.
  const data: unknown[] = [
    null,
    7,
    "x",
    [],
    {},
    { attempt: 5 },
    { attempt: "../../x" },
    { attempt: "x".repeat(1e6) },
  ];
  for (const [i, one] of data.entries()) {
    await queue.add("trial", one, { jobId: `data-${i}` });
    await until(`data ${i} is refused`, () => refused(`data-${i}`));
  }

  // What is no job of BullMQ's.
  const raw = async (id: string, fields: Record<string, string | Buffer>) => {
    if (Object.keys(fields).length > 0) await redis.hset(`${prefix}:${name}:${id}`, fields);
    await redis.lpush(`${prefix}:${name}:wait`, id);
    await redis.zadd(`${prefix}:${name}:marker`, 0, "0");
  };
  await raw("raw-1", { name: "trial", data: "{no json", opts: "{}", timestamp: "0" });
  await raw("raw-2", { name: "trial", data: '{"attempt":"a"}', opts: "no json", timestamp: "x" });
  await raw("raw-3", {
    name: "trial",
    data: '{"__proto__":{"polluted":1}}',
    opts: '{"__proto__":{"polluted":1}}',
  });
  await raw("raw-4", { name: "trial", data: Buffer.alloc(64 * 2 ** 20, "["), opts: "{}" });
  await raw("raw-5", {});
  await until(
    "jobs that cannot be read are gone",
    async () => (await queue.getJobCountByTypes("waiting", "active")) === 0,
  );
  t.is(({} as { polluted?: number }).polluted, undefined);

  // And it works.
  const logged = new LoggedStudy(t);
  await using study = await logged.open();
  await logged.finish(study, url, 4);
  t.deepEqual(facts(study), await logged.expected(4));
  t.is(worker.child.exitCode, null);
  const steps = [0, 1, 2, 3].flatMap((number) => logged.steps(number));
  t.true(
    steps.every(({ pid }) => pid === worker.child.pid),
    "the same process as before",
  );
});

withRedis.serial("no code travels: a target that is a module is neither sent nor loaded", async (t) => {
  t.timeout(120_000);
  const { url, redis, queue } = await withQueue(t);
  const path = folder(t);
  const witness = join(path, "witness");
  const code = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(witness)}, "");`;
  const file = join(path, "x.mjs");
  writeFileSync(file, code);
  const targets = [
    `data:text/javascript,${encodeURIComponent(code)}`,
    pathToFileURL(file).href,
    file,
    relative(process.cwd(), file),
    "./x.mjs",
  ];
  const task = (target: string) => ({ experiment: { target, steps: 1 }, metric: "validation.rmse" });
  for (const target of targets) {
    const definition = { ...(await new LoggedStudy(t).open()).definition, task: task(target) };
    const study = { id: "a", name: "a", definition, trial: () => undefined };
    await t.throwsAsync(bullmqExecutor(study, { redis: url }), {
      ...{ code: "usage", message: /is a module, and no code travels.*--objective name=module/ },
    });
  }
  const worker = startWorker(t, url);
  const jobs = targets.flatMap((target): Pick<TrialJob, "task" | "parameters">[] => [
    { task: task(target), parameters: {} },
    { task: task("m2n1"), parameters: { target } },
  ]);
  for (const [number, one] of jobs.entries()) {
    const id = `code-${number}`;
    await redis.hset(keys.attempt(id), { driver: "nobody", what: "x", base: 0, place: 0 });
    await redis.set(keys.job(id), encodeJob({ ...sentJob, done: [], ...one, number }, sentMore));
    await queue.add("trial", { attempt: id }, { jobId: id });
    await until(`job ${number} has failed`, () => worker.said().includes(`trial ${number} of "a" failed`));
    t.regex(worker.said(), new RegExp(`trial ${number} of "a" failed \\(target .* no code travels`));
  }
  t.false(existsSync(witness));
});

withRedis.serial("what a worker says that makes no sense ends the trial, not the sweep", async (t) => {
  t.timeout(120_000);
  const { url } = await startRedis(t);
  const redis = new Redis(url);
  t.teardown(() => redis.disconnect());
  const logged = new LoggedStudy(t, { retries: 0, task: { steps: 3 } });
  await using study = await logged.open();
  const ends = logged.finish(study, url, 2);
  const garbage = [
    "{",
    Buffer.alloc(20 * 2 ** 20, "x"),
    '{"kind":"outcome","seq":1,"outcome":{"kind":"gold"}}',
  ];
  let spoiled = "";
  await until("an attempt is there", async () => {
    const [found] = await redis.keys("plateau:attempt:*-0-*:job");
    if (found) spoiled = found.slice("plateau:attempt:".length, -":job".length);
    return found;
  });
  for (const one of garbage) await redis.rpush(keys.events(spoiled), one);
  await redis.hset(keys.attempt(spoiled), { last: 1, worker: "x" });
  await until("it has failed", () => study.trial(0)?.state === "failed");
  t.regex(study.trial(0)!.error!.message, /^what Redis has of the trial is damaged: "\{" is no JSON/);
  startWorker(t, url);
  await ends;
  t.is(study.trial(1)!.state, "complete");
});

withRedis.serial(
  "a worker of another version or build is refused, with both named; a driver says so, too",
  async (t) => {
    t.timeout(120_000);
    const { url } = await startRedis(t);
    const redis = new Redis(url);
    t.teardown(() => redis.disconnect());
    const other = { version: "9.9.9", build: "abcdefabcdef", host: "far" };
    const [, here] = new RegExp(`trials-${version}-(\\w+)`).exec(bullmqQueue().name)!;
    const both = new RegExp(
      `plateau ${version}, build ${here}, .* far is plateau 9\\.9\\.9, build abcdefabcdef`,
    );
    await redis.sadd(keys.drivers, "d");
    await redis.set(keys.driver("d"), JSON.stringify({ ...other, owner: "far 1 - x", study: "a" }));
    const refused = await startWorker(t, url).ended;
    t.is(refused.code, 2, refused.stderr);
    t.regex(refused.stderr, both);

    // One that comes later.
    await redis.del(keys.driver("d"));
    const worker = startWorker(t, url);
    await until("the worker is there", () => worker.said().includes("worker of plateau"));
    await redis.sadd(keys.drivers, "d");
    await redis.set(keys.driver("d"), JSON.stringify({ ...other, owner: "far 1 - x", study: "a" }));
    await until("it says so", () => both.test(worker.said()));
    worker.child.kill("SIGINT");
    await worker.ended;

    const presence = { ...other, pid: 1, threads: 1, objectives: [], running: {} };
    await redis.sadd(keys.workers, "w");
    await redis.set(keys.worker("w"), JSON.stringify(presence));
    const logged = new LoggedStudy(t);
    await using study = await logged.open();
    const notes: string[] = [];
    const executor = await bullmqExecutor(study, { redis: url, onNote: (text) => notes.push(text) });
    const stop = new AbortController();
    const running = finish(study, { trials: 1, executor, signal: stop.signal });
    await until("the driver says so", () => both.test(notes.join("\n")));
    stop.abort();
    await t.throwsAsync(running, { code: "aborted" });
  },
);

withRedis.serial(
  "a worker without a sweep's objective leaves its trials to others, and says so",
  async (t) => {
    t.timeout(120_000);
    const { url } = await startRedis(t);
    const without = startScript([main, "worker", "--redis", url, "--threads", "4"]);
    let said = "";
    without.child.stderr!.on("data", (text: string) => (said += text));
    t.teardown(() => void without.child.kill("SIGKILL"));
    const logged = new LoggedStudy(t, { retries: 0 });
    await using study = await logged.open();
    let notes: readonly string[] = [];
    const ends = logged.finish(study, url, 3).then((all) => (notes = all));
    await until("it says so", () =>
      said.includes('a sweep wants the objective "logged", which this worker has not'),
    );
    startWorker(t, url);
    await ends;
    t.deepEqual(facts(study), await logged.expected(3));
    // It is said once, and what was left is not taken again and again.
    t.is(said.split("which this worker has not").length, 2, said);
    t.true(
      notes.length <= 1 && notes.every((note) => note.includes("no worker has the objective logged")),
      notes.join(),
    );
  },
);
