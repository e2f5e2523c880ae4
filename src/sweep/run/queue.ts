import { streamKey } from "../../random/keys.js";
import type { Parameters } from "../space/parameter.js";
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
   * The next trial below `limit`, claimed. "later": not before another one has ended. "others": all that there
   * are and will be are claimed, but some have not ended. "none": all have.
   * @throws PlateauError `usage` of the sampler, `io` of the storage
   */
  next(limit: number): StoredTrial | "later" | "others" | "none" {
    const study = this.#study;
    const claimed = study.claim(this.#owner, Math.min(limit, this.#guide.horizon()));
    if (claimed) return claimed;
    for (;;) {
      const number = study.count();
      if (this.#exhausted || number >= limit) {
        const open = study.firstOpen();
        return open !== undefined && open < limit ? "others" : "none";
      }
      if (number >= this.#guide.horizon()) return "later";
      const parameters = this.#guide.suggest(number);
      if (!parameters) this.#exhausted = true;
      // Where another process was faster there is a later number to be had.
      else if (study.add(number, { parameters, seeds: this.#seeds(number) }, this.#owner)) {
        return study.trial(number)!;
      }
    }
  }

  /** Adds a trial of given parameters, claimed. @returns its number */
  add(parameters: Parameters): number {
    for (;;) {
      const number = this.#study.count();
      if (this.#study.add(number, { parameters, seeds: this.#seeds(number) }, this.#owner)) return number;
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
