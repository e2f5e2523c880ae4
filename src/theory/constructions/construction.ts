import type * as v from "valibot";
import type { Model } from "../../nn/model.js";
import type { BatchFunction } from "../../targets/function.js";
import type { Target } from "../../targets/target.js";
import type { Enclosure } from "../certificates/enclosure.js";

/** What is to be approximated, and where. */
export interface Task {
  readonly target: Target;
  /** Numbers a token, d. */
  readonly dim: number;
  /** The target as a function of all numbers of its inputs: d₀ = m·d. */
  readonly f: BatchFunction;
  /** The box [d₀] on which it is approximated. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** How the note begins that says why a network is no model. */
export const NO_MODEL = "no model of the engine";

/** A network whose weights were written down, not trained. */
export interface Constructed {
  /** Name of the construction. */
  readonly construction: string;
  /** Size in the construction's own unit (`sizeName`), as `construct` was asked for. */
  readonly size: number;
  /** Attention and feed-forward layers one behind the other; inputs and outputs of a model do not count. */
  readonly layers: number;
  /** Numbers that it consists of. */
  readonly parameters: number;
  /** How many of them are not 0, where many are. */
  readonly nonzero?: number;
  /** What it computes: [d₀] → [outputs], in the arithmetic that it runs in. */
  readonly g: BatchFunction;
  /** The same as an ordinary network: trained further, stored, analysed. Absent where it is none (hardmax in float64). */
  readonly model?: Model;
  /** Bounds for its certificate. Default: those of the model's graph. Neither: no certificate. */
  readonly enclosure?: Enclosure;
  /** Bounds of the model as it runs, where they are not those of its graph. */
  readonly modelEnclosure?: Enclosure;
  /** Sentences that a user should read beside the numbers: assumptions, choices, label "[ours]" where they are ours. */
  readonly notes?: readonly string[];
  /** Whatever else is particular to the construction, as plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A way to write down a network that approximates a target: one file, and one line in the registry. */
// biome-ignore lint/suspicious/noExplicitAny: each construction knows its own options
export interface Construction<S extends v.GenericSchema = any> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** What a size counts: "memory tokens", "cells a side". */
  readonly sizeName: string;
  /** Of options beside the size. Those of the registry check them, and add defaults, before `construct` sees them. */
  readonly options: S;
  /** Why there are no certificates of what it makes, where there are none. */
  readonly uncertified?: string;
  /**
   * Writes the weights down.
   * @param size whole, at least 1
   * @throws PlateauError `usage` where an option is none, or the target does not suit; `memory`, before anything is allocated, where
   *   the size does not fit, saying how much would be needed and what would fit
   */
  construct(task: Task, size: number, options: v.InferOutput<S>): Constructed;
  /** Sizes that a search for the least certified one may choose from: the i-th, ascending, from i = 0. */
  ladder(task: Task, i: number): number;
  /** The size whose cells have sides of at most δ on the task's box. Absent: the construction knows no δ. */
  sizeOf?(task: Task, delta: number): number;
  /**
   * The exponent p that a theorem gives: sup error ~ size^−p for targets of Hölder exponent α (order 1), or
   * twice differentiable ones, on d₀ inputs; and where it is from. Absent: none is known.
   */
  theorem?(task: Task, smoothness: Smoothness, options: v.InferOutput<S>): ConstructionRate | undefined;
}

/** Hölder exponent 0 < α ≤ 1, or "C2". */
export type Smoothness = number | "C2";

/** An exponent that a theorem gives, and where it is from. */
export interface ConstructionRate {
  /** p of error ~ size^−p. */
  readonly bySize: number;
  /** p of error ~ parameters^−p. */
  readonly byParameters: number;
  /** p of error ~ layers^−p; absent where the depth stays as it is. */
  readonly byLayers?: number;
  /** Paper and theorem, or "[ours]" and why. */
  readonly source: string;
}
