import { isIP } from "node:net";
import type { Queue } from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { PlateauError } from "../../../errors.js";
import { type StopSignal, sleep } from "../../../pause.js";
import { BrokenExecutor } from "../broken.js";
import { MOST_TOLD, SILENCE_MILLISECONDS } from "./limits.js";
import { bullmqQueue } from "./names.js";
import { plainLine } from "./plain-text.js";
import { probe } from "./probe.js";
import { isForbidden, isReply, passes, reasonOf, refusalText } from "./replies.js";
import { RIGHTS } from "./rights.js";
import { type RedisAddress, redisAddress } from "./url.js";

/** How long the first connection may take. */
const FIRST_MILLISECONDS = 10_000;
/** Longest time between two tries to connect again. */
const RETRY_MILLISECONDS = 2000;

/** How long what Redis cannot do just now is left alone. */
const AGAIN_MILLISECONDS = 500;
/** How many beats in a row may fail before that is said. */
const MOST_MISSES = 3;

/** The optional peers that sweeps over machines take. */
interface Peers {
  readonly Redis: typeof import("ioredis").Redis;
  readonly bullmq: typeof import("bullmq");
}

/** @throws PlateauError `usage` where they are not installed */
async function loadPeers(): Promise<Peers> {
  try {
    const [{ Redis }, bullmq] = await Promise.all([import("ioredis"), import("bullmq")]);
    return { Redis, bullmq };
  } catch (cause) {
    throw new PlateauError(
      "usage",
      "sweeps over many machines need the packages bullmq and ioredis: npm install bullmq ioredis",
      { cause },
    );
  }
}

/** Connections to one Redis: one for commands, one that waits, and those that BullMQ makes of the first. */
export class Connection {
  readonly address: RedisAddress;
  readonly bullmq: typeof import("bullmq");
  /** For commands. */
  readonly redis: Redis;
  /** For commands that wait. */
  readonly waiting: Redis;
  /** Called with whatever people should know. */
  readonly note: (text: string) => void;
  /** When Redis came back last, by `performance.now()`. */
  since = performance.now();
  #lost: number | undefined;
  #closed = false;
  /** Beats that have failed in a row. */
  #misses = 0;
  readonly #said = new Set<string>();

  private constructor(address: RedisAddress, { Redis, bullmq }: Peers, note: (text: string) => void) {
    this.address = address;
    this.bullmq = bullmq;
    // Much of it was read from Redis.
    this.note = (text) => note(plainLine(text));
    const options = redisOptions(address);
    this.redis = new Redis(options);
    this.waiting = new Redis(options);
    this.redis.on("error", (error: Error) => {
      // It can be reached again, and shuts the door.
      if (this.#lost !== undefined && !this.#closed && isReply(error)) this.sayWaiting(error);
      else this.#lose(reasonOf(error));
    });
    this.redis.on("close", () => this.#lose("the connection was closed"));
    this.redis.on("ready", () => this.#find());
    // What is to be said the other connection says.
    this.waiting.on("error", () => {});
  }

  /**
   * @throws PlateauError `usage` of the URL, or where the peers are not installed; `io` where Redis cannot be reached
   * or refuses; `aborted` through the signal while it loads
   */
  static async open(
    url: string,
    note: (text: string) => void = () => {},
    signal?: StopSignal,
  ): Promise<Connection> {
    const address = redisAddress(url);
    const peers = await loadPeers();
    await probe(address, new peers.Redis({ ...redisOptions(address), ...once }), note, signal);
    return new Connection(address, peers, note);
  }

  /** Whether commands reach Redis, as far as is known. */
  get reachable(): boolean {
    return this.redis.status === "ready";
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The queue that trials go through: to be closed. */
  queue(): Queue {
    const { name, prefix } = bullmqQueue();
    const streams = { events: { maxLen: MOST_TOLD } };
    const queue = new this.bullmq.Queue(name, { connection: this.redis, prefix, streams });
    queue.on("error", () => {});
    return queue;
  }

  /** Says something that is said once only. */
  once(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.note(text);
  }

  /**
   * Does what has to be done in the end: where Redis cannot just now (it loads, has no memory or disk left), again
   * and again.
   */
  async patiently<R>(work: () => Promise<R>): Promise<R> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (this.#closed || !passes(error)) throw error;
        this.sayWaiting(error);
        await sleep(AGAIN_MILLISECONDS);
      }
    }
  }

  /** Says that Redis refuses something just now, which is waited out. */
  sayWaiting(error: unknown): void {
    this.once(`Redis at ${this.address.shown} refuses: ${refusalText(error)}: waiting until it does not`);
  }

  /**
   * Does what is done again and again.
   * @returns what Redis refuses for good
   */
  async beat(work: () => Promise<void>): Promise<Error | undefined> {
    try {
      await work();
      this.#misses = 0;
    } catch (error) {
      if (this.#closed) return undefined;
      if (isReply(error) && !passes(error)) return this.refusal(error);
      if (!this.reachable || ++this.#misses < MOST_MISSES) return undefined;
      if (isReply(error)) this.sayWaiting(error);
      else this.once((error as Error).message);
    }
    return undefined;
  }

  /** What Redis refuses for good: nothing that a trial has done. Other errors as they are. */
  refusal(error: unknown): Error {
    if (!isReply(error)) return error as Error;
    const remedy = isForbidden(error) ? RIGHTS : "leave the keys plateau:* to plateau";
    const message = `Redis at ${this.address.shown} refuses: ${plainLine(reasonOf(error))}: ${remedy}`;
    return new BrokenExecutor("io", message, { cause: error });
  }

  close(): void {
    this.#closed = true;
    this.redis.disconnect();
    this.waiting.disconnect();
  }

  #lose(reason: string): void {
    if (this.#closed || this.#lost !== undefined) return;
    this.#lost = performance.now();
    this.note(`Redis at ${this.address.shown} is away (${reason}): waiting for it`);
  }

  #find(): void {
    this.since = performance.now();
    if (this.#lost === undefined) return;
    const seconds = ((performance.now() - this.#lost) / 1000).toFixed(0);
    this.#lost = undefined;
    this.note(`Redis is back after ${seconds} s`);
  }
}

/** Of a connection that is tried once. */
const once: RedisOptions = {
  lazyConnect: true,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  connectTimeout: FIRST_MILLISECONDS,
  // It asks for INFO, and writes to the console where that is forbidden.
  enableReadyCheck: false,
};

function redisOptions({ host, port, db, username, password, tls }: RedisAddress): RedisOptions {
  return {
    host,
    port,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    // An address is no server's name.
    ...(tls ? { tls: isIP(host) ? {} : { servername: host } } : {}),
    // Commands wait for Redis as long as it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(RETRY_MILLISECONDS, 50 * 2 ** Math.min(times, 10)),
    // A replica that a failover has left behind.
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
    connectTimeout: FIRST_MILLISECONDS / 2,
    keepAlive: 5000,
    socketTimeout: SILENCE_MILLISECONDS,
  };
}
