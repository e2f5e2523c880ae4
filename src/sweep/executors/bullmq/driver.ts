import { newOwner, ownerText, retire } from "../../storage/owner.js";
import { BrokenExecutor } from "../broken.js";
import type { Executor, JobOutcome, TrialEvents, TrialJob } from "../executor.js";
import { DrivenAttempt } from "./attempt.js";
import type { Connection } from "./connection.js";
import { dropLeftovers } from "./leftovers.js";
import { ABSENCE_MILLISECONDS, MOST_CHECKPOINT_BYTES, MOST_JOB_BYTES, MOST_NAME } from "./limits.js";
import { Losses } from "./losses.js";
import { keys } from "./names.js";
import {
  appear,
  type DriverPresence,
  driverIsGone,
  drivers,
  leave,
  newId,
  ours,
  presentOf,
  type WorkerPresence,
  workers,
} from "./presence.js";
import { Pulse } from "./pulse.js";
import { ReadyQueue } from "./ready-queue.js";
import { type Look, look, lookAll, run } from "./scripts.js";
import { soon } from "./soon.js";
import { digestOf, encodeJob } from "./wire.js";
import { Workforce } from "./workforce.js";

/** What a driver knows of its study. */
export interface Driven {
  /** The same for a study that is continued, another one for every other. */
  readonly id: string;
  readonly name: string;
  /** Name of the objective. */
  readonly objective: string;
  /** Digest of its module, where it has one. */
  readonly module?: string;
  /** Whether a trial may be told to stop. */
  readonly answers: boolean;
  /** Whether a trial has ended already, as another driver recorded it. */
  readonly hasEnded: (number: number) => boolean;
}

/** Beats between looks at the rest: workers of other builds, jobs that are gone, what others left. */
const ROUND = 3;
/** In how many beats of a worker that is there a trial of its is missing until it is lost: the worker has dropped it. */
const UNHELD_BEATS = 4;
/** How long a driver that ends may take to take back what it has in Redis. */
const FAREWELL_MILLISECONDS = 2000;

/** Hands trials to workers of other machines, and records what they say. */
export class Driver implements Executor {
  readonly workers: number;
  readonly remote = true;
  readonly id = newId();
  readonly #connection: Connection;
  readonly #study: Driven;
  readonly #queue: ReadyQueue;
  readonly #workforce: Workforce;
  readonly #owner = newOwner();
  readonly #presence: DriverPresence;
  readonly #attempts = new Map<string, DrivenAttempt>();
  /** Numbers of trials that are being run. */
  readonly #numbers = new Set<number>();
  /** Since when workers have not been seen. */
  readonly #absent = new Map<string, number>();
  readonly #losses = new Losses();
  #beats = 0;
  readonly #pulse: Pulse;
  #closed = false;

