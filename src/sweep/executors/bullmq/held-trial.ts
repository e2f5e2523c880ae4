import { PlateauError } from "../../../errors.js";
import { sleep } from "../../../pause.js";
import type { Decision } from "../../pruners/pruner.js";
import { engineName } from "../../storage/owner.js";
import type { JobOutcome, TrialEvents } from "../executor.js";
import type { Connection } from "./connection.js";
import { MOST_CHECKPOINT_BYTES, MOST_EVENT_BYTES, PATIENCE_MILLISECONDS } from "./limits.js";
import { isForbidden, isFull, refusalText } from "./replies.js";
import { look, run } from "./scripts.js";
import { encodeEvent, type WorkerEvent } from "./wire.js";

/** How long a trial waits before it says again what there was no room for. */
const FULL_MILLISECONDS = 500;

interface Question {
  readonly seq: number;
  readonly since: number;
  answer(decision: Decision): void;
}

interface HeldTrialOptions {
  /** Whether its driver may say "stop". */
  readonly answers: boolean;
  /** How many of its seeds are done. */
  readonly done: number;
  /** Seconds of work that earlier attempts took. */
  readonly seconds?: number;
  /** Called when it has saved something. */
  readonly saved?: () => void;
}

/** One attempt at a trial, as its worker holds it: says what happens, and waits for answers where they matter. */
export class HeldTrial {
  readonly id: string;
  readonly events: TrialEvents;
  /** Place of the seed, and how far it is. */
  progress: [number, number, number] = [0, 0, 1];
  readonly #connection: Connection;
  readonly #worker: string;
  readonly #answers: boolean;
  readonly #stop = new AbortController();
  readonly #begin = performance.now();
  readonly #secondsBefore: number;
  #seq = 0;
  #place: number;
  #question: Question | undefined;
  /** Another has the trial now, or nobody wants it. */
  #lost = false;
  #tooLarge = false;

  constructor(
    connection: Connection,
    worker: string,
    id: string,
    { answers, done, seconds = 0, saved = () => {} }: HeldTrialOptions,
  ) {
    this.id = id;
    this.#connection = connection;
    this.#worker = worker;
    this.#answers = answers;
    this.#place = done;
    this.#secondsBefore = seconds;
    this.events = {
      report: (report) => this.#ask({ kind: "report", ...report }),
      replicate: async (place, { seed, value, result }) => {
        const decision = await this.#ask({ kind: "replicate", place, seed, value, result });
        this.#place = place + 1;
        saved();
        return decision;
      },
      checkpoint: async (bytes) => {
        await this.#keep(bytes);
        saved();
      },
      progress: (place, done, total) => {
        this.progress = [place, done, total];
      },
    };
  }

  /** What Redis does not permit its worker to say. */
  forbidden: Error | undefined;

  /** Ends the trial: by its driver, by this worker's end, or as it is another's. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Lets the trial save where it is, and end. */
  stop(): void {
    this.#stop.abort();
    // It is not kept waiting: what it was to be told is found out when it goes on.
    this.#question?.answer("continue");
  }

  /** Says that the trial has begun, or how long it has run. */
  async ran(): Promise<void> {
    const seconds = this.#secondsBefore + (performance.now() - this.#begin) / 1000;
    await this.#tell({ kind: "ran", engine: engineName(), seconds });
  }

  async end(outcome: JobOutcome): Promise<void> {
    // One after the other, but not one by one: the driver hears both at once.
    await Promise.all([this.ran(), this.#tell({ kind: "outcome", outcome })]);
  }

  /**
   * Looks what the driver has said.
   * @param driven whether there is a driver that could answer
   */
  async refresh(driven: (driver: string) => boolean = () => true): Promise<void> {
    const seen = await look(this.#connection.redis, this.id);
    if (seen?.worker !== this.#worker) {
      this.#lost = true;
      this.stop();
      return;
    }
    if (seen.stop) this.stop();
    const { seq, since, answer } = this.#question ?? {};
    if (seq === undefined) return;
    if (seen.answered >= seq) answer!(seen.decision === "stop" ? "stop" : "continue");
    else if (!driven(seen.driver) && performance.now() - since! > PATIENCE_MILLISECONDS) this.stop();
  }

  async #ask(event: WorkerEvent): Promise<Decision> {
    if (!this.#answers || this.signal.aborted) {
      await this.#tell(event);
      return this.#lost ? "stop" : "continue";
    }
    const seq = this.#seq + 1;
    const answered = new Promise<Decision>((resolve) => {
      this.#question = { seq, since: performance.now(), answer: resolve };
    });
    await this.#tell(event);
    if (this.signal.aborted) this.stop();
    const decision = await answered;
    this.#question = undefined;
    return this.#lost ? "stop" : decision;
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    if (bytes.length <= MOST_CHECKPOINT_BYTES) {
      await this.#tell({ kind: "checkpoint", place: this.#place }, bytes);
    } else if (!this.#tooLarge) {
      this.#tooLarge = true;
      const text = `its checkpoint of ${bytes.length} bytes is larger than the ${MOST_CHECKPOINT_BYTES} that travel: where its worker is lost it begins anew`;
      await this.#tell({ kind: "note", text });
    }
  }

  /** Says something, once, however often that takes. */
  async #tell(event: WorkerEvent, checkpoint?: Uint8Array): Promise<void> {
    if (this.#lost) return;
    const seq = ++this.#seq;
    const text = encodeEvent(event, seq);
    const length = Buffer.byteLength(text);
    if (length > MOST_EVENT_BYTES) {
      this.#seq--;
      const message = `its result is ${length} bytes of JSON: ${MOST_EVENT_BYTES} at most travel from workers`;
      throw new PlateauError("usage", message);
    }
    const kept = checkpoint
      ? [this.#place, Buffer.from(checkpoint.buffer, checkpoint.byteOffset, checkpoint.length)]
      : [];
    for (;;) {
      const said = await this.#connection
        .patiently(async () => {
          try {
            return await run(this.#connection.redis, "tell", this.id, [this.#worker, seq, text, ...kept]);
          } catch (error) {
            if (!checkpoint || !isFull(error)) throw error;
            // A trial does not wait for room for what it can do without.
            this.#connection.once(
              `Redis has no room for checkpoints: ${refusalText(error)}: trials go on without`,
            );
            return 1;
          }
        })
        .catch((error: unknown) => {
          if (isForbidden(error)) {
            this.forbidden ??= error as Error;
            this.stop();
          }
          throw error;
        });
      if (said === 1) return;
      if (said === 0) {
        this.#lost = true;
        this.stop();
        return;
      }
      await sleep(FULL_MILLISECONDS);
    }
  }
}
