import { type Shard, shardOf, trialNumber } from "../shard.js";
import type { Parameters } from "../space/parameter.js";
import type { Owner, StoredTrial, StudyStorage, TrialRecord } from "../storage/storage.js";
import type { Guide } from "./guide.js";
import { planned, seedsOf } from "./plan.js";

/** Hands out the trials of a study: those that were interrupted first, then new ones, by number. */
export class TrialQueue {
  readonly #study: StudyStorage;
  readonly #guide: Guide;
  readonly #owner: Owner;
  readonly #shard: Shard;
  #exhausted = false;

  constructor(study: StudyStorage, guide: Guide, owner: Owner) {
    this.#study = study;
    this.#guide = guide;
    this.#owner = owner;
    this.#shard = shardOf(study.definition);
  }

  /** The number of the next new trial. */
  get #next(): number {
    return trialNumber(this.#shard, this.#study.count());
  }

  /** Whether all trials below `limit` have ended. */
  isDone(limit: number): boolean {
    return (this.#study.firstOpen() ?? limit) >= limit && (this.#exhausted || this.#next >= limit);
  }

  /** Adds all trials below `limit` at once, to wait: so that a shard tells how much of it is left. */
  plan(limit: number): void {
    this.#study.adopt(this.#planned(limit));
  }

  *#planned(limit: number): Iterable<TrialRecord> {
    const { definition } = this.#study;
    for (let number = this.#next; number < limit; number += this.#shard.count) {
      const parameters = this.#guide.suggest(number);
      if (!parameters) return;
      yield planned(definition, number, parameters);
    }
  }

  /**
   * The next trial below `limit`, claimed. "later": not before another one has ended. "others": all that there
   * are and will be are claimed, but some have not ended. "none": all have.
   * @throws PlateauError `usage` of the sampler, `io` of the storage
   */
  next(limit: number): StoredTrial | "later" | "others" | "none" {
    const study = this.#study;
    const claimed = study.claim(this.#owner, Math.min(limit, this.#guide.horizon()));
    if (claimed) return claimed;
    for (;;) {
      // Before the horizon: of trials that another process adds meanwhile it would not tell.
      const number = this.#next;
      const horizon = this.#guide.horizon();
      if (this.#exhausted || number >= limit) {
        const open = study.firstOpen();
        return open !== undefined && open < limit ? "others" : "none";
      }
      if (number >= horizon) return "later";
      const parameters = this.#guide.suggest(number);
      if (!parameters) this.#exhausted = true;
      // Where another process was faster there is a later number to be had.
      else if (study.add(number, { parameters, seeds: seedsOf(study.definition, number) }, this.#owner)) {
        return study.trial(number)!;
      }
    }
  }

  /** Adds a trial of given parameters, claimed. @returns its number */
  add(parameters: Parameters): number {
    for (;;) {
      const number = this.#next;
      const seeds = seedsOf(this.#study.definition, number);
      if (this.#study.add(number, { parameters, seeds }, this.#owner)) return number;
    }
  }
}
