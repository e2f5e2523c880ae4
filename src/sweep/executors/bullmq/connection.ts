import { isIP } from "node:net";
import type { Queue } from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { PlateauError } from "../../../errors.js";
import { MOST_TOLD, SILENCE_MILLISECONDS } from "./limits.js";
import { bullmqQueue } from "./names.js";
import { plainLine } from "./plain-text.js";
import { type RedisAddress, redisAddress } from "./url.js";

/** How long the first connection may take. */
const FIRST_MILLISECONDS = 10_000;
/** Longest time between two tries to connect again. */
const RETRY_MILLISECONDS = 2000;

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
    this.redis.on("error", (error: Error) => this.#lose(reasonOf(error)));
    this.redis.on("close", () => this.#lose("the connection was closed"));
    this.redis.on("ready", () => this.#find());
    // What is to be said the other connection says.
    this.waiting.on("error", () => {});
  }

  /**
   * @throws PlateauError `usage` of the URL, or where the peers are not installed; `io` where Redis cannot be reached
   * or refuses
   */
  static async open(url: string, note: (text: string) => void = () => {}): Promise<Connection> {
    const address = redisAddress(url);
    const peers = await loadPeers();
    await probe(address, peers.Redis);
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
        this.once(`Redis at ${this.address.shown} refuses: ${reasonOf(error)}: waiting until it does not`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** Does what is done again and again: where it keeps failing though Redis is there, that is said. */
  async beat(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#misses = 0;
    } catch (error) {
      if (this.#closed || !this.reachable || ++this.#misses < MOST_MISSES) return;
      this.once(this.refusal(error).message);
    }
  }

  /** What Redis refuses for good: nothing that a trial has done. Other errors as they are. */
  refusal(error: unknown): Error {
    if (!isReply(error)) return error as Error;
    const message = `Redis at ${this.address.shown} refuses: ${plainLine(reasonOf(error))}: give its user all commands on the keys plateau:*, and leave those keys to plateau`;
    return new PlateauError("io", message, { cause: error });
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

/** Says what is wrong with an address at once, where later all errors are waited out. */
async function probe(address: RedisAddress, Client: Peers["Redis"]): Promise<void> {
  const { shown } = address;
  const redis = new Client({
    ...redisOptions(address),
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: FIRST_MILLISECONDS,
  });
  let first: Error | undefined;
  redis.on("error", (error: Error) => (first ??= error));
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const cause = first ?? (error as Error);
    const reason = reasonOf(cause);
    const why = /WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(reason)
      ? `refuses: ${reason}: give user and password in the URL, redis://user:password@host`
      : `cannot be reached: ${reason}: check the address, and that redis-server runs there${address.tls ? " and speaks TLS" : ""}`;
    throw new PlateauError("io", `Redis at ${shown} ${why}`);
  } finally {
    redis.disconnect();
  }
}

/** Whether Redis answered, and answered no. */
export const isReply = (error: unknown): boolean => (error as Error | undefined)?.name === "ReplyError";

/** An error in its own words; of a connection that was tried by several addresses, of the first. */
export function reasonOf(error: unknown): string {
  const { message = "", errors, code } = error as { message?: string; errors?: Error[]; code?: string };
  return message || errors?.[0]?.message || code || String(error);
}

/**
 * What Redis answers when it cannot do now what it could do later. A password that was right once, too: whoever changed
 * it may change it back.
 */
const passes = (error: unknown): boolean =>
  /^(LOADING|MISCONF|OOM|READONLY|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|NOREPLICAS|WRONGPASS|NOAUTH)\b|max number of clients/.test(
    reasonOf(error),
  );
