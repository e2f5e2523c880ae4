import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { testSource } from "../kernels/run.js";
import { UNIT } from "./tape.js";
import type { Samples } from "./training.js";

/** Mean squares of a linear model, of which everything is known: all vectors in the order of `weightsOf`. */
export interface LeastSquares {
  readonly samples: Samples;
  /** A new model, always with the same weights. */
  model(): Model;
  readonly minimizer: readonly number[];
  /** The least and the largest eigenvalue of the Hessian. */
  readonly mu: number;
  readonly L: number;
  /** How far weights are from the minimizer, 2-norm. */
  distance(weights: ArrayLike<number>): number;
  /** The gradient in float64, and how far each of its numbers may be off in float32. */
  gradient(weights: ArrayLike<number>): { exact: number[]; error: number[] };
}

/** With N rows of `inputs` numbers and a 1, z, and `outputs` numbers y: the mean of (W·z − y)² over all N·outputs. */
export function leastSquares(N: number, inputs: number, outputs: number, seed = 2): LeastSquares {
  const samples = { x: testSource(5)(N * inputs), y: testSource(6)(N * outputs), rows: N };
  const model = () => new Model(mlp({ inputDim: inputs, outputDim: outputs, hidden: [] }), { seed });
  const width = inputs + 1;
  const Z = Array.from({ length: N }, (_, r) => [...samples.x.subarray(r * inputs, (r + 1) * inputs), 1]);
  const factor = 2 / (N * outputs);
  const moments = (of: (r: number) => number) => (_: unknown, i: number) =>
    factor * Z.reduce((sum, z, r) => sum + z[i] * of(r), 0);
  const hessian = Array.from({ length: width }, (_, j) =>
    Array.from(
      { length: width },
      moments((r) => Z[r][j]),
    ),
  );
  const lines = Array.from({ length: outputs }, (_, o) =>
    solve(
      hessian,
      Array.from(
        { length: width },
        moments((r) => samples.y[r * outputs + o]),
      ),
    ),
  );
  // Weights [outputs, inputs], then biases.
  const place = (o: number, i: number) => (i < inputs ? o * inputs + i : outputs * inputs + o);
  const minimizer = new Array<number>(outputs * width);
  for (const [o, line] of lines.entries())
    for (const [i, value] of line.entries()) minimizer[place(o, i)] = value;

  // Higham 2002, 3.1: a sum of n products is off by n·u of the sum of their magnitudes. Outputs are sums of inputs + 1,
  // from which y is taken; the gradient is one of N products of what that leaves, with factors that are rounded too.
  function gradient(weights: ArrayLike<number>) {
    const exact = new Array<number>(outputs * width).fill(0);
    const error = new Array<number>(outputs * width).fill(0);
    for (const [r, z] of Z.entries()) {
      for (let o = 0; o < outputs; o++) {
        let rest = -samples.y[r * outputs + o];
        let sizes = Math.abs(rest);
        for (let i = 0; i < width; i++) {
          rest += weights[place(o, i)] * z[i];
          sizes += Math.abs(weights[place(o, i)] * z[i]);
        }
        const off = (inputs + 2) * sizes + (N + 3) * Math.abs(rest);
        for (let i = 0; i < width; i++) {
          exact[place(o, i)] += factor * rest * z[i];
          error[place(o, i)] += factor * off * UNIT * Math.abs(z[i]);
        }
      }
    }
    return { exact, error };
  }
  return {
    ...{ samples, model, minimizer, gradient },
    distance: (weights) => norm(minimizer.map((value, i) => weights[i] - value)),
    mu: 1 / largestEigenvalue((vector) => solve(hessian, vector), width),
    L: largestEigenvalue((vector) => hessian.map((line) => dot(line, vector)), width),
  };
}

/**
 * How far gradient descent in float32 may be from float64 after one update more, 2-norm, where it was `before`: an update
 * multiplies the distance of two trainings by 1 − lr·H, and rounds the gradient, lr and its product with that, and the
 * difference. To first order: gradients are bounded at the float64 weights.
 * @param weights of float64, before the update
 */
export function descentBound(
  { mu, L, gradient }: LeastSquares,
  lr: number,
  weights: ArrayLike<number>,
  before: number,
): number {
  const { exact, error } = gradient(weights);
  const rounded = exact.map(
    (g, i) => lr * error[i] + UNIT * (2 * lr * Math.abs(g) + Math.abs(weights[i] - lr * g)),
  );
  return Math.max(1 - lr * mu, lr * L - 1) * before + norm(rounded);
}

/**
 * How far from the minimizer float32 may take a point for it, 2-norm: where the gradient may be rounded to 0, or is so
 * small that a weight's next neighbours are no better.
 */
export function blindness({ mu, L, gradient, minimizer }: LeastSquares): number {
  return (norm(gradient(minimizer).error) + L * UNIT * norm(minimizer)) / mu;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** 2-norm. */
export function norm(values: readonly number[]): number {
  return Math.sqrt(dot(values, values));
}

/** Of a symmetric positive matrix, by power iteration. */
function largestEigenvalue(apply: (vector: number[]) => number[], size: number): number {
  let vector = Array.from({ length: size }, (_, i) => 1 + i / 7);
  let value = 0;
  for (let round = 0; round < 1000; round++) {
    const length = norm(vector);
    vector = apply(vector.map((v) => v / length));
    value = norm(vector);
  }
  return value;
}

/** A·x = b by Gauss's elimination; A symmetric and positive. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const share = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= share * rows[i][k];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const known = x.reduce((sum, v, k) => (k > i ? sum + rows[i][k] * v : sum), 0);
    x[i] = (rows[i][n] - known) / rows[i][i];
  }
  return x;
}
