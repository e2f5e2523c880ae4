import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { bullmqQueue } from "../../../src/sweep/executors/bullmq/names.js";
import { freePort, RedisServer, redisIsThere } from "../../support/redis-server.js";
import { inThread } from "../messages.js";
import { learnScripts } from "../network/commands.js";
import { judge, processes, struck, wantsNewWorker } from "../network/injector.js";
import { Relay } from "../network/relay.js";
import { requireRemedy } from "../trial.js";
import type { Scenario, Told } from "./scenario.js";
import { prepareSweep, runSweep, sweepOutcome } from "./sweep.js";

const PLATEAU = fileURLToPath(new URL("../../../src/cli/main.js", import.meta.url));
const SHIM = fileURLToPath(new URL("../shim.js", import.meta.url));
/** Where drivers find Redis, those that are started to be killed, too. */
const REDIS = "PLATEAU_FAULT_REDIS";
/** Far more than it takes until all is done with. */
const PATIENCE_MILLISECONDS = 60_000;

/** A Redis, two ways to it, and a worker, which is replaced when it was killed. */
class Machines {
  readonly #folder = mkdtempSync(join(tmpdir(), "plateau-faults-redis-"));
  #server!: RedisServer;
  #proxies: Relay[] = [];
  #redis!: Redis;
  #worker: ChildProcess | undefined;
  #ended = false;
  /** What a worker said that ended by itself. */
  broken: string | undefined;
  /** What the environment told the worker's threads. */
  #told: string | undefined;

  async open(): Promise<this> {
    this.#server = new RedisServer(await freePort(), "127.0.0.1", ["--appendfsync", "no"], this.#folder);
    await this.#server.start();
    const { port } = this.#server;
    this.#redis = new Redis(port);
    const { name, prefix } = bullmqQueue();
    const queue = new Queue(name, { connection: this.#redis, prefix });
    await queue.waitUntilReady();
    learnScripts(this.#redis);
    await queue.close();
    this.#proxies = [
      await Relay.open(port, (command) => judge("driver", command)),
      await Relay.open(port, (command) => judge("worker", command)),
    ];
    process.env[REDIS] = this.#url(0);
    this.#start();
    while ((await this.#workers()).length === 0) await sleep(20);
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#worker?.kill("SIGKILL");
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    this.#redis.disconnect();
    await this.#server.stop("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Gives a worker to the next sweep that begins with it where its beginning matters, or what its threads are told. */
  async prepare(): Promise<void> {
    if (this.#told === process.env[inThread] && !wantsNewWorker()) return;
    const before = await this.#workers();
    this.#start();
    while ((await this.#workers()).every((one) => before.includes(one))) await sleep(20);
  }

  #workers(): Promise<string[]> {
    return this.#redis.keys("plateau:worker:*");
  }

  /** Resolves when nothing of a sweep is left in Redis. @throws Error where something stays */
  async requireNothingLeft(): Promise<void> {
    const { broken } = this;
    this.broken = undefined;
    if (broken !== undefined) throw new Error(`the worker: ${broken}`);
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const left = (await this.#redis.keys("plateau:*")).filter((key) => !PRESENCE.test(key));
      if (left.length === 0) return;
      if (performance.now() > end) throw new Error(`left in Redis: ${left.join(", ")}`);
      await sleep(50);
    }
  }

  /** A worker that ends by itself says why, and has a reason. */
  #judge(told: Told): void {
    try {
      requireRemedy(told);
      if (this.#told === undefined && !struck())
        throw new Error(`it has ended with ${told.code}: ${told.stderr}`);
    } catch (error) {
      this.broken ??= (error as Error).message;
    }
  }

  #url(place: number): string {
    return `redis://127.0.0.1:${this.#proxies[place].port}`;
  }

  #start(): void {
    this.#told = process.env[inThread];
    const before = this.#worker;
    const args = ["--import", SHIM, PLATEAU, "worker", "--redis", this.#url(1), "--threads", "1", "--quiet"];
    const worker = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#worker = worker;
    processes.set("worker", worker);
    before?.kill("SIGKILL");
    let said = "";
    worker.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    worker.on("close", (code, signal) => {
      if (this.#ended || this.#worker !== worker) return;
      if (signal !== "SIGKILL") this.#judge({ code: code ?? 1, stderr: said });
      // Whoever starts workers again does it without the fault.
      delete process.env[inThread];
      this.#start();
    });
  }
}

/** What stays of who is there, and of BullMQ's queue. */
const PRESENCE = /^plateau:(drivers|workers|worker:|bell:|trials-)/;

let machines: Machines | undefined;

const run = async (folder: string) => {
  await machines?.prepare();
  return runSweep(folder, ["--executor", "bullmq", "--redis", process.env[REDIS]!]);
};

/** The sweep again, on a worker of another process, over Redis. */
export const overMachines: Scenario = {
  name: "machines",
  by: redisIsThere ? ["calls", "messages", "network"] : [],
  // The worker has the threads, and is killed in their stead.
  endsItself: (by, point) => by === "calls" || (by === "network" && point.startsWith("driver")),
  async open() {
    machines = await new Machines().open();
    return machines;
  },
  prepare: prepareSweep,
  begin: run,
  resume: run,
  async outcome(folder) {
    const outcome = await sweepOutcome(folder);
    await machines!.requireNothingLeft();
    return outcome;
  },
};
