import { availableParallelism } from "node:os";
import type { Job } from "bullmq";
import * as v from "valibot";
import { PlateauError, quote } from "../../../errors.js";
import { hostName } from "../../../files/host.js";
import { type StopSignal, whenStopped } from "../../../pause.js";
import { counted } from "../../../text.js";
import type { ObjectiveNames } from "../../definition-maker.js";
import { requireWorkers } from "../../run/require.js";
import { BrokenExecutor } from "../broken.js";
import { Connection } from "./connection.js";
import { HeldTrial } from "./held-trial.js";
import { later, leaveToOthers, refuse } from "./jobs.js";
import { MOST_NAME } from "./limits.js";
import { Machine } from "./machine.js";
import { describeBuild } from "./names.js";
import { appear, drivers, leave, mismatch, newId, ours, present, workers } from "./presence.js";
import { Pulse } from "./pulse.js";
import { readJob } from "./read-job.js";
import { ReadyWorker } from "./ready-worker.js";
import { isForbidden, isOthers, passes, reasonOf } from "./replies.js";
import { type Place, Room } from "./room.js";
import { run } from "./scripts.js";
import { soon } from "./soon.js";
import type { SentJob } from "./wire.js";

/** How a worker runs. */
export interface WorkerOptions {
  /** redis://[user:password@]host:6379, or rediss:// for TLS. It is never printed but for host, port and database. */
  readonly redis: string;
  /** Trials at a time. Default: one a core. */
  readonly threads?: number;
  /** Objectives beside plateau's own: the URL of each one's module by its name. Nothing else is ever run. */
  readonly objectives?: ObjectiveNames;
  /** Bytes that running trials may take together. Default: 90% of what the machine has to give. */
  readonly memory?: number;
  /** Ends when there is no trial to be had, and no sweep that could have more. Default false: waits for the next. */
  readonly once?: boolean;
  /** Ends the worker: its trials save where they are, and go on elsewhere. */
  readonly signal?: StopSignal;
  /** Called with what people should know: trials that begin and end, that Redis is away. */
  readonly onNote?: (text: string) => void;
}

/** How long trials may take to save and to say so when the worker is to end. */
const STOP_MILLISECONDS = 6000;
/** How long a worker that is to run once waits for its first driver. */
const FIRST_MILLISECONDS = 30_000;
/** Beats between looks at who drives. */
const ROUND = 3;

const dataSchema = v.object({
  attempt: v.pipe(v.string(), v.maxLength(MOST_NAME), v.regex(/^[\w-]+$/)),
});

/**
 * Takes trials of sweeps from Redis and runs them on worker threads, until its signal or, `once`, until there are
 * none. It takes trials of its own version and build alone.
 * @param options with every objective that there is
 * @returns how many trials it has run to an end
 * @throws PlateauError `usage` of an option, where bullmq and ioredis are not installed, or where there are sweeps, but
 * of another version or build; `io` where Redis cannot be reached or refuses; `threads`, `memory`, `permission` where no
 * thread begins: its trials go on elsewhere
 */
export async function work(options: WorkerOptions): Promise<number> {
  const { redis, threads = availableParallelism(), memory, objectives = {}, onNote } = options;
  requireWorkers(threads, "worker", "threads");
  const machine = await Machine.open({
    ...{ threads, objectives },
    ...(memory === undefined ? {} : { memory }),
  });
  let connection: Connection | undefined;
  try {
    const opened = (connection = await Connection.open(redis, onNote, options.signal));
    const found = await opened
      .patiently(() => present(opened.redis, drivers))
      .catch((error: unknown) => {
        throw opened.refusal(error);
      });
    const wrong = mismatch(found.values(), "this worker", "the sweep");
    if (wrong) throw wrong;
    return await new WorkerRun(opened, machine, threads, options).end();
  } catch (error) {
    // Told to end while Redis still loaded: it has run nothing.
    if (error instanceof PlateauError && error.code === "aborted") return 0;
    throw error;
  } finally {
    connection?.close();
    await machine.close();
  }
}

