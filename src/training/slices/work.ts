import { type BoundCall, callable } from "../../graph/program.js";
import type { EngineMemory } from "../../runtime/engine.js";
import type { Kernels } from "../../runtime/generated/kernels.js";
import { HYPER, type OptimizerState, update } from "../optimizer.js";
import type { TrainingOptions } from "../options.js";

/**
 * Rounds of a step, one after the other; the tasks of a round are independent of each other.
 * `slices`: forward and backward of a slice, into the slice's own gradients.
 * The rest is done in parts of PART floats: `sum`: the slices' gradients are added, in order, to those of the
 * first, and the others emptied; the sum's squares are summed. `clip`: the sum is scaled, and its squares summed.
 * `update`: of the weights; the sum is emptied.
 */
export const rounds = ["slices", "sum", "clip", "update"] as const;
export type Round = (typeof rounds)[number];

/** A part of four arrays stays in a core's cache. It decides the last bits of the norm: one sum a part. */
const PART = 16384;

/** All that the rounds read and write, as plain data: byte addresses in memory that threads may share. */
export interface Work {
  /** Forward and backward calls of each slice. */
  readonly calls: readonly (readonly BoundCall[])[];
  /** Address of the weights, how many. */
  readonly address: number;
  readonly length: number;
  /** Gradients of each slice; the first is where they are summed. */
  readonly gradients: readonly number[];
  readonly state: OptimizerState;
  readonly hyper: number;
  /** Sum of squares of each part, f64. */
  readonly squares: number;
  readonly optimizer: TrainingOptions["optimizer"];
}

/** How many tasks a round has. */
export function tasks(round: Round, { calls, length }: Pick<Work, "calls" | "length">): number {
  return round === "slices" ? calls.length : partsOf(length);
}

/** Parts of an array of n floats. */
export function partsOf(n: number): number {
  return Math.ceil(n / PART);
}

/** What one thread does: tasks, with its own kernels. */
export class Hands {
  readonly #kernels: Kernels;
  readonly #work: Work;
  readonly #calls: (() => void)[][];
  readonly #memory: EngineMemory;

  constructor(kernels: Kernels, memory: EngineMemory, work: Work) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#work = work;
    this.#calls = work.calls.map((calls) => calls.map((call) => callable(kernels, call)));
  }

  /**
   * @param stopped asked before each kernel call of a slice
   * @returns false where it was stopped: what the round gathered is of no use then
   */
  do(round: Round, task: number, stopped: () => boolean): boolean {
    if (round === "slices") return this.#slice(task, stopped);
    const { address, length, gradients, state, hyper, squares, optimizer } = this.#work;
    const kernels = this.#kernels;
    const first = task * PART;
    const n = Math.min(PART, length - first);
    const at = 4 * first;
    const sum = gradients[0] + at;
    if (round === "update") {
      const part = { gradients: sum, first: state.first + at, second: state.second + at };
      update(kernels, optimizer, address + at, part, n, hyper);
      kernels.fillFloats(sum, 0, n);
      return true;
    }
    if (round === "clip") {
      const numbers = new Float32Array(this.#memory.buffer, hyper, HYPER.length);
      kernels.scale(sum, sum, numbers[HYPER.gradScale], n);
    } else {
      for (let slice = 1; slice < gradients.length; slice++) {
        const part = gradients[slice] + at;
        kernels.addInto(sum, part, n);
        kernels.fillFloats(part, 0, n);
      }
    }
    kernels.sumSquares(squares + 8 * task, sum, n);
    return true;
  }

  #slice(slice: number, stopped: () => boolean): boolean {
    for (const call of this.#calls[slice]) {
      if (stopped()) return false;
      call();
    }
    return true;
  }
}
