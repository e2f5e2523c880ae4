import type { StreamKey } from "../random/keys.js";
import type { Engine } from "../runtime/engine.js";
import type { Domain } from "./domain.js";
import type { BatchFunction } from "./function.js";

/** Parts of a target's data. Each draws from its own random stream, `data/` and the part's name. */
export const splits = ["train", "validation", "test"] as const;
/** A part of the data. */
export type Split = (typeof splits)[number];

/** An interval of numbers. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Where inputs lie that do not fill a box: a map from the numbers drawn to the input tokens, for one
 * coordinate, in float64.
 */
export interface Embedding {
  /** An interval for each input token that holds it. */
  readonly bounds: readonly Range[];
  /** Writes the input tokens x [inputs] of u [draws]. */
  point(u: Float64Array, x: Float64Array): void;
  /** Writes dx [inputs], the derivative of x at u in direction du [draws]. Finite at every u. */
  push(u: Float64Array, du: Float64Array, dx: Float64Array): void;
}

/** An expression, and the names of the input tokens in it. */
export interface Formula {
  readonly text: string;
  readonly variables: readonly string[];
}

/** What is particular to a target. */
export interface TargetDefinition {
  readonly name: string;
  /** Whether it is the user's own, by `defineTarget`: no name finds it again. */
  readonly own?: boolean;
  /** One line. */
  readonly description: string;
  /** How smooth the function is of its inputs: "analytic", "C^0, Hölder 1/2", "piecewise constant". */
  readonly smoothness: string;
  /** m: tokens of an input. */
  readonly inputs: number;
  /** n: tokens of an output. */
  readonly outputs: number;
  /** d: numbers of a token unless another is asked for. */
  readonly dim: number;
  /** Samples of each part: as many as the study has, where the study has any. */
  readonly sizes: Readonly<Record<Split, number>>;
  /**
   * The numbers that a sample follows from, for each coordinate by itself: independent, each uniform on
   * its interval, low included. Without an embedding they are the input tokens.
   */
  readonly draws: readonly Range[];
  /** From the numbers drawn to the input tokens. */
  readonly embedding?: Embedding;
  /** An interval that holds every output, its ends float32; quantisation in the sound protocol spans it. */
  readonly range: Range;
  /** The function itself: writes the output tokens y [outputs] of x [inputs], for one coordinate. */
  value(x: Float64Array, y: Float64Array): void;
  /**
   * Adds to g [inputs] the gradient of Σⱼ wⱼ·yⱼ at x; at a kink or jump, that of one side. Absent where
   * no derivative exists.
   */
  pullback?(x: Float64Array, w: Float64Array, g: Float64Array): void;
  /**
   * The same function as an expression, where there is a short one: what rigorous bounds are computed from.
   * Variables are input tokens in order, outputs separated by commas.
   */
  readonly formula?: Formula;
  /**
   * Writes float32 x [B,m,d] and y [B,n,d] from u [B,draws,d], by a kernel. Addresses in the engine's
   * memory; allocates none of it. Where absent, `embedding` and `value` do.
   */
  evaluate?(engine: Engine, x: number, y: number, u: number, B: number, d: number): void;
}

/** Rows of a split by number, or `count` of them from `start`. */
export type Rows = { readonly rows: ArrayLike<number> } | { readonly start: number; readonly count: number };

/** Copied samples: x [B,m,d], y [B,n,d] and the draws they follow from, u [B,draws,d]. */
export interface Sample {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  readonly u: Float32Array<ArrayBuffer>;
}

/**
 * A function from m tokens to n tokens, applied to each of a token's d numbers by itself: a scalar
 * function of m inputs is m tokens of one number to one token of one number, and with d numbers a token,
 * d such functions side by side.
 */
export interface Target extends TargetDefinition {
  /** The least interval that holds every draw. */
  readonly domain: Range;
  evaluate(engine: Engine, x: number, y: number, u: number, B: number, d: number): void;
  /**
   * Samples of a split. Row r has the same bits in whatever batch it is asked for, and however many
   * rows the data have: any r from 0 to 2³¹ − 1 is a sample.
   * @throws PlateauError `usage` where split, rows, dim or seed are not valid
   */
  sample(split: Split, rows: Rows, dim: number, seed: number | bigint): Sample;
  /**
   * The same straight into an engine's memory, for the training loop: x [B,m,d], y [B,n,d] and
   * u [B,draws,d] at the given addresses; rows from an i32 list at `rows`, or start … start+B−1 where
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
  /**
   * The function of the input tokens, in float64: from points [m·d] to values [n·d], both token by token
   * as in samples. `dim` is the target's own by default.
   * @throws PlateauError `usage` where dim is not valid
   */
  asFunction(dim?: number): BatchFunction;
  /**
   * Where the data lie: the box of the draws, or, with an embedding, its image.
   * @throws PlateauError `usage` where dim is not valid
   */
  domainOf(dim?: number): Domain;
}
