import type { Connection } from "./connection.js";
import { mismatch, present, type WorkerPresence, workers } from "./presence.js";

/** How long no worker may be there before that is said. */
const LONELY_MILLISECONDS = 5000;

/** What trials of a sweep are evaluated by. */
interface Wanted {
  readonly objective: string;
  readonly module?: string;
}

/** Whether there are workers that can run a sweep's trials: says what is missing. */
export class Workforce {
  readonly #connection: Connection;
  readonly #wanted: Wanted;
  /** Since when there has been no worker at all, and whether that was said. */
  #lonely: { readonly since: number; said: boolean } | undefined;

  constructor(connection: Connection, wanted: Wanted) {
    this.#connection = connection;
    this.#wanted = wanted;
  }

  async look(): Promise<void> {
    const all = [...(await present(this.#connection.redis, workers)).values()];
    if (all.length === 0) return this.#sayLonely();
    this.#lonely = undefined;
    const missing = mismatch(all, "this sweep", "the worker")?.message ?? lacking(all, this.#wanted);
    if (missing !== undefined) this.#connection.once(missing);
  }

  #sayLonely(): void {
    const { address, since: found } = this.#connection;
    const lonely = (this.#lonely ??= { since: performance.now(), said: false });
    // Workers have to find Redis again, too, when it was away.
    const since = Math.max(lonely.since, found);
    if (lonely.said || performance.now() - since < LONELY_MILLISECONDS) return;
    lonely.said = true;
    const how =
      address.password === undefined
        ? `plateau worker --redis ${address.shown}`
        : `plateau worker, with PLATEAU_REDIS as here (${address.shown}, with its password)`;
    this.#connection.note(`no worker is there: start some, on any machine: ${how}`);
  }
}

/** What no worker has, of what a sweep needs. */
function lacking(all: readonly WorkerPresence[], { objective, module }: Wanted): string | undefined {
  const having = all.filter(({ objectives }) => objectives.includes(objective));
  if (having.length === 0)
    return `no worker has the objective ${objective}: start some with --objective ${objective}=module`;
  const [{ host, modules }] = having;
  if (having.some((one) => (one.modules[objective] ?? module) === module) || module === undefined)
    return undefined;
  return `no worker has this sweep's module for the objective ${objective} (SHA-256 ${module}…), that on ${host} is another (${modules[objective]}…): give workers the same file`;
}
