import { PlateauError } from "../errors.js";
import { type StreamKey, streamKey } from "../random/keys.js";
import type { Engine } from "../runtime/engine.js";

/**
 * The order of samples: one permutation an epoch, read on without a break, so every batch is full and
 * every sample is seen once an epoch. A position determines its rows: nothing else needs to be stored.
 */
export class Batches {
  readonly #engine: Engine;
  readonly #rows: number;
  readonly #batch: number;
  readonly #key: StreamKey;
  /** u32[rows] of the present epoch. */
  readonly #permutation: number;
  /** u32[batch] where a batch straddles two epochs. */
  readonly #joined: number;
  #epoch = -1;

  /** @throws PlateauError `usage` when the batch is larger than the data. */
  constructor(engine: Engine, rows: number, batch: number, seed: number) {
    if (batch > rows) {
      throw new PlateauError(
        "usage",
        `batch ${batch} is larger than the data (${rows} rows): use ${rows} or less`,
      );
    }
    this.#engine = engine;
    this.#rows = rows;
    this.#batch = batch;
    this.#key = streamKey(seed, "training/order");
    this.#permutation = engine.allocate(4 * rows);
    this.#joined = engine.allocate(4 * batch);
  }

  /** Bytes that an instance allocates. */
  static bytes(rows: number, batch: number): number {
    return 4 * (rows + batch) + 128;
  }

  /** Address of the row numbers of batch number `index` since the start of training. */
  at(index: number): number {
    const first = index * this.#batch;
    const epoch = Math.floor(first / this.#rows);
    const offset = first - epoch * this.#rows;
    this.#shuffle(epoch);
    const here = Math.min(this.#batch, this.#rows - offset);
    const start = this.#permutation + 4 * offset;
    if (here === this.#batch) return start;
    const { kernels } = this.#engine;
    kernels.copyFloats(this.#joined, start, here);
    this.#shuffle(epoch + 1);
    kernels.copyFloats(this.#joined + 4 * here, this.#permutation, this.#batch - here);
    return this.#joined;
  }

  #shuffle(epoch: number): void {
    if (epoch === this.#epoch) return;
    const { key0, key1 } = this.#key;
    this.#engine.kernels.randomPermutation(this.#permutation, this.#rows, key0, key1, epoch);
    this.#epoch = epoch;
  }
}
