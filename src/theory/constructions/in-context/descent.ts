import { singularValues } from "../../../analysis/lipschitz/singular-values.js";
import { requireArguments } from "../../../arguments.js";

/** A prompt taken apart: X [k, D], y [k], and the query q [D]. */
export interface Prompt {
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly query: Float64Array;
}

/**
 * From the numbers x₁, y₁, …, x_k, y_k, q of the target `in-context-linear`.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function promptOf(numbers: ArrayLike<number>, features: number, examples: number): Prompt {
  requireArguments("promptOf", {
    numbers: [numbers, "numbers"],
    features: [features, "number"],
    examples: [examples, "number"],
  });

  const at = (i: number, j: number) => numbers[i * (features + 1) + j];
  return {
    X: Float64Array.from({ length: examples * features }, (_, i) =>
      at(Math.floor(i / features), i % features),
    ),
    y: Float64Array.from({ length: examples }, (_, i) => at(i, features)),
    query: Float64Array.from({ length: features }, (_, i) => at(examples, i)),
  };
}

/**
 * The answers w·q of gradient descent on (1/2k)·‖Xw − y‖² from w = 0, after 0, 1, …, steps updates
 * w ← w − (η/k)·Xᵀ(Xw − y), in float64: what the construction's layers compute.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function descend(prompt: Prompt, eta: number, steps: number): Float64Array {
  requireArguments("descend", {
    prompt: [prompt, "Prompt: X y query"],
    eta: [eta, "number"],
    steps: [steps, "number"],
  });
  const { X, y, query } = prompt;
  const [k, D] = [y.length, query.length];
  const w = new Float64Array(D);
  const answers = new Float64Array(steps + 1);
  const gradient = new Float64Array(D);
  for (let step = 1; step <= steps; step++) {
    gradient.fill(0);
    for (let i = 0; i < k; i++) {
      let residual = -y[i];
      for (let a = 0; a < D; a++) residual += X[i * D + a] * w[a];
      for (let a = 0; a < D; a++) gradient[a] += residual * X[i * D + a];
    }
    for (let a = 0; a < D; a++) {
      w[a] -= (eta / k) * gradient[a];
      answers[step] += w[a] * query[a];
    }
  }
  return answers;
}

/**
 * ρ = max|1 − ηλ| over the eigenvalues λ of XᵀX/k: where y = Xw*, an answer after t steps is off by at most
 * ρᵗ·‖w*‖·‖q‖, as w − w* shrinks by (I − η·XᵀX/k) at every step.
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function contraction(prompt: Prompt, eta: number): number {
  requireArguments("contraction", { prompt: [prompt, "Prompt: X y query"], eta: [eta, "number"] });
  const { X, query } = prompt;
  const D = query.length;
  const k = X.length / D;
  // With fewer examples than features some directions never move.
  let worst = k < D ? 1 : 0;
  for (const value of singularValues(X, k, D)) {
    worst = Math.max(worst, Math.abs(1 - (eta * value * value) / k));
  }
  return worst;
}
