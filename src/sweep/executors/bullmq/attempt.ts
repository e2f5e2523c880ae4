import { PlateauError } from "../../../errors.js";
import type { Decision } from "../../pruners/pruner.js";
import { failure } from "../../run/trial-run.js";
import type { JobOutcome, TrialEvents, TrialJob } from "../executor.js";
import type { Connection } from "./connection.js";
import { MOST_CHECKPOINT_BYTES, MOST_EVENT_BYTES } from "./limits.js";
import { keys } from "./names.js";
import { plainLine } from "./plain-text.js";
import { isReply, reasonOf } from "./replies.js";
import { type Look, look, run } from "./scripts.js";
import { decodeEvent, replicateOf, type SentEvent } from "./wire.js";

/** How many things a driver reads of an attempt at a time. */
const BATCH = 100;
/** What is left of a trial after its signal: to save where it is, and to say so. */
const STOP_MILLISECONDS = 8000;

/** Whose the attempts of a driver are. */
export interface AttemptOwner {
  readonly connection: Connection;
  readonly driver: string;
  readonly study: string;
  /** Whether workers wait for answers. */
  readonly answers: boolean;
  note(text: string): void;
}

/** One attempt at a trial, as its driver sees it: what the worker says is recorded, answered, and forgotten. */
export class DrivenAttempt {
  readonly id: string;
  readonly number: number;
  readonly ended: Promise<JobOutcome>;
  /** "" before a worker has taken it. */
  worker = "";
  /** Whether Redis has it whole: what is missing then is lost. */
  sent = false;
  /** Whether a worker was heard of. */
  begun = false;
  /** Whether it got further than where it began. */
  moved = false;
  /** Whether it is of a driver before this one, and its worker has not been heard since. */
  inherited = false;
  /** Whether its worker was to run nothing beside it. */
  alone = false;
  /** Whether its worker had others beside it when it was seen last. */
  hadCompany = false;
  /** Beats of its worker, in a row, that did not name it. */
  readonly unheldAt = new Set<number>();
  readonly #owner: AttemptOwner;
  readonly #events: TrialEvents;
  readonly #seeds: readonly number[];
  #break!: (error: unknown) => void;
  /** How many of the seeds are done. */
  #done: number;
  #settle!: (outcome: JobOutcome) => void;
  #firstBeat: number | undefined;
  #over = false;
  #reading: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(owner: AttemptOwner, id: string, job: TrialJob, events: TrialEvents) {
    this.id = id;
    this.number = job.number;
    this.#owner = owner;
    this.#events = events;
    this.#seeds = job.seeds;
    this.#done = job.done.length;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#break = reject;
    });
    // Whoever waits hears of it; it may happen before one does.
    this.ended.catch(() => {});
  }

  get over(): boolean {
    return this.#over;
  }

  /** Ends it: what its worker says from now on is nobody's. */
  end(outcome: JobOutcome, tellWorker = true): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    const { connection, driver, study } = this.#owner;
    run(connection.redis, "drop", this.id, [driver, this.number, tellWorker ? "1" : "0"], study).catch(
      () => {},
    );
    this.#settle(outcome);
  }

  /** Redis lets nothing more be heard of it, which is no doing of the trial's. */
  fail(error: unknown): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#break(error);
  }

  /** Asks the worker to save and to stop; where nobody has taken it, or nobody answers, it ends so. */
  async stop(): Promise<void> {
    if (this.#over) return;
    this.#timer ??= setTimeout(() => this.end({ kind: "aborted" }), STOP_MILLISECONDS);
    const { connection, driver } = this.#owner;
    const found = await run(connection.redis, "stop", this.id, [driver]).catch(() => 1);
    if (found !== 1) this.end({ kind: "aborted" });
  }

  /** Reads what there is; where it is being read, once more after that. */
  news(): Promise<void> {
    this.#again = true;
    return (this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    }));
  }

  /** What is known of it now; undefined where it is no longer this driver's. */
  async look(): Promise<Look | undefined> {
    return this.see(await look(this.#owner.connection.redis, this.id));
  }

  /** The same of what was seen of it just now. */
  see(seen: Look | undefined): Look | undefined {
    if (seen?.driver !== this.#owner.driver) return undefined;
    this.worker = seen.worker;
    this.begun ||= seen.worker !== "";
    if (seen.last > seen.recorded) void this.news();
    return seen;
  }

  /** Its worker has said that it is there: perhaps before this driver came. */
  heard(beat: number): void {
    this.#firstBeat ??= beat;
    if (beat !== this.#firstBeat) this.inherited = false;
  }

  progress(place: number, done: number, total: number): void {
    if (!this.#over) this.#events.progress(place, done, total);
  }

  async #readAll(): Promise<void> {
    const { connection } = this.#owner;
    try {
      let found: string[] = [];
      while ((this.#again || found.length > 0) && !this.#over) {
        // What there is news of from here on may be missing in what Redis gives.
        if (found.length === 0) found = await this.#ask("read", []);
        else found = await this.#record(found);
      }
    } catch (error) {
      if (connection.closed || this.#over) return;
      if (isReply(error)) this.fail(error);
      else this.end(broken(error));
    }
  }

  async #ask(script: "read" | "answer", args: readonly (string | number)[]): Promise<string[]> {
    const { connection } = this.#owner;
    this.#again = false;
    const all = [...args, BATCH, MOST_EVENT_BYTES];
    return (await connection.patiently(() => run(connection.redis, script, this.id, all))) as string[];
  }

  /** Records what the worker has said, and then answers all of it at once. @returns what it has said since */
  async #record(said: readonly string[]): Promise<string[]> {
    const { driver, answers } = this.#owner;
    let last = 0;
    let answer: { readonly seq: number; readonly decision: Decision } | undefined;
    for (const json of said) {
      if (this.#over) return [];
      const event = readEvent(json);
      const decision = await this.#handle(event);
      last = event.seq;
      if (decision && answers) answer = { seq: event.seq, decision };
      // It does not wait for an answer, but there is one.
      else if (decision === "stop" && !this.#over) void this.stop();
    }
    if (this.#over) return [];
    const args = [driver, last, said.length, answer?.seq ?? 0, answer?.decision ?? ""];
    const next = await this.#ask("answer", args);
    // Numbers rise: two things said are never the same. Else it would be recorded for ever.
    if (next[0] === said[0])
      throw new PlateauError("format", `number ${last} was recorded, and is said again`);
    return next;
  }

  async #handle(event: SentEvent): Promise<Decision | undefined> {
    this.begun = true;
    switch (event.kind) {
      case "ran":
        this.#events.ran?.(event.engine, event.seconds);
        return undefined;
      case "report": {
        const { replicate, step, value } = event;
        this.#require(replicate);
        // A seed that is done was judged already: this driver, or one before it, was ended as it answered.
        return replicate < this.#done ? "continue" : this.#events.report({ replicate, step, value });
      }
      case "replicate": {
        const { place, seed, value } = event;
        this.#require(place);
        if (seed !== this.#seeds[place] || !Number.isFinite(value))
          throw new PlateauError(
            "format",
            `${value} of seed ${seed}, where seed ${this.#seeds[place]} was asked for`,
          );
        // The last one may not have been answered: to record it again changes nothing.
        if (place < this.#done - 1) return "continue";
        this.moved ||= place === this.#done;
        this.#done = Math.max(this.#done, place + 1);
        return this.#events.replicate(place, replicateOf(event));
      }
      case "checkpoint":
        if (event.place === this.#done) await this.#fetch(event.seq);
        return undefined;
      case "note":
        this.#owner.note(`trial ${this.number}: ${event.text}`);
        return undefined;
      case "outcome":
        if (event.outcome.kind === "done") this.#require(this.#seeds.length);
        this.end(event.outcome as JobOutcome, false);
        return undefined;
    }
  }

  /**
   * The checkpoint that was said with `seq`. Where a later one has taken its place, that waits until what was said before
   * it is recorded: else a trial that goes on from it elsewhere would lack those reports.
   */
  async #fetch(seq: number): Promise<void> {
    const { connection } = this.#owner;
    const seen = () => connection.patiently(() => look(connection.redis, this.id));
    const before = await seen();
    if (before?.saved !== seq || before.checkpointBytes > MOST_CHECKPOINT_BYTES) return;
    const bytes = await connection.patiently(() => connection.redis.getBuffer(keys.checkpoint(this.id)));
    const after = await seen();
    if (!bytes || after?.saved !== seq) return;
    this.moved = true;
    await this.#events.checkpoint(new Uint8Array(bytes));
  }

  /** @throws PlateauError `format` where what was between is missing: then the trial is run again */
  #require(place: number): void {
    if (place <= this.#done && place <= this.#seeds.length) return;
    throw new PlateauError("format", `seed ${place} before seed ${this.#done}`);
  }
}

/** @throws PlateauError `format` */
function readEvent(json: string): SentEvent {
  if (json !== "") return decodeEvent(json);
  throw new PlateauError("format", `a worker said more than ${MOST_EVENT_BYTES} bytes at once`);
}

/** What cannot be read is nobody's word: the trial is tried again. What else went wrong is told as it is. */
function broken(error: unknown): JobOutcome {
  const { code } = error as { code?: string };
  if (code !== "format") return failure(error);
  const reason = plainLine(reasonOf(error));
  return {
    kind: "failed",
    again: true,
    error: { code: "format", message: `what Redis has of the trial is damaged: ${reason}` },
  };
}
