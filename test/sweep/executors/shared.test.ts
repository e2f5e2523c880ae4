import test from "ava";
import type { TrialEvents, TrialJob } from "../../../src/sweep/executors/executor.js";
import { SharedThreads } from "../../../src/sweep/executors/shared.js";

const objective = new URL("../objectives/sized.js", import.meta.url).href;
const MiB = 2 ** 20;

const job = (number: number, task: object): TrialJob => ({
  ...{
    number,
    parameters: { x: 0.5 },
    task: { steps: 4, milliseconds: 20, ...task },
    seeds: [number],
    done: [],
  },
  ...{ checkpointEvery: 1e9, timeLimit: 60 },
});

/** Events that note when a trial begins and ends. */
function noting(name: string, log: string[]): TrialEvents {
  return {
    report({ step }) {
      if (step === 1) log.push(`${name} begins`);
      return "continue";
    },
    replicate() {
      log.push(`${name} ends`);
      return "continue";
    },
    checkpoint: () => {},
    progress: () => {},
  };
}

test("of trials that wait, the study of the least rank goes first, and those of one rank in order", async (t) => {
  const threads = new SharedThreads({ workers: 1 });
  t.teardown(() => threads.close());
  const log: string[] = [];
  const { signal } = new AbortController();
  const run = async (name: string, rank: number, number: number) => {
    const executor = await threads.executor(objective, rank);
    return executor.run(job(number, {}), noting(name, log), signal);
  };
  const first = run("first", 5, 0);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const outcomes = await Promise.all([
    first,
    run("late", 9, 1),
    run("early", 1, 2),
    run("early too", 1, 3),
    run("middle", 4, 4),
  ]);
  t.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(["done"]));
  t.deepEqual(
    log.filter((entry) => entry.endsWith("begins")).map((entry) => entry.replace(" begins", "")),
    ["first", "early", "early too", "middle", "late"],
  );
});

test("no more run at a time than memory holds, whosesoever they are; one that is too large runs alone", async (t) => {
  // A thread counts 96 MiB by itself.
  const threads = new SharedThreads({ workers: 3, memory: 500 * MiB });
  t.teardown(() => threads.close());
  const log: string[] = [];
  const { signal } = new AbortController();
  const sizes = [100, 100, 100, 900, 10];
  const executors = await Promise.all([threads.executor(objective, 0), threads.executor(objective, 0)]);
  await Promise.all(
    sizes.map((size, i) =>
      executors[i % 2].run(job(i, { bytes: size * MiB }), noting(String(i), log), signal),
    ),
  );
  const running = new Set<string>();
  for (const entry of log) {
    const [name, what] = entry.split(" ");
    if (what === "ends") running.delete(name);
    else running.add(name);
    const bytes = [...running].reduce((sum, one) => sum + 96 + sizes[Number(one)], 0);
    t.true(running.size === 1 || bytes <= 500, log.join(", "));
  }
  t.is(log.length, 2 * sizes.length);
});

test("a trial that waits and is aborted leaves, and those behind it have its turn", async (t) => {
  const threads = new SharedThreads({ workers: 1 });
  t.teardown(() => threads.close());
  const log: string[] = [];
  const executor = await threads.executor(objective, 0);
  const [goesOn, gives] = [new AbortController(), new AbortController()];
  const first = executor.run(job(0, {}), noting("first", log), goesOn.signal);
  const second = executor.run(job(1, {}), noting("second", log), gives.signal);
  const third = executor.run(job(2, {}), noting("third", log), goesOn.signal);
  gives.abort();
  t.deepEqual(await second, { kind: "aborted" });
  t.deepEqual(
    (await Promise.all([first, third])).map(({ kind }) => kind),
    ["done", "done"],
  );
  t.deepEqual(log, ["first begins", "first ends", "third begins", "third ends"]);
  const aborted = await executor.run(job(3, {}), noting("fourth", log), AbortSignal.abort());
  t.deepEqual(aborted, { kind: "aborted" });
});
