import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { bullmqExecutor } from "../../../src/sweep/executors/bullmq/executor.js";
import { bullmqQueue, keys } from "../../../src/sweep/executors/bullmq/names.js";
import { freePort, RedisServer, redisIsThere } from "../../../test/support/redis-server.js";
import type { Part, PartKind, PartOptions } from "../part.js";
import type { Measured } from "../resources.js";
import { live, OBJECTIVE } from "../study.js";

const PLATEAU = fileURLToPath(new URL("../../../src/cli/main.js", import.meta.url));
const PROBE = new URL("../probe.js", import.meta.url).href;
/** How long what a study has left may take to go. */
const PATIENCE_MILLISECONDS = 120_000;
/** How the worker that does not live for long ends, in the middle of a study. */
const ends = [undefined, "SIGKILL", undefined, "SIGTERM"] as const;

/**
 * Studies over a Redis and two workers, each with a driver or two of its own: one worker stays, the other is killed,
 * or told to stop, every second study, and another one comes.
 */
export class Machines implements Part {
  readonly #options: PartOptions;
  readonly #server: RedisServer;
  readonly #redis: Redis;
  readonly #stays: ChildProcess;
  #goes: ChildProcess;
  #cycles = 0;
  /** What a worker has said last. */
  #said = "";
  trials = 0;

  private constructor(options: PartOptions, server: RedisServer) {
    this.#options = options;
    this.#server = server;
    this.#redis = new Redis(server.url);
    this.#stays = this.#worker();
    this.#goes = this.#worker();
  }

  static async open(options: PartOptions): Promise<Machines> {
    const folder = join(options.folder, "redis");
    mkdirSync(folder);
    const server = new RedisServer(await freePort(), "127.0.0.1", ["--appendonly", "no"], folder);
    await server.start({ detached: true });
    const machines = new Machines(options, server);
    await machines.#both();
    return machines;
  }

  async cycle(): Promise<void> {
    const { folder, trials } = this.#options;
    const number = this.#cycles++;
    const end = ends[number % ends.length];
    let replaced: Promise<void> | undefined;
    await live({
      // What loses its worker alone, before it has saved anything, has broken down: once.
      ...{ file: join(folder, `over-redis-${number}.sqlite`), seed: number, trials, retries: 1 },
      executor: (study) => bullmqExecutor(study, { redis: this.#server.url }),
      onEnd: (ended) => {
        this.trials++;
        if (end && ended === Math.floor(trials / 3)) replaced = this.#replace(end);
      },
    });
    await replaced;
    await this.#both();
  }

  async others() {
    const [{ addressSpace: _, ...stays }, redis] = await Promise.all([asked(this.#stays), this.#held()]);
    return { "plateau worker": stays, Redis: redis };
  }

  async close(): Promise<void> {
    for (const worker of [this.#stays, this.#goes]) await ended(worker, "SIGTERM");
    this.#redis.disconnect();
    await this.#server.stop();
    rmSync(join(this.#options.folder, "redis"), { recursive: true });
  }

  #worker(): ChildProcess {
    const args = ["--redis", this.#server.url, "--threads", String(this.#options.workers), "--quiet"];
    const temporary = join(this.#options.folder, "redis");
    const child = fork(PLATEAU, ["worker", ...args, "--objective", `objective=${fileURLToPath(OBJECTIVE)}`], {
      execArgv: ["--import", PROBE],
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // Ctrl-C is for who has started it.
      detached: true,
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#said = text));
    return child;
  }

  async #replace(signal: NodeJS.Signals): Promise<void> {
    await ended(this.#goes, signal);
    this.#goes = this.#worker();
  }

  /** Resolves when both workers are there, and nothing of those that were. @throws where that takes too long */
  async #both(): Promise<void> {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      for (const one of [this.#stays, this.#goes]) {
        if (one.exitCode !== null) throw new Error(`a worker has ended with ${one.exitCode}: ${this.#said}`);
      }
      const [there, bells] = [
        await this.#redis.keys(keys.worker("*")),
        await this.#redis.keys(keys.bell("*")),
      ];
      if (there.length === 2 && bells.length === 0) return;
      if (performance.now() > end)
        throw new Error(`after a study Redis has ${[...there, ...bells].join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #held(): Promise<Measured> {
    const { name, prefix } = bullmqQueue();
    const queue = `${prefix}:${name}:`;
    const kept = (state: string) => this.#redis.zcard(`${queue}${state}`);
    // Of its own BullMQ has lists with plain names, some for moments, and so many of the last jobs that have ended.
    const all = (await this.#redis.keys("*")).filter(
      (key) => !key.startsWith(queue) || !/^[a-z-]+$/.test(key.slice(queue.length)),
    );
    const count = all.length - (await kept("completed")) - (await kept("failed"));
    const info = await this.#redis.info();
    const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)![1]);
    return {
      ...{ rss: number("used_memory_rss"), usedMemory: number("used_memory") },
      ...{ keys: count, clients: number("connected_clients") },
    };
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

/** What a process that has a probe holds. */
async function asked(child: ChildProcess): Promise<Measured> {
  const answer = once(child, "message");
  child.send("measure");
  return (await answer)[0];
}

export const redis: PartKind = {
  name: "redis",
  share: 1 / 6,
  missing: () => (redisIsThere ? undefined : "redis-server is not installed"),
  open: (options) => Machines.open(options),
};