class WorkerRun {
  readonly #id = newId();
  readonly #connection: Connection;
  readonly #machine: Machine;
  readonly #threads: number;
  readonly #once: boolean;
  readonly #room = new Room();
  readonly #held = new Map<string, HeldTrial>();
  /** Drivers of this build that are there. */
  #drivers: ReadonlySet<string> = new Set();
  readonly #began = performance.now();
  #driven = false;
  #beats = 0;
  #ended = 0;
  #stopping = false;
  /** Why no trial can be run here. */
  #broken: Error | undefined;
  /** Ends listening to the signal. */
  readonly #deafen: () => void;
  #leave!: () => void;
  readonly #left = new Promise<void>((resolve) => (this.#leave = resolve));

  constructor(
    connection: Connection,
    machine: Machine,
    threads: number,
    { once = false, signal }: WorkerOptions,
  ) {
    this.#connection = connection;
    this.#machine = machine;
    this.#threads = threads;
    this.#once = once;
    const begin = `worker of ${describeBuild(ours())}: ${counted(threads, "trial")} at a time from Redis at ${connection.address.shown}; objectives: ${machine.objectives.join(", ")}`;
    connection.note(begin);
    this.#deafen = whenStopped(signal, () => this.#leave());
  }

  /** Works until it is told to stop, or has nothing left to do. */
  async end(): Promise<number> {
    const pulse = new Pulse(this.#connection, this.#id, {
      lookAround: () => this.#lookAround(),
      news: (id) =>
        void this.#held
          .get(id)
          ?.refresh()
          .catch(() => {}),
      refused: (error) => this.#break(error),
    });
    const jobs = new ReadyWorker(this.#connection, {
      concurrency: this.#threads,
      take: (job, token) => this.#take(job, token),
      complain: (error) => this.#complain(error),
      refused: (error) => this.#break(this.#connection.refusal(error)),
    });
    await this.#left;
    this.#deafen();
    this.#stopping = true;
    const closed = jobs.close(STOP_MILLISECONDS);
    for (const trial of this.#held.values()) trial.stop();
    await closed;
    pulse.stop();
    if (this.#connection.reachable) {
      const left = [pulse.beating, leave(this.#connection.redis, workers, this.#id)];
      await soon(Promise.allSettled(left), STOP_MILLISECONDS);
    }
    this.#connection.close();
    await jobs.disconnect(STOP_MILLISECONDS);
    if (this.#broken) throw this.#broken;
    return this.#ended;
  }

  /** One job of the queue. @returns what became of it, for whoever looks at the queue */
  async #take(bull: Job, token: string | undefined): Promise<string> {
    const data = v.safeParse(dataSchema, bull.data);
    if (!data.success) return this.#refuse(bull, "it names no trial");
    const { attempt: id } = data.output;
    try {
      const found = await this.#connection.patiently(() => readJob(this.#connection.redis, id));
      if (typeof found === "string") return found;
      const { job, checkpoint } = found;
      const lack = this.#machine.lacks(job);
      if (lack !== undefined) return await this.#giveBack(bull, token, lack);
      const place = this.#room.enter(job.alone === true);
      if (!place) return await later(this.#connection, bull, token);
      try {
        return await this.#hold(id, job, checkpoint, place);
      } finally {
        place.leave();
      }
    } catch (error) {
      if (error instanceof this.#connection.bullmq.DelayedError || this.#connection.closed) throw error;
      if (isForbidden(error)) {
        this.#break(this.#connection.refusal(error));
        throw error;
      }
      return this.#refuse(bull, reasonOf(error), id);
    }
  }

  async #hold(
    id: string,
    job: SentJob,
    checkpoint: Uint8Array | undefined,
    { share }: Place,
  ): Promise<string> {
    const { redis } = this.#connection;
    const begun = await this.#connection.patiently(() => run(redis, "begin", id, [this.#id]));
    if (begun !== 1) return "another worker has it, or nobody wants it";
    this.#driven = true;
    const trial = new HeldTrial(this.#connection, this.#id, id, {
      answers: job.answers,
      ...{ done: job.done.length, seconds: job.seconds ?? 0 },
      saved: share,
    });
    this.#held.set(id, trial);
    const named = `trial ${job.number} of ${quote(job.study)}`;
    const begin = performance.now();
    try {
      await trial.ran();
      this.#connection.note(`${named} begins`);
      if (this.#stopping) trial.stop();
      const outcome = await this.#machine.run(job, checkpoint, trial.events, trial.signal);
      // What Redis forbade is no trial's doing, whatever the trial has made of it: another worker may say it.
      if (trial.forbidden) {
        await trial.end({ kind: "aborted" }).catch(() => {});
        throw trial.forbidden;
      }
      await trial.end(outcome);
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      const reason = "error" in outcome ? ` (${outcome.error.message})` : "";
      const became = trial.lost ? "is another worker's now" : `${words[outcome.kind]}${reason}`;
      this.#connection.note(`${named} ${became} after ${seconds} s`);
      if (outcome.kind !== "aborted") this.#ended++;
      return trial.lost ? "lost" : outcome.kind;
    } catch (error) {
      if (!(error instanceof BrokenExecutor)) throw error;
      this.#break(error);
      await trial.end({ kind: "aborted" });
      return "aborted";
    } finally {
      this.#held.delete(id);
    }
  }

  /** Ends the worker: no trial can be run here. */
  #break(error: Error): void {
    this.#broken ??= error;
    this.#leave();
  }

  /** A job that is no trial is nobody's: it is refused, and the worker goes on. */
  async #refuse(bull: Job, reason: string, attempt?: string): Promise<string> {
    this.#connection.note(`job ${quote(bull.id)} is refused: ${reason}`);
    if (attempt !== undefined) await refuse(this.#connection, this.#id, attempt, reason).catch(() => {});
    return `refused: ${reason}`.slice(0, MOST_NAME);
  }

  /** Another worker may have the objective. */
  async #giveBack(bull: Job, token: string | undefined, why: string): Promise<never> {
    this.#connection.once(why);
    return leaveToOthers(this.#connection, bull, token, this.#left);
  }

  /** Locks that ran out while Redis was away are no news, and that it is away was said. */
  #complain(error: Error): void {
    const reason = reasonOf(error);
    if (this.#stopping || !this.#connection.reachable) return;
    if (isForbidden(error) || isOthers(error)) this.#break(this.#connection.refusal(error));
    else if (passes(error)) this.#connection.sayWaiting(error);
    else if (!/lock|^missing|connection|ECONN|EPIPE|socket/i.test(reason))
      this.#connection.once(`the queue has a job that cannot be read: ${reason}`);
  }

  async #lookAround(): Promise<void> {
    const { redis } = this.#connection;
    const held = [...this.#held.values()];
    const running = Object.fromEntries(held.map(({ id, progress }) => [id, progress]));
    await appear(redis, workers, this.#id, {
      ...{ ...ours(), host: hostName(), pid: process.pid, threads: this.#threads },
      ...{ objectives: [...this.#machine.objectives], modules: { ...this.#machine.modules } },
      ...{ running, beat: this.#beats },
    });
    if (this.#beats++ % ROUND === 0) await this.#lookForDrivers();
    await Promise.all(held.map((trial) => trial.refresh((driver) => this.#drivers.has(driver))));
  }

  async #lookForDrivers(): Promise<void> {
    const { redis } = this.#connection;
    const found = await present(redis, drivers);
    const { version, build } = ours();
    const same = [...found].filter(([, one]) => one.version === version && one.build === build);
    this.#drivers = new Set(same.map(([id]) => id));
    this.#driven ||= same.length > 0;
    const wrong = mismatch(found.values(), "this worker", "the sweep");
    if (wrong) this.#connection.once(wrong.message);
    if (!this.#once || this.#held.size > 0 || same.length > 0) return;
    if (!this.#driven && performance.now() - this.#began < FIRST_MILLISECONDS) return;
    const waited = `no sweep came within ${FIRST_MILLISECONDS / 1000} s`;
    this.#connection.note(this.#driven ? "no sweep is left" : waited);
    this.#leave();
  }
}

const words = {
  ...{ done: "is done", stopped: "was stopped", diverged: "diverged", failed: "failed" },
  aborted: "was given back",
} as const;
