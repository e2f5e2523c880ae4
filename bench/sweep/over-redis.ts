import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { bullmqExecutor } from "../../src/sweep/executors/bullmq/executor.js";
import { work } from "../../src/sweep/executors/bullmq/worker.js";
import { Study } from "../../src/sweep/study.js";
import { median } from "../statistics.js";
import type { BenchCase } from "../suite.js";
import { inFolder } from "./in-folder.js";

const NOTHING = new URL("./nothing.js", import.meta.url).href;
const TRIALS = 300;

export const hasRedis = () => spawnSync("redis-server", ["--version"]).status === 0;

/** Milliseconds a trial that does nothing, through Redis and BullMQ: one thread, so one trial after the other. */
export const overRedis: BenchCase = {
  name: "sweep:bullmq",
  run: () =>
    inFolder(async (folder) => {
      const { server, redis } = await startRedis(folder);
      const stop = new AbortController();
      const working = work({ redis, threads: 1, objectives: { nothing: NOTHING }, signal: stop.signal });
      try {
        const space = { parameters: { x: { type: "uniform", low: 0, high: 1 } } } as const;
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
        server.kill();
      }
    }),
};

async function startRedis(folder: string): Promise<{ server: ChildProcess; redis: string }> {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as { port: number };
  socket.close();
  const server = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes"],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  // It says so when it takes connections.
  for await (const text of server.stdout!.setEncoding("utf8")) if (/Ready to accept/.test(text)) break;
  return { server, redis: `redis://127.0.0.1:${port}` };
}
