import { PlateauError, quote } from "../../errors.js";
import type { JobOutcome } from "../executors/executor.js";
import type { Decision } from "../pruners/pruner.js";
import type { Parameters } from "../space/parameter.js";
import { newOwner, retire } from "../storage/owner.js";
import { HEARTBEAT_SECONDS, type StoredTrial, type StudyStorage } from "../storage/storage.js";
import { Attempt } from "./attempt.js";
import { Guide } from "./guide.js";
import { TrialQueue } from "./queue.js";

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

export interface Asker {
  ask(): AskedTrial | undefined;
  close(): void;
}

/** Hands out trials of a study one by one. */
export function asker(study: StudyStorage): Asker {
  const owner = newOwner();
  const guide = new Guide(study);
  const queue = new TrialQueue(study, guide, owner);
  const open = new Set<number>();
  const heartbeat = setInterval(() => study.heartbeat(owner), 1000 * HEARTBEAT_SECONDS);
  heartbeat.unref();
  return {
    ask() {
      const next = queue.next(Number.MAX_SAFE_INTEGER);
      if (next === "none") return undefined;
      if (next === "later") {
        const first = study.firstOpen();
        throw new PlateauError(
          "usage",
          `no more trials before trial ${first} is told: the study's lookahead is ${study.definition.lookahead}, so tell that first, or open a study with a larger one`,
        );
      }
      open.add(next.number);
      const attempt = new Attempt(study, next, guide.begin(next.number), owner);
      return asked(study, next, attempt, () => open.delete(next.number));
    },
    close() {
      clearInterval(heartbeat);
      for (const number of open) study.release(number, owner);
      retire(owner);
    },
  };
}

function asked(study: StudyStorage, trial: StoredTrial, attempt: Attempt, end: () => boolean): AskedTrial {
  const { number, parameters, seeds } = trial;
  let stopped = false;
  let diverged: JobOutcome | undefined;
  return {
    number,
    parameters,
    seeds,
    seed: seeds[0],
    report(step, value) {
      const decision = attempt.events.report({ replicate: 0, step, value }) as Decision;
      if (!Number.isFinite(value)) diverged ??= divergence(`the value is ${value} at step ${step}`, step);
      stopped ||= decision === "stop" || diverged !== undefined;
      return stopped ? "stop" : "continue";
    },
    tell(value) {
      const finish = (outcome: JobOutcome) => {
        if (!end()) throw new PlateauError("usage", `trial ${number} was told before`);
        attempt.end(outcome);
        return study.trial(number)!;
      };
      if (typeof value === "object" && "failed" in value) {
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
