import test from "ava";
import type { Executor, TrialEvents, TrialJob } from "../../../src/sweep/executors/executor.js";
import { Study } from "../../../src/sweep/study.js";
import { finish } from "../support/facts.js";
import { space } from "../support/machines.js";

/** An executor of one's own, whose trials run somewhere else. */
const elsewhere = (run: (job: TrialJob, events: TrialEvents) => ReturnType<Executor["run"]>): Executor => ({
  workers: 1,
  remote: true,
  run,
  close: async () => {},
});

test("seconds of work count once, whoever drives, and however long that was", async (t) => {
  await using study = await Study.open(":memory:", { name: "a", space, sampler: "random" });
  const stop = new AbortController();
  // A driver that has seen five seconds of it, and ends.
  const first = elsewhere(async (job, events) => {
    t.is(job.seconds, 0);
    events.ran!("far", 5);
    await events.checkpoint(Uint8Array.of(1));
    stop.abort();
    return { kind: "aborted" };
  });
  await t.throwsAsync(finish(study, { trials: 1, executor: first, signal: stop.signal }), {
    code: "aborted",
  });
  // The next one has the same attempt, which has gone on: eleven seconds in all, those five among them.
  const second = elsewhere(async (job, events) => {
    t.true(job.seconds! >= 5 && job.seconds! < 10, `${job.seconds}`);
    events.ran!("far", 11);
    await events.replicate(0, { seed: job.seeds[0], value: 1 });
    return { kind: "done" };
  });
  await finish(study, { trials: 1, executor: second });
  const { seconds, engine } = study.trial(0)!;
  t.is(engine, "far");
  t.true(seconds! >= 11 && seconds! < 15, `${seconds}`);
});
