import type { Worker as BullWorker, Job } from "bullmq";
import { hostName } from "../../../files/host.js";
import { sleep } from "../../../pause.js";
import type { Connection } from "./connection.js";
import { remove } from "./jobs.js";
import { HEARTBEAT_MILLISECONDS, LEASE_MILLISECONDS, STALLED_MILLISECONDS } from "./limits.js";
import { bullmqQueue } from "./names.js";
import { isForbidden } from "./replies.js";
import { soon } from "./soon.js";

/** What a worker does with jobs of the queue, and with what goes wrong around them. */
export interface JobTaker {
  readonly concurrency: number;
  /** @returns what became of it, for whoever looks at the queue */
  take(job: Job, token: string | undefined): Promise<string>;
  /** What BullMQ says of the queue. */
  complain(error: Error): void;
  /** The queue cannot be listened to, ever. */
  refused(error: Error): void;
}

/**
 * BullMQ's worker, which takes jobs of trials. It asks once what Redis is, on each of its connections, and never takes
 * anything where that fails, as while Redis loads: then another one asks.
 */
export class ReadyWorker {
  readonly #connection: Connection;
  readonly #taker: JobTaker;
  #bull: BullWorker;
  #closing = false;

  constructor(connection: Connection, taker: JobTaker) {
    this.#connection = connection;
    this.#taker = taker;
    this.#bull = this.#open();
    void this.#listen();
  }

  /** Takes no more jobs, and waits for those that it has, as long as `milliseconds`. */
  async close(milliseconds: number): Promise<void> {
    this.#closing = true;
    await soon(this.#bull.close(), milliseconds);
  }

  /** Ends connections that would wait for Redis for ever. */
  async disconnect(milliseconds: number): Promise<void> {
    await soon(this.#bull.disconnect(), milliseconds);
  }

  async #listen(): Promise<void> {
    for (;;) {
      const bull = this.#bull;
      try {
        await bull.waitUntilReady();
        if (!this.#closing) void bull.run().catch((error: Error) => this.#taker.complain(error));
        return;
      } catch (error) {
        // Only this ends its own connections, and not the one that it shares.
        void bull.close(true).catch(() => {});
        if (isForbidden(error)) return this.#taker.refused(error as Error);
        await sleep(HEARTBEAT_MILLISECONDS);
        if (this.#closing) return;
        this.#bull = this.#open();
      }
    }
  }

  #open(): BullWorker {
    const { bullmq, redis } = this.#connection;
    const { name, prefix } = bullmqQueue();
    const { concurrency } = this.#taker;
    const bull = new bullmq.Worker(name, (job, token) => this.#taker.take(job, token), {
      ...{ connection: redis, prefix, concurrency, name: `${hostName()}-${process.pid}` },
      // Where it does not come to be ready, it would ask for jobs without end.
      autorun: false,
      lockDuration: LEASE_MILLISECONDS,
      lockRenewTime: 2 * HEARTBEAT_MILLISECONDS,
      stalledInterval: STALLED_MILLISECONDS,
      // What has lost its worker goes on as another attempt: its driver sees to that.
      maxStalledCount: 0,
      runRetryDelay: HEARTBEAT_MILLISECONDS,
      removeOnComplete: { count: 200 },
      removeOnFail: { count: 200 },
    });
    bull.on("error", (error) => this.#taker.complain(error));
    bull.on("stalled", (id) => void remove(this.#connection, id));
    return bull;
  }
}
