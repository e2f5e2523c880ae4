import type { Progress } from "../training/loop.js";
import { env } from "./env.js";
import { duration, short, whole } from "./output.js";

/** One line on a terminal, rewritten in place. Silent where stderr is no terminal. */
export class ProgressLine {
  readonly #live: boolean;
  #shown = false;

  constructor(quiet = false) {
    this.#live = !quiet && process.stderr.isTTY === true && env("TERM") !== "dumb";
  }

  show(text: string): void {
    if (!this.#live) return;
    process.stderr.write(`\r\u001b[K${fitted(text, process.stderr.columns)}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\u001b[K");
    this.#shown = false;
  }
}

/** The start of a text that leaves the last of `columns` free; 80 where a terminal does not know (0, undefined). */
export function fitted(text: string, columns: number | undefined): string {
  return [...text].slice(0, (columns || 80) - 1).join("");
}

export function describeProgress({ update, total, loss, rate, secondsLeft }: Progress): string {
  return `update ${whole(update)} of ${whole(total)}  loss ${short(loss)}  ${short(rate)} steps/s  ${duration(secondsLeft)} left`;
}
