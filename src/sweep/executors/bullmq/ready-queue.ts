import type { Queue } from "bullmq";
import type { Connection } from "./connection.js";

/**
 * The queue that a driver puts trials into. BullMQ asks once what Redis is: where that is refused, as while Redis loads,
 * its queue is of no use for ever, and another one asks.
 */
export class ReadyQueue {
  readonly #connection: Connection;
  #queue: Queue;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#queue = connection.queue();
  }

  /** Does something with it. @throws what Redis refuses: then it can be tried again */
  async use<R>(work: (queue: Queue) => Promise<R>): Promise<R> {
    const queue = this.#queue;
    try {
      await queue.waitUntilReady();
    } catch (error) {
      if (this.#queue === queue) this.#queue = this.#connection.queue();
      void queue.close().catch(() => {});
      throw error;
    }
    return work(queue);
  }

  async close(): Promise<void> {
    await this.#queue.close().catch(() => {});
  }
}
