import { freemem, totalmem } from "node:os";
import type { Parameters } from "../space/parameter.js";

/** What a worker thread takes beside the memory of its model: its heap and code. */
const THREAD_BYTES = 96 * 2 ** 20;
/** Of what the machine has to give, this share may be used by trials. */
const SHARE = 0.9;

/** Lets no more trials run at a time than memory holds. */
export class MemoryGate {
  /** Bytes that running trials may take together. */
  readonly #limit: number;
  /** Bytes that a trial may take: more than this it never gets. */
  readonly most: number;
  readonly #footprint: (parameters: Parameters, task: unknown) => number;
  #used = 0;

  /** @param limit bytes; default: 90% of what the machine (or container) has to give now, of one trial of what it has */
  constructor(footprint: (parameters: Parameters, task: unknown) => number, limit?: number) {
    this.#footprint = footprint;
    this.#limit = limit ?? SHARE * availableBytes();
    this.most = limit ?? SHARE * wholeBytes();
  }

  /** Bytes that a trial takes. @throws whatever the objective's `footprint` does: such a trial cannot be */
  bytes(parameters: Parameters, task: unknown): number {
    return THREAD_BYTES + this.#footprint(parameters, task);
  }

  /** Whether there is room for one more: for the first always, as it will not get more by waiting. */
  fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#limit;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  free(bytes: number): void {
    this.#used -= bytes;
  }
}

/** Bytes that the machine, or the container, has. */
function wholeBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/** Bytes that this process may still allocate: what is free, within the limits of a container. */
function availableBytes(): number {
  // Node ≥ 22.
  const { availableMemory } = process as { availableMemory?: () => number };
  const constrained = process.constrainedMemory?.() ?? 0;
  const free = availableMemory?.() ?? freemem();
  return constrained > 0 && constrained < 2 ** 50
    ? Math.min(free, constrained - process.memoryUsage.rss())
    : free;
}
