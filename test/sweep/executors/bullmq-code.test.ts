import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { buildOf } from "../../../src/sweep/executors/bullmq/build.js";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { folder, main, startScript } from "../../cli/plateau.js";
import { startRedis, withRedis } from "../../support/redis.js";
import { facts, finish } from "../support/facts.js";
import { LoggedStudy, logged, startWorker, until } from "../support/machines.js";

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