  constructor(connection: Connection, study: Driven, slots: number) {
    this.#connection = connection;
    this.#study = study;
    this.workers = slots;
    this.#queue = new ReadyQueue(connection);
    this.#workforce = new Workforce(connection, study);
    const { host } = this.#owner;
    this.#presence = {
      ...ours(),
      host,
      owner: ownerText(this.#owner),
      study: study.name.slice(0, MOST_NAME),
    };
    this.#pulse = new Pulse(connection, this.id, {
      lookAround: () => this.#lookAround(),
      news: (id) => void this.#attempts.get(id)?.news(),
      refused: (error) => {
        for (const attempt of this.#attempts.values()) attempt.fail(error);
      },
    });
  }

  async run(job: TrialJob, events: TrialEvents, signal: AbortSignal): Promise<JobOutcome> {
    if (this.#closed)
      throw new BrokenExecutor(
        "usage",
        "the executor is closed, as a run closes it at its end: make another one, bullmqExecutor(study, options)",
      );
    if (signal.aborted) return { kind: "aborted" };
    const digest = digestOf(job, this.#study.objective);
    this.#numbers.add(job.number);
    try {
      const { id, isNew } = await this.#attemptAt(job, digest);
      const attempt = new DrivenAttempt({ ...this.#seen(), note: this.#connection.note }, id, job, events);
      attempt.inherited = !isNew;
      this.#attempts.set(id, attempt);
      const stop = () => void attempt.stop();
      signal.addEventListener("abort", stop, { once: true });
      try {
        if (isNew) await this.#send(attempt, job, digest);
        attempt.sent = true;
        if (!isNew) void attempt.look().catch(() => {});
        if (signal.aborted) stop();
        return await attempt.ended;
      } finally {
        signal.removeEventListener("abort", stop);
        this.#attempts.delete(id);
        // One that nobody took need not stay in the queue.
        if (!attempt.begun) this.#queue.use((queue) => queue.remove(id)).catch(() => {});
      }
    } catch (error) {
      throw this.#connection.refusal(error);
    } finally {
      this.#numbers.delete(job.number);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pulse.stop();
    retire(this.#owner);
    // Where Redis is away, what is left of this driver goes by itself.
    if (this.#connection.reachable) {
      const farewell = [this.#pulse.beating, this.#tidy(), leave(this.#connection.redis, drivers, this.id)];
      await soon(Promise.allSettled(farewell), FAREWELL_MILLISECONDS);
    }
    this.#connection.close();
    await this.#queue.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #seen() {
    const { id: study, answers } = this.#study;
    return { connection: this.#connection, driver: this.id, study, answers };
  }

  /** An attempt at the trial that a driver before this one has left, or the name of a new one. */
  async #attemptAt(job: TrialJob, digest: string): Promise<{ id: string; isNew: boolean }> {
    const { redis } = this.#connection;
    const study = keys.study(this.#study.id);
    const left = await this.#connection.patiently(() => redis.hget(study, String(job.number)));
    const isNew = { id: `${this.#study.id}-${job.number}-${newId().slice(0, 13)}`, isNew: true };
    if (left === null || left.length > MOST_NAME) return isNew;
    const seen = await this.#connection.patiently(() => look(redis, left));
    if (!seen) return isNew;
    const there = await this.#connection.patiently(() => presentOf(redis, drivers, [seen.driver]));
    const before = there.get(seen.driver);
    // A copy of the study, perhaps, that is driven by itself.
    if (!driverIsGone(before, this.#owner)) return isNew;
    const fits = seen.what === digest && seen.base <= job.done.length;
    if (!fits) {
      const args = [seen.driver, job.number, "1"];
      await this.#connection.patiently(() => run(redis, "drop", left, args, this.#study.id));
      return isNew;
    }
    const adopted = await this.#connection.patiently(() => run(redis, "adopt", left, [seen.driver, this.id]));
    return adopted === 1 ? { id: left, isNew: false } : isNew;
  }

  async #send(attempt: DrivenAttempt, job: TrialJob, digest: string): Promise<void> {
    const { redis, note } = this.#connection;
    const { id: study, name, objective, module, answers } = this.#study;
    const { number, checkpoint } = job;
    const alone = this.#losses.isSuspect(number);
    attempt.alone = alone;
    const text = encodeJob(job, {
      ...{ study: name, objective, answers },
      ...(module === undefined ? {} : { module }),
      ...(alone ? { alone } : {}),
    });
    const bytes = Buffer.byteLength(text);
    if (bytes > MOST_JOB_BYTES) {
      const message = `its parameters and task are ${bytes} bytes of JSON: ${MOST_JOB_BYTES} at most travel to workers`;
      attempt.end({ kind: "failed", again: false, error: { code: "usage", message } });
      return;
    }
    const travels = checkpoint && checkpoint.length <= MOST_CHECKPOINT_BYTES;
    if (checkpoint && !travels) {
      note(
        `trial ${number}: its checkpoint of ${checkpoint.length} bytes is too large to travel: it begins anew`,
      );
    }
    const base = job.done.length;
    const args = [this.id, digest, base, number, text, ...(travels ? [Buffer.from(checkpoint)] : [])];
    await this.#connection.patiently(() => run(redis, "create", attempt.id, args, study));
    // Stopped meanwhile.
    if (attempt.over) return;
    const data = { study: name, number, attempt: attempt.id };
    // What was begun goes before what was not.
    const lifo = checkpoint !== undefined || base > 0 || this.#losses.has(number);
    await this.#connection.patiently(() =>
      this.#queue.use((queue) => queue.add("trial", data, { jobId: attempt.id, lifo })),
    );
  }

  async #lookAround(): Promise<void> {
    const { redis } = this.#connection;
    await appear(redis, drivers, this.id, this.#presence);
    const attempts = [...this.#attempts.values()];
    const looks = await lookAll(
      redis,
      attempts.map(({ id }) => id),
    );
    const seen = attempts.map((one, i) => one.see(looks[i]));
    const busy = [...new Set(attempts.map(({ worker }) => worker))].filter((id) => id !== "");
    const there = await presentOf(redis, workers, busy);
    for (const [i, attempt] of attempts.entries()) {
      if (attempt.over) continue;
      // Redis has lost it, or it has gone to another driver: what was recorded is what there is. One that is just being
      // sent is not there yet.
      if (!seen[i]) {
        if (attempt.sent) attempt.end({ kind: "aborted" });
      } else if (attempt.worker !== "") this.#watch(attempt, seen[i], there.get(attempt.worker));
    }
    for (const id of this.#absent.keys()) if (!busy.includes(id)) this.#absent.delete(id);
    if (this.#beats++ % ROUND !== ROUND - 1) return;
    for (const attempt of attempts)
      if (!attempt.over && attempt.worker === "") await this.#requireQueued(attempt);
    await this.#workforce.look();
    await this.#tidy();
  }

  #watch(attempt: DrivenAttempt, { last, recorded }: Look, worker: WorkerPresence | undefined): void {
    const { id, worker: name } = attempt;
    if (worker) {
      attempt.heard(worker.beat);
      this.#absent.delete(name);
      const isRunning = Object.hasOwn(worker.running, id);
      if (isRunning) attempt.progress(...worker.running[id]);
      attempt.hadCompany = Object.keys(worker.running).some((other) => other !== id);
      // What it said last may be how the trial ended.
      if (isRunning || last > recorded) attempt.unheldAt.clear();
      else if (attempt.unheldAt.add(worker.beat).size >= UNHELD_BEATS) this.#lose(attempt, "has dropped it");
      return;
    }
    const now = performance.now();
    const since = Math.max(this.#absent.get(name) ?? now, this.#connection.since);
    this.#absent.set(name, since);
    if (now - since >= ABSENCE_MILLISECONDS) this.#lose(attempt, "is gone");
  }

  #lose(attempt: DrivenAttempt, how: "is gone" | "has dropped it"): void {
    const { number, moved, inherited } = attempt;
    const lives = how !== "is gone";
    const company = !lives && this.#hadCompany(attempt);
    const { goesOn, when, next } = this.#losses.count(number, { moved, lives, company, inherited });
    this.#connection.note(`the worker of trial ${number} ${how}: ${next}`);
    const message = `its worker ended, or was cut off, ${when}`;
    attempt.end(
      goesOn ? { kind: "aborted" } : { kind: "failed", again: true, error: { code: "internal", message } },
    );
  }

  /** Whether another trial may be what ended its worker. */
  #hadCompany(attempt: DrivenAttempt): boolean {
    if (attempt.alone) return false;
    const { worker, hadCompany } = attempt;
    return hadCompany || [...this.#attempts.values()].some((one) => one !== attempt && one.worker === worker);
  }

  async #requireQueued(attempt: DrivenAttempt): Promise<void> {
    if (!attempt.sent) return;
    const state = await this.#queue.use((queue) => queue.getJobState(attempt.id));
    if (state !== "unknown" && state !== "failed" && state !== "completed") return;
    // A worker that has just begun has said so before.
    const seen = await attempt.look();
    if (seen && seen.worker === "") this.#lose(attempt, "has dropped it");
  }

  #tidy(): Promise<void> {
    const { id, hasEnded } = this.#study;
    const over = (number: number) => !this.#numbers.has(number) && hasEnded(number);
    return dropLeftovers(this.#connection.redis, id, over, this.#owner);
  }
}
