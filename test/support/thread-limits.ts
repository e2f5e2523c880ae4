// A trial that fills the heap of its thread, which is limited: prints its outcome, or how limits are refused.
import { type TrialJob, threadsExecutor } from "../../src/sweep.js";

const objective = `data:text/javascript,${encodeURIComponent(`export default async () => {
  const hoard = [];
  for (;;) {
    hoard.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));
    await 0;
  }
};`)}`;
const job: TrialJob = {
  ...{ number: 0, parameters: {}, task: {}, seeds: [1], done: [] },
  ...{ checkpointEvery: 60, timeLimit: 60 },
};
try {
  const executor = threadsExecutor(objective, { workers: 1, resourceLimits: { maxOldGenerationSizeMb: 48 } });
  const events = {
    report: () => "continue" as const,
    replicate: () => "continue" as const,
    checkpoint() {},
    progress() {},
  };
  const outcome = await executor.run(job, events, new AbortController().signal);
  await executor.close();
  console.log(JSON.stringify({ outcome }));
} catch (error) {
  console.log(JSON.stringify({ refused: (error as Error).message }));
}
