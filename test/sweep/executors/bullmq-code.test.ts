import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { runWorker } from "../../../src/experiments/sweep/worker.js";
import { buildOf } from "../../../src/sweep/executors/bullmq/build.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { inlineExecutor } from "../../../src/sweep/executors/inline.js";
import { Study } from "../../../src/sweep/study.js";
import { folder, main, startScript } from "../../cli/plateau.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, logged, space, startWorker, until } from "../support/machines.js";

test("the name of a build tells any change of its code", (t) => {
  const root = folder(t);
  mkdirSync(join(root, "src", "deep"), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(root, "src", name), text);
  write("a.js", "1");
  write("deep/b.cjs", "2");
  const seen = new Set<string>();
  const look = (what: string, isNew = true) => {
    const name = buildOf([join(root, "src")], "1.0.0");
    t.regex(name, /^[0-9a-f]{12}$/);
    t.is(seen.has(name), !isNew, what);
    seen.add(name);
  };
  look("as it is");
  look("once more", false);
  write("a.d.ts", "export {}");
  look("types are no code", false);
  write("deep/b.cjs", "3");
  look("a file below");
  renameSync(join(root, "src", "a.js"), join(root, "src", "c.js"));
  look("another name");
  write("c.js", "");
  write("d.js", "1");
  look("the same bytes, elsewhere");
  t.false(seen.has(buildOf([join(root, "src")], "1.0.1")), "another version");
});

withRedis.test("a worker with another module by the objective's name takes no trial of it", async (t) => {
  t.timeout(120_000);
  const { url } = await startRedis(t);
  const other = join(folder(t), "logged.mjs");
  writeFileSync(other, `${readFileSync(fileURLToPath(logged), "utf8")}\n// another\n`);
  const wrong = startScript([main, "worker", "--redis", url, "--threads", "2", "--objective", other]);
  let said = "";
  wrong.child.stderr!.on("data", (text: string) => (said += text));
  t.teardown(() => void wrong.child.kill("SIGKILL"));
  const study = new LoggedStudy(t, { retries: 0 });
  await using opened = await study.open();
  const notes: string[] = [];
  const executor = await bullmqExecutor(opened, { redis: url, onNote: (text) => notes.push(text) });
  const ends = finish(opened, { trials: 3, executor, checkpointEvery: 0.001 });
  await until("the worker says so", () =>
    /module for the objective "logged" is another \(SHA-256 \w{12}…\) than this worker's \(\w{12}…\)/.test(
      said,
    ),
  );
  await until("the driver says so", () =>
    /^no worker has this sweep's module for the objective logged .* is another/m.test(notes.join("\n")),
  );
  startWorker(t, url);
  await ends;
  t.deepEqual(facts(opened), await study.expected(3));
});

withRedis.test("an executor is used once: then it says so, and no trial has failed", async (t) => {
  t.timeout(120_000);
  const { url } = await startRedis(t);
  const study = new LoggedStudy(t, { retries: 0 });
  await using opened = await study.open();
  startWorker(t, url);
  const executor = await bullmqExecutor(opened, { redis: url });
  await finish(opened, { trials: 2, executor });
  await t.throwsAsync(finish(opened, { trials: 4, executor }), {
    code: "usage",
    message: /the executor is closed, as a run closes it at its end: make another one/,
  });
  t.deepEqual(opened.states, { ...opened.states, complete: 2, failed: 0 });
  await study.finish(opened, url, 4);
  t.deepEqual(facts(opened), await study.expected(4));
});

test("an objective beside an executor is refused: the executor has one", async (t) => {
  await using study = await Study.open(":memory:", { name: "a", space, sampler: "random" });
  const executor = inlineExecutor(() => 1);
  for (const objective of [() => 2, logged]) {
    await t.throwsAsync(finish(study, { trials: 1, executor, objective }), {
      code: "usage",
      message: /^run: objective and executor are given: .*: leave out one of them$/,
    });
  }
  await executor.close();
});

test("what a worker is given is held to what there is", async (t) => {
  const redis = "redis://127.0.0.1:1";
  const refused = (options: object, message: RegExp) =>
    t.throwsAsync(runWorker(options as Parameters<typeof runWorker>[0]), { code: "usage", message });
  await refused(
    { redis, objectives: { training: logged } },
    /objectives: "training" is plateau's own: give yours another name$/,
  );
  await refused({ redis, thread: 1 }, /^runWorker: thread is no option \(known: redis, threads, /);
  await refused({ redis, onNote: "x" }, /^runWorker: onNote is .*: expected a function$/);
  await refused({ redis, threads: 0 }, /^worker: threads is 0: expected at least 1$/);
  await refused({}, /^runWorker: redis is undefined: expected a text$/);
});
