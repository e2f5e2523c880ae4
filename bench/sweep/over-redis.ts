import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bullmqExecutor } from "../../src/sweep/executors/bullmq/executor.js";
import { work } from "../../src/sweep/executors/bullmq/worker.js";
import { Study } from "../../src/sweep/study.js";
import { freePort, RedisServer } from "../../test/support/redis-server.js";
import { median } from "../statistics.js";
import type { BenchCase } from "../suite.js";
import { inFolder } from "./in-folder.js";

const NOTHING = new URL("./nothing.js", import.meta.url).href;
const TRIALS = 300;

const space = { parameters: { x: { type: "uniform", low: 0, high: 1 } } } as const;
/** As many parameters as architectures and trainings are searched over. */
const wide = {
  parameters: Object.fromEntries(
    ["x", "lr", "width", "layers", "heads"].map((name) => [
      name,
      { type: "uniform", low: 0, high: 1 } as const,
    ]),
  ),
};

/** Milliseconds a trial that does nothing, through Redis and BullMQ: one thread, so one trial after the other. */
const latency: BenchCase = {
  name: "sweep:bullmq:one",
  run: () =>
    inFolder(async (folder) => {
      const server = await startRedis(folder);
      const redis = server.url;
      const stop = new AbortController();
      const working = work({ redis, threads: 1, objectives: { nothing: NOTHING }, signal: stop.signal });
      try {
        const study = await Study.open(join(folder, "a.sqlite"), {
          ...{ name: "a", space, sampler: "random", objective: NOTHING },
        });
        const ends: number[] = [];
        const executor = await bullmqExecutor(study, { redis });
        for await (const _ of study.run({ trials: TRIALS, executor })) ends.push(performance.now());
        study.close();
        return { "ms a trial": median(ends.slice(1).map((end, i) => end - ends[i])) };
      } finally {
        stop.abort();
        await working;
        await server.stop();
      }
    }),
};

/** Worker processes, threads of each, and trials that are handed out at a time. */
const PROCESSES = 3;
const THREADS = 2;
const LOOKAHEAD = 100;
const MOST = 5000;

/**
 * What the driver's process takes: milliseconds of the processor a trial, and trials a second in the end, with several
 * worker processes on this machine.
 * @param reports of each trial; with the pruner its worker waits for the answer to each
 */
const driving = (
  name: string,
  { reports, sampler = "random", pruner = "none" }: { reports: number; sampler?: string; pruner?: string },
): BenchCase => ({
  name: `sweep:bullmq:${name}`,
  run: () =>
    inFolder(async (folder) => {
      const server = await startRedis(folder);
      const redis = server.url;
      const workers = Array.from({ length: PROCESSES }, () => startWorker(redis));
      try {
        const study = await Study.open(join(folder, "a.sqlite"), {
          ...{ name: "a", space: wide, sampler, pruner, objective: NOTHING, lookahead: LOOKAHEAD },
          task: { reports },
        });
        let [ended, begin, cpu] = [0, 0, process.cpuUsage()];
        for await (const _ of study.run({ trials: MOST, executor: await bullmqExecutor(study, { redis }) })) {
          // Once all are there, and code is compiled.
          if (++ended === LOOKAHEAD) [begin, cpu] = [performance.now(), process.cpuUsage()];
        }
        const { user, system } = process.cpuUsage(cpu);
        const seconds = (performance.now() - begin) / 1000;
        study.close();
        const counted = MOST - LOOKAHEAD;
        return {
          "driver ms a trial": (user + system) / 1000 / counted,
          "trials a second": counted / seconds,
        };
      } finally {
        for (const worker of workers) worker.kill("SIGKILL");
        await server.stop();
      }
    }),
});

/** Sweeps over machines, on this one. */
export const overRedis: readonly BenchCase[] = [
  latency,
  driving("driver", { reports: 0 }),
  driving("driver:reports", { reports: 10 }),
  driving("driver:answers", { reports: 10, pruner: "median" }),
  driving("driver:tpe", { reports: 10, sampler: "tpe" }),
  driving("driver:tpe:asha", { reports: 10, sampler: "tpe", pruner: "asha" }),
];

function startWorker(redis: string): ChildProcess {
  const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
  const objective = `nothing=${fileURLToPath(NOTHING)}`;
  const flags = ["--redis", redis, "--threads", String(THREADS), "--objective", objective, "--quiet"];
  return spawn(process.execPath, [main, "worker", ...flags], { stdio: "ignore" });
}

/** Its append-only file is on, and synced each second, as Redis has it unless told otherwise. */
async function startRedis(folder: string): Promise<RedisServer> {
  const server = new RedisServer(await freePort(), "127.0.0.1", ["--appendfsync", "everysec"], folder);
  await server.start();
  return server;
}
