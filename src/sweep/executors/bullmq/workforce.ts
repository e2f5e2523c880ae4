import type { Connection } from "./connection.js";
import { mismatch, present, workers } from "./presence.js";

/** How long no worker may be there before that is said. */
const LONELY_MILLISECONDS = 5000;

/** Whether there are workers that can run a sweep's trials: says what is missing. */
export class Workforce {
  readonly #connection: Connection;
  readonly #objective: string;
  /** Since when there has been no worker at all, and whether that was said. */
  #lonely: { readonly since: number; said: boolean } | undefined;

  constructor(connection: Connection, objective: string) {
    this.#connection = connection;
    this.#objective = objective;
  }

  async look(): Promise<void> {
    const all = [...(await present(this.#connection.redis, workers)).values()];
    if (all.length === 0) return this.#sayLonely();
    this.#lonely = undefined;
    const wrong = mismatch(all, "this sweep", "the worker");
    if (wrong) this.#connection.once(wrong.message);
    else if (!all.some(({ objectives }) => objectives.includes(this.#objective))) {
      this.#connection.once(
        `no worker has the objective ${this.#objective}: start some with --objective ${this.#objective}=module`,
      );
    }
  }

  #sayLonely(): void {
    const { address, since: found } = this.#connection;
    const lonely = (this.#lonely ??= { since: performance.now(), said: false });
    // Workers have to find Redis again, too, when it was away.
    const since = Math.max(lonely.since, found);
    if (lonely.said || performance.now() - since < LONELY_MILLISECONDS) return;
    lonely.said = true;
    this.#connection.note(
      `no worker is there: start some, on any machine: plateau worker --redis ${address.shown}`,
    );
  }
}
