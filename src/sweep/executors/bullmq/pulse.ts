import { sleep } from "../../../pause.js";
import type { Connection } from "./connection.js";
import { HEARTBEAT_MILLISECONDS } from "./limits.js";
import { keys } from "./names.js";

/** How long a bell is waited at, in seconds, and until it is waited at again where Redis did not answer. */
const BELL_SECONDS = 5;
const AGAIN_MILLISECONDS = 200;
/** How much news is fetched at once. */
const NEWS = 100;

/** What a driver or a worker does at its beats, and where Redis does not let it. */
export interface PulseOptions {
  lookAround(): Promise<void>;
  /** Called with the attempt that there is news of. */
  news(attempt: string): void;
  /** Called where Redis refuses the beats for good. */
  refused(error: Error): void;
}

/** What keeps a driver or a worker going: it looks around at every beat, and hears at once of whatever rings its bell. */
export class Pulse {
  readonly #connection: Connection;
  readonly #options: PulseOptions;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> | undefined;
  #stopped = false;

  constructor(connection: Connection, id: string, options: PulseOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MILLISECONDS);
    this.#beat();
    void this.#listen(keys.bell(id));
  }

  /** The beat that is under way. */
  get beating(): Promise<void> | undefined {
    return this.#beating;
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #beat(): void {
    // What Redis does not answer is not asked again.
    if (this.#beating || !this.#connection.reachable) return;
    const { lookAround, refused } = this.#options;
    this.#beating = this.#connection.beat(lookAround).then((refusal) => {
      this.#beating = undefined;
      if (refusal && !this.#stopped) refused(refusal);
    });
  }

  async #listen(bell: string): Promise<void> {
    const { news } = this.#options;
    const { waiting } = this.#connection;
    while (!this.#stopped && !this.#connection.closed) {
      // Both are on their way at once: when the first comes, the second brings all that there is beside it.
      const rung = waiting.bzpopmin(bell, BELL_SECONDS).catch(() => undefined);
      const more = waiting.zpopmin(bell, NEWS).catch(() => []);
      const first = await rung;
      if (first) news(first[1]);
      else if (first === undefined) await sleep(AGAIN_MILLISECONDS);
      // Each with its score behind it.
      for (const [i, attempt] of (await more).entries()) if (i % 2 === 0) news(attempt);
    }
  }
}
