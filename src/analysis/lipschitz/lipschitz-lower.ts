import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { type Differentiable, jacobians, pointsPerBatch } from "./jacobians.js";
import { spectralNorm } from "./singular-values.js";

export interface LipschitzLowerOptions {
  /** Sides of the box. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** Where each climb begins [starts, inputs], inside the box. */
  readonly from: Float64Array;
  readonly seed?: number;
  /** Moves of each climb. Default 32. */
  readonly rounds?: number;
  /** Points tried at a time from each climb's own. Default 4. */
  readonly candidates?: number;
  /** Awaited after every round, with the share done. */
  readonly turn?: (share: number) => Promise<void> | undefined;
}

/** A lower bound of a Lipschitz constant, and where it is attained. */
export interface LipschitzLower {
  /** ‖J‖₂ at `at`: no Lipschitz constant on the box is smaller, but for float32 rounding of a network's J. */
  readonly value: number;
  readonly at: number[];
  /** Jacobians that were computed. */
  readonly evaluations: number;
}

/**
 * The largest spectral norm of the Jacobian that a seeded search finds in a box: a lower bound of the
 * Lipschitz constant there (2-norms). From each start it tries random steps, cut off at the box's sides, and
 * goes where the norm is largest, never downhill; steps grow by half after a success and shrink by a third
 * after a failure (Rechenberg's success rule). Only exact first derivatives are used: the gradient of ‖J‖
 * would take second ones.
 */
export async function lipschitzLower(
  f: Differentiable,
  options: LipschitzLowerOptions,
): Promise<LipschitzLower> {
  const { low, high, from, seed = 0, rounds = 32, candidates = 4, turn } = options;
  const { inputs: p, outputs: q } = f;
  const starts = from.length / p;
  const norms = (x: Float64Array) => {
    const count = x.length / p;
    const all = new Float64Array(count);
    const block = pointsPerBatch(q);
    for (let done = 0; done < count; done += block) {
      const size = Math.min(block, count - done);
      const J = jacobians(f, x.subarray(done * p, (done + size) * p), size);
      for (let i = 0; i < size; i++) {
        all[done + i] = spectralNorm(J.subarray(i * q * p, (i + 1) * q * p), q, p);
      }
    }
    return all;
  };
  const here = from.slice();
  const best = norms(here);
  const steps = new Float64Array(starts).fill(0.125);
  const key = streamKey(seed, "lipschitz/lower");
  const tried = starts * candidates;
  for (let round = 0; round < rounds; round++) {
    const moves = uniform64(key, 0, tried * p, round);
    for (let i = 0; i < tried; i++) {
      const start = Math.floor(i / candidates);
      for (let k = 0; k < p; k++) {
        const step = steps[start] * (high[k] - low[k]) * (2 * moves[i * p + k] - 1);
        moves[i * p + k] = Math.min(high[k], Math.max(low[k], here[start * p + k] + step));
      }
    }
    const found = norms(moves);
    for (let start = 0; start < starts; start++) {
      let won = false;
      for (let i = start * candidates; i < (start + 1) * candidates; i++) {
        if (!(found[i] > best[start])) continue;
        best[start] = found[i];
        here.set(moves.subarray(i * p, (i + 1) * p), start * p);
        won = true;
      }
      steps[start] *= won ? 1.5 : 2 / 3;
      steps[start] = Math.min(0.5, steps[start]);
    }
    await turn?.((round + 1) / rounds);
  }
  let top = 0;
  for (let start = 1; start < starts; start++) if (best[start] > best[top]) top = start;
  return {
    value: best[top],
    at: Array.from(here.subarray(top * p, (top + 1) * p)),
    evaluations: starts + rounds * tried,
  };
}
