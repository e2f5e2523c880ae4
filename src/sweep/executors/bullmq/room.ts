/** How long a worker takes nothing new for a trial that has to be alone, and is offered again and again. */
const RESERVED_MILLISECONDS = 3000;

/** A trial's place in a worker. */
export interface Place {
  /** From now on others may be beside it. */
  share(): void;
  leave(): void;
}

/** Lets trials into a worker: together, but for those that may be what ended their last worker. */
export class Room {
  #inside = 0;
  #alone = false;
  #reserved = Number.NEGATIVE_INFINITY;

  /** @returns undefined where it cannot be let in now */
  enter(alone: boolean): Place | undefined {
    const now = performance.now();
    if (alone && this.#inside > 0) {
      if (!this.#alone) this.#reserved = now + RESERVED_MILLISECONDS;
      return undefined;
    }
    if (this.#alone || (!alone && now < this.#reserved)) return undefined;
    this.#inside++;
    this.#alone = alone;
    if (alone) this.#reserved = Number.NEGATIVE_INFINITY;
    let shared = !alone;
    let left = false;
    const share = () => {
      if (!shared) this.#alone = false;
      shared = true;
    };
    const leave = () => {
      if (left) return;
      left = true;
      share();
      this.#inside--;
    };
    return { share, leave };
  }
}
