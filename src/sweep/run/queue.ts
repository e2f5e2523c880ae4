import { streamKey } from "../../random/keys.js";
import type { Owner, StoredTrial, StudyStorage } from "../storage/storage.js";
import type { Guide } from "./guide.js";

/** Hands out the trials of a study: those that were interrupted first, then new ones, by number. */
export class TrialQueue {
  readonly #study: StudyStorage;
  readonly #guide: Guide;
  readonly #owner: Owner;
  #exhausted = false;

  constructor(study: StudyStorage, guide: Guide, owner: Owner) {
    this.#study = study;
    this.#guide = guide;
    this.#owner = owner;
  }

  /**
   * The next trial below `limit`, claimed. "later": not before another one has ended. "none": all have
   * ended that there will be.
   * @throws PlateauError `usage` of the sampler, `io` of the storage
   */
  next(limit: number): StoredTrial | "later" | "none" {
    const study = this.#study;
    const claimed = study.claim(this.#owner, limit);
    if (claimed) return claimed;
    for (;;) {
      const number = study.count();
      if (this.#exhausted || number >= limit) {
        const open = study.firstOpen();
        return open !== undefined && open < limit ? "later" : "none";
      }
      if (!this.#guide.ready(number)) return "later";
      const parameters = this.#guide.suggest(number);
      if (!parameters) this.#exhausted = true;
      // Where another process was faster there is a later number to be had.
      else if (study.add(number, { parameters, seeds: this.#seeds(number) }, this.#owner)) {
        return study.trial(number)!;
      }
    }
  }

  /**
   * Of one seed a trial: one of its own. Of several: the same ones for all trials, so that what they give
   * can be compared in pairs.
   */
  #seeds(number: number): number[] {
    const { seed, seeds } = this.#study.definition;
    const of = (name: string) => {
      const { key0, key1 } = streamKey(seed, name);
      return key0 + (key1 & 0xffff) * 2 ** 32;
    };
    if (seeds === 1) return [of(`sweep/trial/${number}`)];
    return Array.from({ length: seeds }, (_, place) => of(`sweep/seed/${place}`));
  }
}
