import type { Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import { deniedPermission } from "../../files/denied.js";
import { BrokenExecutor } from "./broken.js";
import { BEGUN } from "./messages.js";

/** How many threads more than there are to be may end, in a row, before they have begun. */
const ACCIDENTS = 3;

/**
 * Watches whether the threads of a pool begin. Piscina starts those anew that end, or gives that up without a word:
 * where all end before they have begun, trials would wait for ever.
 */
export class Beginnings {
  readonly #pool: Piscina;
  readonly #known = new WeakSet<Worker>();
  /** Those that have begun and live. */
  readonly #begun = new Set<Worker>();
  /** Threads that ended before they had begun since one did. */
  #failures = 0;
  #broken: BrokenExecutor | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(pool: Piscina) {
    this.#pool = pool;
    this.look();
    // By then the one that takes its place is there.
    pool.on("workerDestroy", () => queueMicrotask(() => this.look()));
  }

  /** @throws BrokenExecutor `threads`, `memory`, `permission` where no thread begins */
  require(): void {
    if (this.#broken) throw this.#broken;
  }

  /** Calls back when no thread begins. @returns what ends that */
  whenBroken(call: () => void): () => void {
    this.#waiting.add(call);
    return () => this.#waiting.delete(call);
  }

  /** Takes notice of threads that are new. */
  look(): void {
    for (const thread of this.#pool.threads) {
      if (this.#known.has(thread)) continue;
      this.#known.add(thread);
      this.#watch(thread);
    }
  }

  /** A thread has not begun: it has ended, or says why it cannot. */
  fail(cause: unknown): void {
    this.#failures++;
    if (this.#broken || this.#begun.size > 0 || this.#failures < this.#pool.maxThreads + ACCIDENTS) return;
    this.#broken = broken(cause, this.#failures);
    for (const call of [...this.#waiting]) call();
  }

  #watch(thread: Worker): void {
    let begun = false;
    let cause: unknown;
    thread.on("message", (message: unknown) => {
      if (message !== BEGUN) return;
      begun = true;
      this.#begun.add(thread);
      this.#failures = 0;
    });
    // Ahead of piscina's: it drops threads that end, and those that it ends itself it has dropped before.
    const isOurs = () => this.#pool.threads.includes(thread);
    thread.prependListener("error", (error: unknown) => {
      if (isOurs()) cause = error;
    });
    thread.prependListener("exit", (code) => {
      this.#begun.delete(thread);
      if (begun || !(cause || isOurs())) return;
      this.fail(cause ?? new Error(`exit code ${code}`));
      // After piscina has noticed.
      if (!this.#broken) queueMicrotask(() => this.#restart());
    });
  }

  /** Starts a thread where there is none: piscina does that for a task, though it be taken back at once. */
  #restart(): void {
    if (this.#pool.threads.length > 0 || this.#waiting.size === 0) return;
    const nothing = new AbortController();
    this.#pool.run(undefined, { signal: nothing.signal }).catch(() => {});
    nothing.abort();
    this.look();
  }
}

function broken(cause: unknown, count: number): BrokenExecutor {
  const { message = String(cause), code } = cause as { message?: string; code?: string };
  const denied = deniedPermission(cause);
  if (denied) return new BrokenExecutor("permission", `no worker thread begins: ${denied}`, { cause });
  const short = code === "ERR_WORKER_OUT_OF_MEMORY" || code === "ERR_WORKER_INIT_FAILED";
  const remedy = short
    ? "use fewer workers, or raise the limits of their memory"
    : "install plateau anew, and look at what NODE_OPTIONS loads into threads";
  const text = `no worker thread begins, ${count} have ended before they could (${message}): ${remedy}, then begin again, a sweep with --resume: nothing is lost`;
  return new BrokenExecutor(short ? "memory" : "threads", text, { cause });
}
