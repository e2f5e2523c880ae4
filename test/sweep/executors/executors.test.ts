import test from "ava";
import { executorConformance } from "../../../src/sweep/executors/conformance.js";
import { inlineExecutor } from "../../../src/sweep/executors/inline.js";
import { SharedThreads } from "../../../src/sweep/executors/shared.js";
import { threadsExecutor } from "../../../src/sweep/executors/threads.js";

const executors = {
  threads: executorConformance(({ url }) => threadsExecutor(url, { workers: 2 })),
  shared: executorConformance(async ({ url }) => {
    const threads = new SharedThreads({ workers: 2 });
    return { ...(await threads.executor(url, 0)), close: () => threads.close() };
  }),
  inline: executorConformance(({ evaluate }) => inlineExecutor(evaluate, { workers: 2 })),
};

for (const [executor, cases] of Object.entries(executors)) {
  for (const { name, run } of cases) {
    test(`${executor}: ${name}`, async (t) => {
      await run();
      t.pass();
    });
  }
}

test("what a trial waits for an answer does not count to its limit", async (t) => {
  const objective = new URL("../objectives/steps.js", import.meta.url).href;
  await using executor = threadsExecutor(objective, { workers: 1 });
  const outcome = await executor.run(
    {
      ...{ number: 0, parameters: { x: 0.5 }, task: { steps: 3 }, seeds: [1], done: [] },
      ...{ checkpointEvery: 1e9, timeLimit: 4 },
    },
    {
      async report() {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return "continue" as const;
      },
      replicate: () => "continue",
      checkpoint: () => {},
      progress: () => {},
    },
    new AbortController().signal,
  );
  t.deepEqual(outcome, { kind: "done" });
});

test("a number of workers that is none is refused", (t) => {
  for (const workers of [0, 1.5, -1, Number.NaN]) {
    t.throws(() => inlineExecutor(() => 1, { workers }), { message: /^executor: workers is / });
    t.throws(() => threadsExecutor("file:///x.js", { workers }), {
      message: /^executor: workers is .*: expected/,
    });
  }
});
