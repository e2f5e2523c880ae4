import { PlateauError } from "../../src/errors.js";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import type { Executor, JobOutcome, TrialEvents, TrialJob } from "../../src/sweep/executors/executor.js";
import { divergence, failure } from "../../src/sweep/run/trial-run.js";
import type { VirtualClock } from "./clock.js";
import { courseOf, type Work } from "./work.js";

/** What goes wrong, as probabilities, and what it takes, in virtual seconds. */
export interface Faults {
  /** That a worker dies in a trial. Its work since the last checkpoint is lost. */
  readonly death: number;
  /** Of those that are taken for dead: that the worker lives, goes on, and is heard of later. */
  readonly undead: number;
  /** That a message is lost, and sent again; that one arrives twice; that one is late. */
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
  /** Seconds until a death is noticed, until a message is sent again, and by which one is late at most. */
  readonly noticed: number;
  readonly again: number;
  readonly delay: number;
}

export const noFaults: Faults = {
  ...{ death: 0, undead: 0, lost: 0, twice: 0, late: 0 },
  ...{ noticed: 5, again: 1, delay: 3 },
};

/** How often each fault came about. */
export interface Happened {
  deaths: number;
  undead: number;
  lost: number;
  twice: number;
  late: number;
}

/** Random numbers of an attempt: enough for its messages. */
const DRAWS = 256;

/**
 * An executor of virtual workers: trials take virtual seconds, workers die, and messages are lost, late or come twice.
 * Faults are drawn by the trial's number and how often it was begun, so that a simulation can be repeated.
 */
export class SimulatedExecutor implements Executor {
  readonly workers: number;
  readonly happened: Happened = { deaths: 0, undead: 0, lost: 0, twice: 0, late: 0 };
  readonly #clock: VirtualClock;
  readonly #work: Work;
  readonly #faults: Faults;
  readonly #key = streamKey(0, "bench/scale/faults");
  readonly #attempts = new Map<number, number>();

  constructor(clock: VirtualClock, options: { workers: number; work: Work; faults: Faults }) {
    this.workers = options.workers;
    this.#clock = clock;
    this.#work = options.work;
    this.#faults = options.faults;
  }

  async run(job: TrialJob, events: TrialEvents, signal: AbortSignal): Promise<JobOutcome> {
    const attempt = this.#attempts.get(job.number) ?? 0;
    this.#attempts.set(job.number, attempt + 1);
    const draws = uniform64(this.#key, DRAWS * attempt, DRAWS, job.number % 2 ** 32);
    let used = 0;
    const draw = () => draws[used++ % DRAWS];
    const ended = this.#attempt(job, events, signal, draw);
    const { death, undead, noticed } = this.#faults;
    if (!(draw() < death)) return ended;
    // At any time of what a trial takes on average, and a little later.
    const dies = this.#clock.sleep(1.2 * this.#work.seconds * draw());
    const first = await Promise.race([ended, dies]);
    if (first !== undefined) return first;
    this.happened.deaths++;
    if (draw() < undead) this.happened.undead++;
    else this.#dead.add(events);
    await this.#clock.sleep(noticed);
    const message = "its worker was not heard of any more";
    return { kind: "failed", again: true, error: { code: "internal", message } };
  }

  /** Of workers that are dead: nothing that they do is heard of. */
  readonly #dead = new WeakSet<TrialEvents>();

  async #attempt(
    job: TrialJob,
    events: TrialEvents,
    signal: AbortSignal,
    draw: () => number,
  ): Promise<JobOutcome> {
    let checkpoint = job.checkpoint?.[0] ?? 0;
    let saved = this.#clock.now;
    for (let place = job.done.length; place < job.seeds.length; place++, checkpoint = 0) {
      const course = courseOf(job, place, this.#work);
      for (let step = checkpoint + 1; step <= this.#work.steps; step++) {
        await this.#clock.sleep(course.stepSeconds);
        if (this.#dead.has(events)) return new Promise(() => {});
        if (signal.aborted) return { kind: "aborted" };
        if (step === course.failsAt) return failure(new PlateauError("usage", `it fails at step ${step}`));
        const value = step === course.divergesAt ? Number.NaN : course.value(step);
        const decision = await this.#message(draw, () => events.report({ replicate: place, step, value }));
        if (Number.isNaN(value)) return { kind: "diverged", error: divergence(value, step) };
        if (decision === "stop") return { kind: "stopped" };
        if (1000 * (this.#clock.now - saved) >= job.checkpointEvery && step < this.#work.steps) {
          saved = this.#clock.now;
          await this.#message(draw, () => events.checkpoint(Uint8Array.of(step)));
        }
        events.progress(place, step, this.#work.steps);
      }
      const replicate = { seed: job.seeds[place], value: course.value(this.#work.steps), result: { place } };
      const decision = await this.#message(draw, () => events.replicate(place, replicate));
      if (decision === "stop") return { kind: "stopped" };
    }
    return { kind: "done" };
  }

  /** A message and its answer, on a network that has faults. */
  async #message<R>(draw: () => number, send: () => R | Promise<R>): Promise<R> {
    const { lost, twice, late, again, delay } = this.#faults;
    if (lost + twice + late === 0) return send();
    while (draw() < lost) {
      this.happened.lost++;
      await this.#clock.sleep(again);
    }
    if (draw() < late) {
      this.happened.late++;
      await this.#clock.sleep(delay * draw());
    }
    const answer = await send();
    // The answer was lost: what asked for it is sent again.
    if (!(draw() < twice)) return answer;
    this.happened.twice++;
    await this.#clock.sleep(again);
    return send();
  }

  async close(): Promise<void> {}
}
