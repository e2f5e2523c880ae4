import type { StreamKey } from "../random/keys.js";
import type { Engine } from "../runtime/engine.js";

/** Parts of a target's data. Each draws from its own random stream, `data/` and the part's name. */
export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

/** An interval of numbers, both ends of which float32 holds exactly. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A function from `inputs` tokens to `outputs` tokens, applied to each of a token's d numbers by itself. */
export interface TargetDefinition {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** m: tokens of an input. */
  readonly inputs: number;
  /** n: tokens of an output. */
  readonly outputs: number;
  /** X₁, from which all of a sample follows, is uniform on [low, high). */
  readonly domain: Range;
  /** Samples of each part in the study. */
  readonly sizes: Readonly<Record<Split, number>>;
  /** An interval that holds every output; quantisation in the sound protocol spans it. */
  readonly range: Range;
  /**
   * Writes x [B,m,d] and y [B,n,d] from X₁ u [B,d]. Addresses in the engine's memory; allocates nothing.
   */
  evaluate(engine: Engine, x: number, y: number, u: number, B: number, d: number): void;
}

/** Rows of a split by number, or `count` of them from `start`. */
export type Rows = { readonly rows: ArrayLike<number> } | { readonly start: number; readonly count: number };

/** Copied samples: x [B,m,d], y [B,n,d] and the X₁ they follow from, u [B,d]. */
export interface Sample {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  readonly u: Float32Array<ArrayBuffer>;
}

export interface Target extends TargetDefinition {
  /**
   * Samples of a split. Row r has the same bits in whatever batch it is asked for, and however many
   * rows the study has: any r from 0 to 2³¹ − 1 is a sample.
   * @throws PlateauError `usage` where split, rows, dim or seed are not valid
   */
  sample(split: Split, rows: Rows, dim: number, seed: number | bigint): Sample;
  /**
   * The same straight into an engine's memory, for loops that allocate nothing: x [B,m,d], y [B,n,d]
   * and u [B,d] at the given addresses; rows from an i32 list at `rows`, or start … start+B−1 where
   * `rows` is 0. `key` is `dataKey(seed, split)`. Nothing is checked.
   */
  fill(
    engine: Engine,
    x: number,
    y: number,
    u: number,
    rows: number,
    start: number,
    B: number,
    d: number,
    key: StreamKey,
  ): void;
}
