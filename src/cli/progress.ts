import type { Progress } from "../training/loop.js";
import { duration, short, whole } from "./output.js";

/** One line on a terminal, rewritten in place. Silent where stderr is no terminal. */
export class ProgressLine {
  readonly #live: boolean;
  #shown = false;

  constructor(quiet = false) {
    this.#live = !quiet && process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  }

  show(text: string): void {
    if (!this.#live) return;
    const width = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(`\r\u001b[K${text.slice(0, width)}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\u001b[K");
    this.#shown = false;
  }
}

export function describeProgress({ update, total, loss, rate, secondsLeft }: Progress): string {
  return `update ${whole(update)} of ${whole(total)}  loss ${short(loss)}  ${short(rate)} steps/s  ${duration(secondsLeft)} left`;
}
