import { MOST_FLOAT32 } from "../../src/validate.js";
import type { Recorded } from "./record.js";
import { type Evaluation, type Node, rounding } from "./tape.js";

/** How often the reference is evaluated with its operations rounded by chance. */
const ROUNDS = 8;
/**
 * How many standard deviations of such an evaluation the kernels may be off. The model is that of Higham & Mary 2019
 * ("A new approach to probabilistic rounding error analysis"): errors δ of single operations, |δ| ≤ u = 2⁻²⁴, that are
 * independent and have mean 0. A sum Σ cᵢδᵢ is then larger than λ·u·√Σcᵢ² with probability below 2·exp(−λ²/2).
 * δ uniform in ±u have a deviation of u/√3, so 12 deviations are λ = 12/√3 = 6.9: below 10⁻¹⁰.
 */
export const DEVIATIONS = 12;

/** Numbers that the kernels gave and those of the reference that they are held to. */
export interface Quantity {
  readonly name: string;
  readonly got: ArrayLike<number>;
  readonly nodes: readonly Node[];
  readonly kind: "values" | "gradient";
}

export interface Comparison {
  readonly name: string;
  /** 2-norm of the difference, in deviations of the reference's own evaluations with rounding. */
  readonly deviations: number;
  /** 2-norm of the difference, relative to that of the reference. */
  readonly relative: number;
}

/**
 * @returns undefined where rounding alone may decide on which side of a kink a number is, or float32 does not hold one:
 * nothing is to be learnt
 */
export function compare(
  { tape, loss }: Recorded,
  quantities: readonly Quantity[],
  seed: number,
): Comparison[] | undefined {
  const exact = tape.evaluate(loss);
  if (!isHeld(exact.values) || !isHeld(exact.gradient)) return undefined;
  const rounded = Array.from({ length: ROUNDS }, (_, i) =>
    tape.evaluate(loss, rounding(seed * ROUNDS + i + 1)),
  );
  if (isAmbiguous(exact, rounded)) return undefined;
  return quantities.map(({ name, got, nodes, kind }) => {
    if (got.length !== nodes.length) throw new Error(`${name}: ${got.length} numbers, not ${nodes.length}`);
    const want = nodes.map((node) => exact[kind][node]);
    const error = distance(got, want);
    const squares = rounded.map(
      (one) =>
        distance(
          nodes.map((node) => one[kind][node]),
          want,
        ) ** 2,
    );
    const spread = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / ROUNDS);
    // Where the reference's own numbers vanish for any rounding, float32 may have its smallest ones.
    const least = 2 ** -126 * Math.sqrt(want.length);
    return {
      name,
      deviations: error / Math.max(spread, least),
      relative:
        error /
        Math.max(
          distance(
            want,
            want.map(() => 0),
          ),
          least,
        ),
    };
  });
}

/** Whether no number is so large that it, or a sum of a few of them, overflows in float32. */
function isHeld(numbers: Float64Array): boolean {
  return numbers.every((value) => Math.abs(value) < MOST_FLOAT32 / 16);
}

/** 2-norm of a difference; Infinity where a number is NaN or infinite. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < b.length; i++) squares += (a[i] - b[i]) ** 2;
  return Number.isFinite(squares) ? Math.sqrt(squares) : Number.POSITIVE_INFINITY;
}

function isAmbiguous(exact: Evaluation, rounded: readonly Evaluation[]): boolean {
  return exact.margins.some((margin, i) => {
    const squares = rounded.reduce((sum, { margins }) => sum + (margins[i] - margin) ** 2, 0);
    return Math.abs(margin) < DEVIATIONS * Math.sqrt(squares / ROUNDS);
  });
}
