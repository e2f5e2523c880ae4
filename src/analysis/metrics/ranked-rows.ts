import type { Engine } from "../../runtime/engine.js";

/** Vectors in WebAssembly memory, as the kernels of ranking take them: [rows, d] as given and centred. */
export class Vectors {
  readonly raw: number;
  readonly centred: number;
  readonly lengths: number;
  readonly squares: number;

  constructor(
    protected readonly engine: Engine,
    readonly rows: number,
    readonly d: number,
  ) {
    this.raw = engine.allocate(4 * rows * d);
    this.centred = engine.allocate(4 * rows * d);
    this.lengths = engine.allocate(4 * rows);
    this.squares = engine.allocate(4 * rows);
  }

  /** Derives what follows from the first n raw rows. @param centre address of [d] */
  prepare(centre: number, n: number): void {
    const { raw, centred, lengths, squares, d } = this;
    this.engine.kernels.nearestPrepare(centred, lengths, squares, raw, centre, n, d);
  }
}

/** Predictions, each with its own true vector, how far it is from that, and how many others are nearer. */
export class Predictions extends Vectors {
  readonly own: number;
  /** Squared distances, float64. */
  readonly distances: number;
  readonly counts: number;

  constructor(engine: Engine, rows: number, d: number) {
    super(engine, rows, d);
    this.own = engine.allocate(4 * rows * d);
    this.distances = engine.allocate(8 * rows);
    this.counts = engine.allocate(4 * rows);
  }

  override prepare(centre: number, n: number): void {
    super.prepare(centre, n);
    this.engine.kernels.squaredDistances(this.distances, this.raw, this.own, n, this.d);
    this.engine.i32(this.counts, n).fill(0);
  }

  /**
   * Adds to the counts of `rows` predictions from `first` on how many of the first n of y are nearer than their own.
   * @param dots scratch [rows, n]
   */
  count(first: number, rows: number, y: Vectors, n: number, dots: number): void {
    const { d } = this;
    const { kernels } = this.engine;
    const row = 4 * first * d;
    kernels.gemmNT(dots, this.centred + row, y.centred, 0, rows, n, d, d, d, n, 0);
    kernels.nearestCount(
      this.counts + 4 * first,
      dots,
      this.raw + row,
      y.raw,
      this.distances + 8 * first,
      this.own + row,
      this.lengths + 4 * first,
      this.squares + 4 * first,
      y.lengths,
      y.squares,
      rows,
      n,
      d,
      n,
    );
  }

  /** Takes over some predictions of others, in their order. */
  pick(from: Predictions, wanted: Int32Array, count: number): void {
    const { engine, d } = this;
    const bytes = engine.u8(0, engine.used);
    const copy = (to: number, source: number, size: number) => {
      for (let w = 0; w < count; w++) {
        const at = source + wanted[w] * size;
        bytes.copyWithin(to + w * size, at, at + size);
      }
    };
    for (const column of ["raw", "centred", "own"] as const) copy(this[column], from[column], 4 * d);
    const single = (column: "lengths" | "squares" | "counts") => {
      const to = engine.u32(this[column], count);
      const source = engine.u32(from[column], from.rows);
      for (let w = 0; w < count; w++) to[w] = source[wanted[w]];
    };
    for (const column of ["lengths", "squares", "counts"] as const) single(column);
    const distances = engine.f64(from.distances, from.rows);
    const to = engine.f64(this.distances, count);
    for (let w = 0; w < count; w++) to[w] = distances[wanted[w]];
  }
}
