import { spectralNorm } from "./singular-values.js";

/** More numbers than this are not carried: a bound then rests on constants alone. */
const MOST = 2 ** 19;

/**
 * An interval around every entry of a Jacobian, for all points of a box: dz/dx [tokens·width, inputs] lies
 * within `radius` of `middle`. On small boxes far sharper than products of norms, on large ones blunter.
 */
export interface Slopes {
  readonly inputs: number;
  readonly middle: Float64Array;
  readonly radius: Float64Array;
  /** At least the norm of each token's rows, and of all. */
  readonly token: Float64Array;
  readonly whole: number;
}

/** Some intervals, with their norms: ‖middle‖₂ + ‖radius‖_F. */
export function slopes(tokens: number, inputs: number, middle: Float64Array, radius: Float64Array): Slopes {
  const rows = middle.length / inputs;
  const norm = (from: number, to: number) => {
    let squares = 0;
    for (let i = from * inputs; i < to * inputs; i++) squares += radius[i] * radius[i];
    const part = middle.subarray(from * inputs, to * inputs);
    const size = inputs <= 2 ? narrowNorm(part, inputs) : spectralNorm(part, to - from, inputs);
    return (size + Math.sqrt(squares)) * (1 + 1e-9);
  };
  const width = rows / tokens;
  const token = Float64Array.from({ length: tokens }, (_, t) => norm(t * width, (t + 1) * width));
  return { inputs, middle, radius, token, whole: tokens === 1 ? token[0] : norm(0, rows) };
}

/** The spectral norm of a matrix of one or two columns, by the Gram matrix's larger eigenvalue. */
function narrowNorm(rows: Float64Array, columns: number): number {
  let [a, b, c] = [0, 0, 0];
  for (let i = 0; i < rows.length; i += columns) {
    const [x, y] = [rows[i], columns === 2 ? rows[i + 1] : 0];
    a += x * x;
    b += x * y;
    c += y * y;
  }
  const apart = 0.5 * (a - c);
  return Math.sqrt(0.5 * (a + c) + Math.sqrt(apart * apart + b * b));
}

/** Whether so many intervals are still carried. */
export function carried(rows: number, inputs: number): boolean {
  return rows * inputs <= MOST;
}

/** Adds factor·row to row `to` of a sum of products of intervals, factor between low and high. */
export function addProduct(
  sum: { middle: Float64Array; radius: Float64Array },
  to: number,
  low: number,
  high: number,
  of: Slopes,
  row: number,
): void {
  const p = of.inputs;
  const factor = 0.5 * (low + high);
  const size = Math.abs(factor);
  // What the factor may be off by, and what float64 rounds off here.
  const spread = 0.5 * (high - low) + 2 ** -44 * size;
  if (factor === 0 && spread === 0) return;
  const { middle, radius } = sum;
  for (let k = 0, i = to * p, j = row * p; k < p; k++, i++, j++) {
    const m = of.middle[j];
    const r = of.radius[j];
    middle[i] += factor * m;
    radius[i] += size * r + spread * (Math.abs(m) + r);
  }
}

/** Room for sums of `rows` rows. */
export function emptySum(rows: number, inputs: number): { middle: Float64Array; radius: Float64Array } {
  return { middle: new Float64Array(rows * inputs), radius: new Float64Array(rows * inputs) };
}

/** Rows of several tensors (undefined: constant) in any order: `pick` gives tensor and row, or nothing. */
export function gathered(
  tokens: number,
  width: number,
  inputs: number,
  pick: (row: number) => readonly [Slopes | undefined, number],
): Slopes | undefined {
  if (!carried(tokens * width, inputs)) return undefined;
  const { middle, radius } = emptySum(tokens * width, inputs);
  for (let row = 0; row < tokens * width; row++) {
    const [from, at] = pick(row);
    if (!from) continue;
    middle.set(from.middle.subarray(at * inputs, (at + 1) * inputs), row * inputs);
    radius.set(from.radius.subarray(at * inputs, (at + 1) * inputs), row * inputs);
  }
  return slopes(tokens, inputs, middle, radius);
}
