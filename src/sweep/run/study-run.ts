import { setMaxListeners } from "node:events";
import { PlateauError } from "../../errors.js";
import { whenStopped } from "../../pause.js";
import { BrokenExecutor } from "../executors/broken.js";
import type { JobOutcome, TrialEvents } from "../executors/executor.js";
import type { Kinds } from "../kinds.js";
import { newOwner, retire } from "../storage/owner.js";
import { HEARTBEAT_SECONDS, type StoredTrial, type StudyStorage } from "../storage/storage.js";
import { Attempt } from "./attempt.js";
import type { ExecutionOptions, StudyEvent } from "./execution.js";
import { Guide } from "./guide.js";
import { MemoryGate } from "./memory.js";
import { TrialQueue } from "./queue.js";
import { failure } from "./trial-run.js";

interface Running {
  readonly attempt: Attempt;
  readonly worker: number;
  readonly bytes: number;
}

/** How often trials of other processes are looked after. */
const POLL_MILLISECONDS = 200;

/** Runs a study up to a number of trials, and yields each as it ends. See `Study.run`. */
export async function* runStudy(
  study: StudyStorage,
  kinds: Kinds,
  options: ExecutionOptions,
): AsyncGenerator<StoredTrial, void> {
  let run: StudyRun | undefined;
  try {
    run = new StudyRun(study, kinds, options);
    yield* run.trials();
  } finally {
    await run?.close();
    await options.executor.close();
  }
}

class StudyRun {
  readonly #study: StudyStorage;
  readonly #options: ExecutionOptions;
  readonly #owner = newOwner();
  readonly #guide: Guide;
  readonly #queue: TrialQueue;
  readonly #gate: MemoryGate;
  readonly #running = new Map<number, Running>();
  /** Attempts that are over and have not been recorded yet, and who waits for one. */
  readonly #over: { readonly number: number; readonly outcome: JobOutcome }[] = [];
  #wake = () => {};
  readonly #idle: number[];
  /** Stops all trials: for the caller's signal, a broken storage, or a caller that leaves. */
  readonly #stop = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  /** A claimed trial that waits until there is memory for it. */
  #held: { readonly trial: StoredTrial; readonly bytes: number } | undefined;
  /** Why nothing goes on. */
  #broken: { readonly error: unknown } | undefined;

