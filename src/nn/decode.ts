import { PlateauError } from "../errors.js";
import { lastExtent } from "../graph/tensor.js";
import type { ModelProgram, PredictOptions } from "./model.js";

/**
 * Runs a program whose x is filled, its decoder (if there is one) reading its own predictions: from
 * zeros, pass t puts what it finds at position t in as what position t+1 reads. n passes in all, of
 * which the last leaves the outputs; under a causal mask each token's output is that of its own pass.
 * @param count rows that matter, from the first
 */
export function decodeOwn(
  { program, emitted }: ModelProgram,
  count: number,
  feedback?: PredictOptions["feedback"],
): void {
  if (emitted.y) program.f32(emitted.y).fill(0);
  program.forward();
  if (!emitted.y) return;
  const [, n, targetDim] = emitted.y.shape;
  const outputDim = lastExtent(emitted.output.shape);
  for (let t = 0; t + 1 < n; t++) {
    const own = new Float32Array(count * outputDim);
    const out = program.f32(emitted.output);
    for (let b = 0; b < count; b++) {
      const at = (b * n + t) * outputDim;
      own.set(out.subarray(at, at + outputDim), b * outputDim);
    }
    const fed = feedback ? feedback(own) : own;
    if (fed.length !== count * targetDim) {
      throw new PlateauError(
        "shape-mismatch",
        `the decoder reads ${targetDim} numbers a row, not ${fed.length / count}: give a feedback that maps outputs to true outputs`,
      );
    }
    // Taken anew: what the caller's function does may have grown the memory.
    const ys = program.f32(emitted.y);
    for (let b = 0; b < count; b++) {
      ys.set(fed.subarray(b * targetDim, (b + 1) * targetDim), (b * n + t) * targetDim);
    }
    program.forward();
  }
}
