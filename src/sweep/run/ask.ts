import { PlateauError, quote } from "../../errors.js";
import type { JobOutcome } from "../executors/executor.js";
import type { Kinds } from "../kinds.js";
import type { Decision } from "../pruners/pruner.js";
import type { Parameters } from "../space/parameter.js";
import { newOwner, retire } from "../storage/owner.js";
import { HEARTBEAT_SECONDS, type StoredTrial, type StudyStorage } from "../storage/storage.js";
import { Attempt } from "./attempt.js";
import { Guide } from "./guide.js";
import { TrialQueue } from "./queue.js";
import { checkReport } from "./trial-run.js";

/** A trial for its asker to evaluate. */
export interface AskedTrial {
  readonly number: number;
  readonly parameters: Parameters;
  /** One for each value that is to be told. */
  readonly seeds: readonly number[];
  readonly seed: number;
  /**
   * Records an intermediate value (of the first seed). After "stop" tell what there is: the trial is pruned
   * then, whatever its value.
   */
  report(step: number, value: number): Decision;
  /**
   * Ends the trial.
   * @param value a number; with several seeds one for each; or what went wrong
   * @returns the trial as it is stored
   * @throws PlateauError `usage` where it was told before, or not as many values as seeds
   */
  tell(value: number | readonly number[] | { readonly failed: string }): StoredTrial;
}

/** Gives trials to whoever evaluates them elsewhere. */
export interface Asker {
  /** The next trial, or undefined where there is none left. */
  ask(): AskedTrial | undefined;
  /** Trials that were asked for and not told. */
  readonly open: ReadonlySet<number>;
  /** Gives files and threads back. */
  close(): void;
}

/** Hands out trials of a study one by one. */
export function asker(study: StudyStorage, kinds: Kinds): Asker {
  const owner = newOwner();
  const guide = new Guide(study, kinds);
  const queue = new TrialQueue(study, guide, owner);
  const open = new Set<number>();
  const heartbeat = setInterval(() => {
    try {
      study.heartbeat(owner);
    } catch {
      // Nobody listens to a timer: what is asked or told next says what is wrong.
    }
  }, 1000 * HEARTBEAT_SECONDS);
  heartbeat.unref();
  return {
    open,
    ask() {
      const next = queue.next(Number.MAX_SAFE_INTEGER);
      if (next === "none" || next === "others") return undefined;
      if (next === "later") {
        const first = study.firstOpen();
        throw new PlateauError(
          "usage",
          `no more trials before trial ${first} is told: the study's lookahead is ${study.definition.lookahead}, so tell that first, or open a study with a larger one`,
        );
      }
      open.add(next.number);
      const attempt = new Attempt(study, next, guide.begin(next.number), owner);
      const trial = asked(study, next, attempt, () => open.delete(next.number));
      if (!attempt.settled) return trial;
      // It was to end when its process did: what is told of it does not matter.
      open.delete(next.number);
      attempt.end(attempt.settled);
      return this.ask();
    },
    close() {
      clearInterval(heartbeat);
      try {
        for (const number of open) study.release(number, owner);
      } finally {
        // What could not be given back is anyone's all the same.
        retire(owner);
      }
    },
  };
}

function asked(study: StudyStorage, trial: StoredTrial, attempt: Attempt, end: () => boolean): AskedTrial {
  const { number, parameters, seeds } = trial;
  let stopped = false;
  let told = false;
  let last = 0;
  let diverged: JobOutcome | undefined;
  return {
    number,
    parameters,
    seeds,
    seed: seeds[0],
    report(step, value) {
      if (told) throw new PlateauError("usage", `report of trial ${number}, which was told before`);
      checkReport(step, last, value);
      last = step;
      const decision = attempt.events.report({ replicate: 0, step, value }) as Decision;
      if (!Number.isFinite(value)) diverged ??= divergence(`the value is ${value} at step ${step}`, step);
      stopped ||= decision === "stop" || diverged !== undefined;
      return stopped ? "stop" : "continue";
    },
    tell(value) {
      const finish = (outcome: JobOutcome) => {
        if (!end()) throw new PlateauError("usage", `trial ${number} was told before`);
        told = true;
        if (attempt.end(outcome)) return study.trial(number)!;
        throw new PlateauError(
          "study",
          `trial ${number} was taken over by another process: what was told is not kept`,
        );
      };
      if (typeof value === "object" && value !== null && "failed" in value) {
        return finish({ kind: "failed", again: false, error: { code: "internal", message: value.failed } });
      }
      if (diverged) return finish(diverged);
      if (stopped) return finish({ kind: "stopped" });
      const values = typeof value === "number" ? [value] : value;
      if (
        !Array.isArray(values) ||
        values.length !== seeds.length ||
        values.some((v) => typeof v !== "number")
      ) {
        throw new PlateauError(
          "usage",
          `trial ${number} was told ${quote(value)}: expected ${seeds.length === 1 ? "a number" : `${seeds.length} numbers, one for each seed`}, or { failed: "why" }`,
        );
      }
      const infinite = values.find((one) => !Number.isFinite(one));
      if (infinite !== undefined) return finish(divergence(`the value is ${infinite}`));
      for (const [place, one] of values.entries()) {
        void attempt.events.replicate(place, { seed: seeds[place], value: one });
      }
      return finish({ kind: "done" });
    },
  };
}

const divergence = (message: string, step?: number): JobOutcome => ({
  kind: "diverged",
  error: { code: "diverged", message, ...(step === undefined ? {} : { step }) },
});
