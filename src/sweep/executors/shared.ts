import type { AbortSignalLike } from "../../pause.js";
import { loadObjective } from "../run/load-objective.js";
import { MemoryGate } from "../run/memory.js";
import type { Executor, JobOutcome } from "./executor.js";
import { type ThreadPool, type ThreadsOptions, threadPool } from "./threads.js";

export interface SharedThreadsOptions extends ThreadsOptions {
  /** Bytes that running trials may take together. Default: what the machine has to give. */
  readonly memory?: number;
}

interface Waiting {
  readonly rank: number;
  readonly bytes: number;
  begin(): void;
}

/**
 * Worker threads that several studies share, so that the end of one leaves none idle. No more trials run at a time,
 * whosesoever they are, than there are threads and memory for; of those that wait, the study of the least rank goes
 * first.
 */
export class SharedThreads {
  readonly #pool: ThreadPool;
  readonly #gate: MemoryGate;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  /** @throws PlateauError `usage` */
  constructor({ memory, ...options }: SharedThreadsOptions = {}) {
    this.#pool = threadPool(options);
    this.#gate = new MemoryGate(() => 0, memory);
  }

  get workers(): number {
    return this.#pool.workers;
  }

  /**
   * Runs trials of one objective. Closing it ends nothing: the threads are others', too.
   * @param objective URL of its module
   * @throws PlateauError `usage` where it cannot be loaded
   */
  async executor(objective: string, rank: number): Promise<Executor> {
    const { footprint = () => 0 } = await loadObjective(objective);
    const gate = new MemoryGate(footprint);
    return {
      workers: this.workers,
      run: async (job, events, signal) => {
        const bytes = gate.bytes(job.parameters, job.task);
        if (!(await this.#turn(rank, bytes, signal))) return { kind: "aborted" } satisfies JobOutcome;
        try {
          return await this.#pool.run(objective, job, events, signal);
        } finally {
          this.#running--;
          this.#gate.free(bytes);
          this.#next();
        }
      },
      close: async () => {},
    };
  }

  /** Ends all threads. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Waits for a thread and memory. @returns false where the signal came first */
  #turn(rank: number, bytes: number, signal: AbortSignalLike): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        resolve(false);
        this.#next();
      };
      const one: Waiting = {
        rank,
        bytes,
        begin() {
          signal.removeEventListener("abort", leave);
          resolve(true);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      const after = this.#waiting.findIndex((other) => other.rank > rank);
      this.#waiting.splice(after < 0 ? this.#waiting.length : after, 0, one);
      this.#next();
    });
  }

  /** Begins what has its turn. One that does not fit is waited for: smaller ones would keep it out for good. */
  #next(): void {
    while (this.#running < this.workers && this.#waiting.length > 0) {
      const [first] = this.#waiting;
      if (!this.#gate.fits(first.bytes)) return;
      this.#waiting.shift();
      this.#running++;
      this.#gate.take(first.bytes);
      first.begin();
    }
  }
}
