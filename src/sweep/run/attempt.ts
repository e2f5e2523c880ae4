import type { StudyDefinition } from "../definition.js";
import type { JobOutcome, TrialEvents, TrialJob } from "../executors/executor.js";
import type { Decision } from "../pruners/pruner.js";
import { meanOf, spreadOf, worse } from "../replicates.js";
import type { Owner, StoredTrial, StudyStorage } from "../storage/storage.js";
import type { Ending, Replicate, TrialError } from "../trial.js";
import type { Yardstick } from "./guide.js";
import { divergence } from "./trial-run.js";

/** One attempt at a trial that was claimed: takes down what it reports, decides, and records how it ends. */
export class Attempt {
  readonly trial: StoredTrial;
  readonly #study: StudyStorage;
  readonly #owner: Owner;
  readonly #yardstick: Yardstick;
  readonly #replicates: Replicate[];
  /** Decisions by step of the first seed, those of earlier attempts included. */
  readonly #decisions = new Map<number, Decision>();
  readonly #checkpoint: Uint8Array | undefined;
  readonly #secondsBefore: number;
  #begin = performance.now();
  /** The last value reported. */
  #last: number | undefined;
  /** How the trial was to end when an earlier attempt was interrupted: there is nothing left to run. */
  readonly settled: JobOutcome | undefined;
  /** Where it runs, if not here. */
  #engine: string | undefined;
  /** Another process has taken the trial over: what this one finds does not count. */
  #lost = false;

  constructor(study: StudyStorage, trial: StoredTrial, yardstick: Yardstick, owner: Owner) {
    const { replicates, reports, checkpoint, seconds } = study.progress(trial.number);
    this.trial = trial;
    this.#study = study;
    this.#owner = owner;
    this.#yardstick = yardstick;
    this.#replicates = [...replicates];
    this.#checkpoint = checkpoint;
    this.#secondsBefore = seconds;
    let settled: JobOutcome | undefined;
    for (const { replicate, step, value } of reports) {
      this.#last = value;
      const decision = replicate === 0 ? this.#judge(step, value) : "continue";
      // What its seeds gave since then tells that it went on.
      if (replicate < replicates.length) continue;
      if (!Number.isFinite(value)) settled ??= { kind: "diverged", error: divergence(value, step) };
      else if (decision === "stop") settled ??= { kind: "stopped" };
    }
    this.settled = settled ?? (this.#compare() === "stop" ? { kind: "stopped" } : undefined);
  }

  get #definition(): StudyDefinition {
    return this.#study.definition;
  }

  /** Seconds of work, those of earlier attempts as far as they were stored. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#begin) / 1000;
  }

  job({ checkpointEvery, timeLimit }: Pick<TrialJob, "checkpointEvery" | "timeLimit">): TrialJob {
    const { number, parameters, seeds } = this.trial;
    return {
      number,
      parameters,
      task: this.#definition.task,
      seeds,
      done: this.#replicates,
      ...(this.#checkpoint ? { checkpoint: this.#checkpoint } : {}),
      seconds: this.#secondsBefore,
      checkpointEvery,
      timeLimit,
    };
  }

  /** @throws PlateauError `io` of the storage, from each of them */
  readonly events: Omit<TrialEvents, "progress"> = {
    report: (report) => {
      if (!this.#kept(this.#study.report(this.trial.number, report, this.#owner))) return "stop";
      this.#last = report.value;
      return report.replicate === 0 ? this.#judge(report.step, report.value) : "continue";
    },
    replicate: (place, replicate) => {
      if (!this.#kept(this.#study.replicate(this.trial.number, place, replicate, this.#owner))) return "stop";
      this.#replicates[place] = replicate;
      return this.#compare();
    },
    checkpoint: (bytes) => {
      this.#kept(this.#study.checkpoint(this.trial.number, this.seconds, bytes, this.#owner));
    },
    ran: (engine, seconds) => {
      this.#engine = engine;
      this.#begin = performance.now() - 1000 * (seconds - this.#secondsBefore);
    },
  };

  #kept(recorded: boolean): boolean {
    if (!recorded) this.#lost = true;
    return recorded;
  }

  /**
   * Records how the attempt ended.
   * @returns whether the trial has ended: else it waits to be run again
   */
  end(outcome: JobOutcome): boolean {
    const { number, failures } = this.trial;
    if (this.#lost) return false;
    if (outcome.kind === "aborted") {
      this.#study.release(number, this.#owner);
      return false;
    }
    if (outcome.kind === "failed" && outcome.again && failures < this.#definition.retries) {
      this.#study.release(number, this.#owner, outcome.error);
      return false;
    }
    return this.#study.finish(number, this.#ending(outcome), this.#owner);
  }

  #ending(outcome: JobOutcome): Ending {
    const values = this.#replicates.map(({ value }) => value);
    const spread = spreadOf(values);
    const engine = this.#engine === undefined ? {} : { engine: this.#engine };
    const base = { replicates: this.#replicates, seconds: this.seconds, ...engine };
    const without = (state: "diverged" | "failed", error: TrialError): Ending => ({
      ...base,
      state,
      value: null,
      error,
    });
    switch (outcome.kind) {
      case "done":
        return { ...base, state: "complete", value: meanOf(values), ...(spread ? { spread } : {}) };
      case "stopped":
        return { ...base, state: "pruned", value: values.length > 0 ? meanOf(values) : (this.#last ?? null) };
      case "diverged":
        return without("diverged", outcome.error);
      case "failed":
        return without("failed", outcome.error);
      default:
        throw new Error("an aborted attempt has no ending");
    }
  }

  /** A value that is not a number is no pruner's business: the trial ends as diverged. */
  #judge(step: number, value: number): Decision {
    if (!Number.isFinite(value)) return "continue";
    let decision = this.#decisions.get(step);
    if (!decision) this.#decisions.set(step, (decision = this.#yardstick.judge(step, value)));
    return decision;
  }

  #compare(): Decision {
    const { incumbent } = this.#yardstick;
    const { seeds, direction } = this.#definition;
    const values = this.#replicates.map(({ value }) => value);
    if (!incumbent || values.length >= seeds) return "continue";
    return worse(values, incumbent, direction, { seeds }).worse ? "stop" : "continue";
  }
}
