import { timerMilliseconds } from "./executor.js";

/** A limit of the time that a trial runs. What it waits for answers does not count. */
export class TimeLimit {
  readonly #expire: () => void;
  #left: number;
  #since: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waits = 0;
  #over = false;

  /** @param seconds Infinity: none */
  constructor(seconds: number, expire: () => void) {
    this.#left = 1000 * seconds;
    this.#expire = expire;
  }

  /** Time counts from here. */
  begin(): void {
    if (this.#over || this.#waits > 0 || this.#since !== undefined || !Number.isFinite(this.#left)) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#expire, timerMilliseconds(Math.max(0, this.#left) / 1000));
  }

  /** Waits for something that does not count. */
  async without<R>(work: Promise<R>): Promise<R> {
    this.#waits++;
    this.#pause();
    try {
      return await work;
    } finally {
      this.#waits--;
      this.begin();
    }
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #pause(): void {
    if (this.#since === undefined) return;
    clearTimeout(this.#timer);
    this.#left -= performance.now() - this.#since;
    this.#since = undefined;
  }
}