  constructor(study: StudyStorage, kinds: Kinds, options: ExecutionOptions) {
    const { executor, signal, footprint = () => 0, memory } = options;
    this.#study = study;
    this.#options = options;
    this.#guide = new Guide(study, kinds);
    this.#queue = new TrialQueue(study, this.#guide, this.#owner);
    if (study.definition.shard !== undefined) this.#queue.plan(options.trials);
    this.#gate = new MemoryGate(footprint, executor.remote ? Number.POSITIVE_INFINITY : memory);
    this.#idle = Array.from({ length: executor.workers }, (_, worker) => executor.workers - 1 - worker);
    this.#heartbeat = setInterval(
      () => this.#guarded(() => study.heartbeat(this.#owner)),
      1000 * HEARTBEAT_SECONDS,
    );
    this.#heartbeat.unref();
    // As many listeners as workers are as many as it is meant to have.
    setMaxListeners(0, this.#stop.signal);
    const leave = whenStopped(signal, () => this.#stop.abort());
    this.#stop.signal.addEventListener("abort", leave);
  }

  async *trials(): AsyncGenerator<StoredTrial, void> {
    for (;;) {
      const next = this.#stop.signal.aborted ? "none" : (this.#guarded(() => this.#fill()) ?? "none");
      if (this.#running.size === 0) {
        if (this.#broken) throw this.#broken.error;
        if (next === "none" && this.#finished()) return;
        if (this.#stop.signal.aborted) {
          throw new PlateauError(
            "aborted",
            "the sweep was interrupted: run it again to go on where it stopped",
            { cause: this.#options.signal?.reason },
          );
        }
        if (next === "none") return;
      }
      const ended = await this.#nextEnd(next === "later" || next === "others");
      if (ended) yield ended;
    }
  }

  /** Whether there is nothing left to interrupt. */
  #finished(): boolean {
    return this.#guarded(() => this.#queue.isDone(this.#options.trials)) ?? false;
  }

  /** Stops what still runs, so that it can be continued, and lets go of everything. */
  async close(): Promise<void> {
    this.#stop.abort();
    while (this.#running.size > 0) await this.#nextEnd(false);
    const held = this.#held;
    if (held) this.#guarded(() => this.#study.release(held.trial.number, this.#owner));
    clearInterval(this.#heartbeat);
    retire(this.#owner);
  }

  /**
   * Starts trials as long as there are idle workers, memory, and trials whose turn has come.
   * @returns what the queue says where it has none, "full" where there is no room for more
   */
  #fill(): "later" | "others" | "none" | "full" {
    while (this.#idle.length > 0) {
      if (!this.#held) {
        const next = this.#queue.next(this.#options.trials);
        if (typeof next === "string") return next;
        const bytes = this.#bytes(next);
        if (bytes === undefined) continue;
        this.#held = { trial: next, bytes };
      }
      const { trial, bytes } = this.#held;
      if (!this.#gate.fits(bytes)) return "full";
      this.#held = undefined;
      this.#start(trial, bytes);
    }
    return "full";
  }

  /** What a trial needs. One that cannot be had on this machine has failed. */
  #bytes(trial: StoredTrial): number | undefined {
    let outcome: JobOutcome;
    try {
      const bytes = this.#gate.bytes(trial.parameters, this.#study.definition.task);
      const { most } = this.#gate;
      if (bytes <= most) return bytes;
      const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
      const message = `it needs ${mebibytes(bytes)} of memory, a trial may take ${mebibytes(most)} here: use a smaller model, more memory or a larger machine`;
      outcome = { kind: "failed", again: false, error: { code: "memory", message } };
    } catch (error) {
      outcome = failure(error);
      if (outcome.kind === "failed") outcome = { ...outcome, again: false };
    }
    this.#launch(trial, 0, async () => outcome);
    return undefined;
  }

  #start(trial: StoredTrial, bytes: number): void {
    const { executor, timeLimit = Number.POSITIVE_INFINITY, checkpointEvery = 30 } = this.#options;
    this.#launch(trial, bytes, (attempt, worker) => {
      const job = attempt.job({ timeLimit, checkpointEvery: 1000 * checkpointEvery });
      return executor.run(job, this.#events(attempt, worker), this.#stop.signal);
    });
  }

  #launch(
    trial: StoredTrial,
    bytes: number,
    run: (attempt: Attempt, worker: number) => Promise<JobOutcome>,
  ): void {
    const { number } = trial;
    let attempt: Attempt;
    try {
      attempt = new Attempt(this.#study, trial, this.#guide.begin(number), this.#owner);
    } catch (error) {
      this.#study.release(number, this.#owner);
      throw error;
    }
    const worker = this.#idle.pop()!;
    this.#gate.take(bytes);
    // Not before it is among the running ones: an objective of this thread reports at once.
    void Promise.resolve()
      .then(() => attempt.settled ?? run(attempt, worker))
      .catch((error: unknown): JobOutcome => {
        if (!(error instanceof BrokenExecutor)) return failure(error);
        this.#break(error);
        return { kind: "aborted" };
      })
      .then((outcome) => {
        this.#over.push({ number, outcome });
        this.#wake();
      });
    this.#running.set(number, { attempt, worker, bytes });
    this.#emit({ kind: "started", worker, trial });
  }

  /**
   * What a trial reports is stored before it goes on. Where that fails, everything stops, and nothing that the trial says
   * after it is stored, or it would go on elsewhere from a checkpoint without what it had reported before.
   */
  #events(attempt: Attempt, worker: number): TrialEvents {
    const { number } = attempt.trial;
    const current = () => this.#running.get(number)?.attempt === attempt;
    let failed: { readonly error: unknown } | undefined;
    const stored = <R>(work: () => R): R | undefined => {
      if (failed) throw failed.error;
      if (!current()) return undefined;
      try {
        return work();
      } catch (error) {
        failed = { error };
        this.#break(error);
        throw error;
      }
    };
    return {
      report: (report) => stored(() => attempt.events.report(report)) ?? "stop",
      replicate: (place, replicate) => stored(() => attempt.events.replicate(place, replicate)) ?? "stop",
      checkpoint: (bytes) => void stored(() => attempt.events.checkpoint(bytes)),
      progress: (replicate, done, total) => {
        if (current()) this.#emit({ kind: "progress", worker, number, replicate, done, total });
      },
      ran: (engine, seconds) => attempt.events.ran?.(engine, seconds),
    };
  }

  /** Resolves when a trial is over or, with `poll`, after a while. */
  #nextWake(poll: boolean): Promise<void> {
    return new Promise((resolve) => {
      const timer = poll ? setTimeout(resolve, POLL_MILLISECONDS) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Waits until a trial ends, and records it. @returns undefined where it waits to be run again */
  async #nextEnd(poll: boolean): Promise<StoredTrial | undefined> {
    if (this.#over.length === 0) await this.#nextWake(poll || this.#running.size === 0);
    const first = this.#over.shift();
    if (!first) return undefined;
    const { number, outcome } = first;
    const { attempt, worker, bytes } = this.#running.get(number)!;
    const ended = this.#broken ? this.#putBack(attempt) : this.#guarded(() => attempt.end(outcome));
    this.#running.delete(number);
    this.#idle.push(worker);
    this.#gate.free(bytes);
    const trial = ended ? this.#guarded(() => this.#study.trial(number)) : undefined;
    if (trial) {
      this.#emit({ kind: "ended", worker, trial });
      return trial;
    }
    const reason = outcome.kind === "failed" ? { reason: outcome.error.message } : {};
    this.#emit({ kind: "released", worker, number, ...reason });
    return undefined;
  }

  /** Where the storage is broken, too, the trial goes on from its last checkpoint once this process has ended. */
  #putBack(attempt: Attempt): false {
    try {
      attempt.end({ kind: "aborted" });
    } catch {
      // What broke first is what is told.
    }
    return false;
  }

  /** A watcher that throws stops the run, and is heard of by its caller. */
  #emit(event: StudyEvent): void {
    this.#guarded(() => this.#options.onEvent?.(event));
  }

  #guarded<R>(work: () => R): R | undefined {
    try {
      return work();
    } catch (error) {
      this.#break(error);
      return undefined;
    }
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#stop.abort();
  }
}
