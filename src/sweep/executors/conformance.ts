import { type AbortSignalLike, sleep } from "../../pause.js";
import type { ConformanceCase } from "../conformance.js";
import type { Objective } from "../objective.js";
import type { Decision } from "../pruners/pruner.js";
import type { Parameters } from "../space/parameter.js";
import type { Replicate, Report } from "../trial.js";
import counting from "./conformance-objective.js";
import type { Executor, JobOutcome, TrialEvents, TrialJob } from "./executor.js";

/** The objective that executors are to run in these cases: by its module's URL, or as a function. */
export interface ConformanceObjective {
  readonly url: string;
  readonly evaluate: Objective;
}

/** What a trial told, in order. */
interface Told {
  readonly reports: Report[];
  readonly replicates: Replicate[];
  readonly checkpoints: number[];
}

/**
 * What every executor must do: for one of your own, run each case in your tests.
 * @param make an executor of two workers that runs the objective; it is closed after each case
 */
export function* executorConformance(
  make: (objective: ConformanceObjective) => Executor | Promise<Executor>,
): Iterable<ConformanceCase> {
  const url = new URL("./conformance-objective.js", import.meta.url).href;
  const each = (name: string, check: (executor: Executor) => Promise<void>): ConformanceCase => ({
    name,
    async run() {
      const executor = await make({ url, evaluate: counting });
      try {
        await check(executor);
      } finally {
        await executor.close();
      }
    },
  });
  const run = async (
    executor: Executor,
    given: Partial<TrialJob> & { parameters: Parameters },
    { decide = () => "continue", signal = new AbortController().signal }: Decide = {},
  ): Promise<{ outcome: JobOutcome; told: Told }> => {
    const told: Told = { reports: [], replicates: [], checkpoints: [] };
    const events: TrialEvents = {
      async report(report) {
        told.reports.push(report);
        // An answer that takes its time: the trial has to wait for it.
        await sleep(1);
        return decide(report);
      },
      replicate(place, replicate) {
        told.replicates[place] = replicate;
        return decide(replicate);
      },
      checkpoint: (bytes) => void told.checkpoints.push(bytes[0]),
      progress: () => {},
    };
    const defaults = { number: 0, task: { a: 1 }, seeds: [5], done: [], checkpointEvery: 0 };
    const job: TrialJob = { ...defaults, timeLimit: Number.POSITIVE_INFINITY, ...given };
    return { outcome: await executor.run(job, events, signal), told };
  };

  yield each("a trial's reports, checkpoints and value come in order, its result whole", async (executor) => {
    const { outcome, told } = await run(executor, { parameters: { steps: 3 } });
    same(outcome, { kind: "done" }, "the outcome");
    same(
      told.reports,
      [1, 2, 3].map((step) => ({ replicate: 0, step, value: 5 + step / 10 })),
      "reports",
    );
    same(told.checkpoints, [1, 2, 3], "checkpoints");
    same(
      told.replicates,
      [{ seed: 5, value: 8, result: { task: { a: 1 }, deed: "none" } }],
      "what the seed gave",
    );
  });
  yield each("seeds run one after the other, those that are done are not run again", async (executor) => {
    const done = [{ seed: 5, value: 1 }];
    const { outcome, told } = await run(executor, { parameters: { steps: 1 }, seeds: [5, 6, 7], done });
    same(outcome, { kind: "done" }, "the outcome");
    same(
      told.reports.map(({ replicate }) => replicate),
      [1, 2],
      "seeds that reported",
    );
    same(
      told.replicates.map((one) => one?.value),
      [undefined, 7, 8],
      "values",
    );
  });
  yield each("a trial goes on from its checkpoint", async (executor) => {
    const { told } = await run(executor, { parameters: { steps: 4 }, checkpoint: Uint8Array.of(2) });
    same(
      told.reports.map(({ step }) => step),
      [3, 4],
      "steps",
    );
  });
  yield each("a decision to stop ends the trial at that report", async (executor) => {
    const decide = (one: Report | Replicate): Decision =>
      "step" in one && one.step === 2 ? "stop" : "continue";
    const { outcome, told } = await run(executor, { parameters: { steps: 5 } }, { decide });
    same(outcome, { kind: "stopped" }, "the outcome");
    same(told.reports.length, 2, "reports");
  });
  yield each("a decision to stop after a seed leaves the others out", async (executor) => {
    const decide = (one: Report | Replicate): Decision => ("seed" in one ? "stop" : "continue");
    const { outcome, told } = await run(executor, { parameters: { steps: 1 }, seeds: [5, 6] }, { decide });
    same(outcome, { kind: "stopped" }, "the outcome");
    same(told.replicates.length, 1, "seeds");
  });
  yield each("a value that is no number ends the trial as diverged, at its step", async (executor) => {
    const { outcome } = await run(executor, { parameters: { steps: 5, deed: "nan", at: 2 } });
    same([outcome.kind, "error" in outcome && outcome.error.step], ["diverged", 2], "the outcome");
  });
  yield each("an objective that throws has failed, with its words", async (executor) => {
    const { outcome } = await run(executor, { parameters: { deed: "throw" } });
    same(outcome.kind, "failed", "the outcome");
    if (outcome.kind !== "failed" || !outcome.error.message.includes("thrown at once")) {
      throw new Error(`the reason: found ${JSON.stringify(outcome)}`);
    }
  });
  yield each("a signal aborts a trial, and its neighbour goes on", async (executor) => {
    const controller = new AbortController();
    const stopped = run(executor, { parameters: { steps: 200, wait: 20 } }, { signal: controller.signal });
    const other = run(executor, { number: 1, parameters: { steps: 10, wait: 20 } });
    setTimeout(() => controller.abort(), 100);
    same((await stopped).outcome.kind, "aborted", "the outcome of the trial that was stopped");
    same((await other).outcome.kind, "done", "the outcome of its neighbour");
    same((await run(executor, { parameters: { steps: 1 } })).outcome.kind, "done", "a trial after that");
  });
  yield each("a signal that was aborted before keeps a trial from running", async (executor) => {
    const { outcome, told } = await run(
      executor,
      { parameters: { steps: 5 } },
      { signal: AbortSignal.abort() },
    );
    same([outcome.kind, told.replicates.length], ["aborted", 0], "the outcome");
  });
  yield each("a trial past its limit has failed", async (executor) => {
    const { outcome } = await run(executor, { parameters: { steps: 200, wait: 50 }, timeLimit: 0.3 });
    same([outcome.kind, "error" in outcome && outcome.error.code], ["failed", "time-limit"], "the outcome");
  });
  yield each("many trials at a time keep what they tell apart", async (executor) => {
    const all = Array.from({ length: 12 }, (_, n) =>
      run(executor, { number: n, parameters: { steps: 1 + (n % 4) }, seeds: [100 * n] }),
    );
    for (const [n, { told }] of (await Promise.all(all)).entries()) {
      same(told.reports.length, 1 + (n % 4), `reports of trial ${n}`);
      same(told.replicates[0].value, 100 * n + 1 + (n % 4), `the value of trial ${n}`);
    }
  });
}

interface Decide {
  readonly decide?: (one: Report | Replicate) => Decision;
  readonly signal?: AbortSignalLike;
}

function same(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, found ${a}`);
}
