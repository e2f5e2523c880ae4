import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { Executor, TrialJob } from "../../src/sweep/executors/executor.js";
import { Study } from "../../src/sweep/study.js";
import { line } from "./support/line.js";

test("where a report cannot be stored, no checkpoint that lies after it is", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-unstored-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { prototype } = createRequire(import.meta.url)("libsql") as {
    prototype: { prepare(sql: string): object };
  };
  const { prepare } = prototype;
  let full = true;
  t.teardown(() => (prototype.prepare = prepare));
  prototype.prepare = function (sql) {
    if (!full || !/INTO reports/.test(sql)) return prepare.call(this, sql);
    full = false;
    throw Object.assign(new Error("full"), { code: "SQLITE_FULL" });
  };
  const jobs: TrialJob[] = [];
  // As one that runs trials elsewhere does, where a trial saves when it is told to end.
  const executor: Executor = {
    workers: 1,
    async run(job, events, signal) {
      jobs.push(job);
      try {
        await events.report({ replicate: 0, step: 1, value: 0.5 });
      } catch {
        await Promise.resolve(events.checkpoint(Uint8Array.of(1))).catch(() => {});
      }
      if (signal.aborted) return { kind: "aborted" };
      await events.replicate(0, { seed: job.seeds[0], value: 0.25, result: undefined });
      return { kind: "done" };
    },
    async close() {},
  };
  await using study = await Study.open(join(folder, "a.sqlite"), line);
  const run = async () => {
    for await (const _ of study.run({ trials: 1, executor }));
  };
  await t.throwsAsync(run(), { message: /disk full/ });
  await run();
  t.is(jobs.length, 2);
  t.is(jobs[1].checkpoint, undefined);
  t.is(study.reports(0).length, 1);
  t.is(study.best?.value, 0.25);
});
