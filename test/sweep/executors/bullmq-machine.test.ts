import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { objectives } from "../../../src/experiments/sweep/open.js";
import { Machine } from "../../../src/sweep/executors/bullmq/machine.js";
import { decodeJob, type SentJob } from "../../../src/sweep/executors/bullmq/wire.js";
import type { TrialEvents } from "../../../src/sweep/executors/executor.js";

const events: TrialEvents = {
  report: () => "continue",
  replicate: () => "continue",
  checkpoint: () => {},
  progress: () => {},
};

test("a worker loads no module that a trial names", async (t) => {
  t.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "plateau-machine-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const mark = join(folder, "mark");
  const code = `import{writeFileSync}from"node:fs";writeFileSync(${JSON.stringify(mark)},"");export default 1`;
  const target = `data:text/javascript,${encodeURIComponent(code)}`;
  const machine = await Machine.open({ threads: 1, objectives });
  t.teardown(() => machine.close());
  const sent = (parameters: SentJob["parameters"]) =>
    decodeJob(
      JSON.stringify({
        ...{ study: "a", number: 1, objective: "training", parameters, seeds: [1], done: [] },
        task: { experiment: { target }, metric: "validation.failureRate.1" },
        ...{ checkpointEvery: 30_000, timeLimit: 60, answers: false },
      }),
    );
  const named: SentJob["parameters"][] = [{}, { target: "m2n1" }, { target }];
  for (const parameters of named) {
    const outcome = await machine.run(sent(parameters), undefined, events, new AbortController().signal);
    t.like(outcome, { kind: "failed", again: false, error: { code: "usage" } });
    t.false(existsSync(mark));
  }
  // It is one that would run.
  await import(target);
  t.true(existsSync(mark));
});
