import { PlateauError } from "../../errors.js";
import { targetFamily } from "../family.js";
import { each, unit } from "../ranges.js";
import type { Embedding } from "../target.js";

/**
 * In-context linear regression, after Garg et al. (arXiv 2208.01066): a prompt of k examples x, w·x of an
 * unknown w, and a query q; the answer is w·q. Here w, x and q are uniform on [−1, 1]^D instead of normal,
 * so that answers are bounded, and every number is a token: x₁ (D tokens), y₁, …, x_k, y_k, q.
 *
 * As a function of the prompt it is least squares through the examples: on the data, where they regress
 * exactly and k ≥ D, that is w·q. Its range holds on the data only.
 */
export const inContextLinear = targetFamily({
  name: "in-context-linear",
  description: "examples x, w·x and a query q to w·q, w anew a row",
  parameters: {
    D: { description: "numbers of an x", default: 2, least: 1, most: 16, whole: true },
    examples: { description: "examples of a prompt", default: 6, least: 1, most: 64, whole: true },
  },
  define({ D, examples: k }) {
    if (k < D) {
      throw new PlateauError(
        "usage",
        `target in-context-linear: ${k} examples do not determine ${D} numbers: give at least ${D}`,
      );
    }
    const regress = leastSquaresThrough(k, D);
    const query = k * (D + 1);
    return {
      smoothness: "rational",
      inputs: query + D,
      outputs: 1,
      draws: each(unit, D * (k + 1) + D),
      embedding: prompt(k, D),
      range: { low: -D, high: D },
      value(x, y) {
        const { w } = regress(x);
        y[0] = 0;
        for (let a = 0; a < D; a++) y[0] += w[a] * x[query + a];
      },
      pullback(x, [weight], g) {
        const { w, residual, solve } = regress(x);
        const v = solve(x.subarray(query));
        for (let i = 0; i < k; i++) {
          const example = i * (D + 1);
          let along = 0;
          for (let a = 0; a < D; a++) along += x[example + a] * v[a];
          for (let a = 0; a < D; a++) g[example + a] += weight * (residual[i] * v[a] - along * w[a]);
          g[example + D] += weight * along;
        }
        for (let a = 0; a < D; a++) g[query + a] += weight * w[a];
      },
    };
  },
});

/** From w [D], examples [rows,D] and query [D] to the prompt. */
function prompt(rows: number, D: number): Embedding {
  const write = (u: Float64Array, out: Float64Array, answer: (i: number) => number) => {
    for (let i = 0; i < rows; i++) {
      for (let a = 0; a < D; a++) out[i * (D + 1) + a] = u[D + i * D + a];
      out[i * (D + 1) + D] = answer(i);
    }
    for (let a = 0; a < D; a++) out[rows * (D + 1) + a] = u[D + rows * D + a];
  };
  const dot = (w: Float64Array, x: Float64Array, i: number) => {
    let sum = 0;
    for (let a = 0; a < D; a++) sum += w[a] * x[D + i * D + a];
    return sum;
  };
  const example = [...each(unit, D), { low: -D, high: D }];
  return {
    bounds: [...Array.from({ length: rows }, () => example).flat(), ...each(unit, D)],
    point: (u, x) => write(u, x, (i) => dot(u, u, i)),
    push: (u, du, dx) => write(du, dx, (i) => dot(du, u, i) + dot(u, du, i)),
  };
}

/**
 * Least squares through the examples of a prompt, by modified Gram–Schmidt on [X, y], which is as
 * accurate as Householder's method (Björck 1967). A direction that no example has gets coefficient 0.
 */
function leastSquaresThrough(rows: number, D: number) {
  const Q = new Float64Array(rows * D);
  const R = new Float64Array(D * D);
  const z = new Float64Array(D);
  const residual = new Float64Array(rows);
  const w = new Float64Array(D);

  /** R⁻¹b in place. */
  const back = (b: Float64Array) => {
    for (let a = D - 1; a >= 0; a--) {
      for (let c = a + 1; c < D; c++) b[a] -= R[a * D + c] * b[c];
      b[a] = R[a * D + a] === 0 ? 0 : b[a] / R[a * D + a];
    }
    return b;
  };
  /** (XᵀX)⁻¹b. */
  const solve = (b: ArrayLike<number>) => {
    const v = Float64Array.from(b);
    for (let a = 0; a < D; a++) {
      for (let c = 0; c < a; c++) v[a] -= R[c * D + a] * v[c];
      v[a] = R[a * D + a] === 0 ? 0 : v[a] / R[a * D + a];
    }
    return back(v);
  };
  /** Column a of Q from `column`, and its part of the other one taken away. */
  const project = (a: number, column: Float64Array, at: number, stride: number) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += Q[i * D + a] * column[at + i * stride];
    for (let i = 0; i < rows; i++) column[at + i * stride] -= sum * Q[i * D + a];
    return sum;
  };

  return (x: Float64Array) => {
    for (let i = 0; i < rows; i++) {
      for (let a = 0; a < D; a++) Q[i * D + a] = x[i * (D + 1) + a];
      residual[i] = x[i * (D + 1) + D];
    }
    for (let a = 0; a < D; a++) {
      let squares = 0;
      for (let i = 0; i < rows; i++) squares += Q[i * D + a] * Q[i * D + a];
      const norm = Math.sqrt(squares);
      R[a * D + a] = norm;
      for (let i = 0; i < rows; i++) Q[i * D + a] = norm === 0 ? 0 : Q[i * D + a] / norm;
      for (let c = a + 1; c < D; c++) R[a * D + c] = project(a, Q, c, D);
      z[a] = project(a, residual, 0, 1);
    }
    w.set(z);
    back(w);
    return { w, residual, solve };
  };
}
