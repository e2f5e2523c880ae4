import type { BatchFunction } from "../../targets/function.js";

/** A function whose derivative is known. */
export type Differentiable = BatchFunction & Required<Pick<BatchFunction, "vjp">>;

export function differentiable(f: BatchFunction): f is Differentiable {
  return f.vjp !== undefined;
}

/** Rows of one batch of vector–Jacobian products. */
const ROWS = 512;

/** Points whose Jacobians are one batch of a function with that many outputs. */
export function pointsPerBatch(outputs: number): number {
  return Math.max(1, Math.floor(ROWS / outputs));
}

/**
 * Exact Jacobians [count, outputs, inputs] at points x [count, inputs]: one vector–Jacobian product for each
 * output of each point, all of them rows of one batch.
 */
export function jacobians(f: Differentiable, x: Float64Array, count: number): Float64Array<ArrayBuffer> {
  const { inputs: p, outputs: q } = f;
  const points = new Float64Array(count * q * p);
  const cotangent = new Float64Array(count * q * q);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < q; j++) {
      points.set(x.subarray(i * p, (i + 1) * p), (i * q + j) * p);
      cotangent[(i * q + j) * q + j] = 1;
    }
  }
  return f.vjp(points, cotangent, count * q);
}
