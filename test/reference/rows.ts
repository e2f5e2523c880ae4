import { erf } from "../kernels/ulp.js";
import { kinds, type Node, SLOPE_OF_ERF, type Tape } from "./tape.js";

/** Rows side by side, at most: as many as keep values and gradients of a small network in a core's cache. */
const MOST = 32;
const K = Object.fromEntries(kinds.map((kind, i) => [kind, i])) as Record<(typeof kinds)[number], number>;

/** Numbers as a precision stores them. */
export type Numbers = Float64Array | Float32Array;

/** Leaves of each row; value j of row r is given by `at(r, j)`. */
export interface Own {
  readonly leaves: readonly Node[];
  readonly at: (row: number, j: number) => number;
}

/**
 * A tape of one sample evaluated for many: some leaves differ from row to row, the others (parameters) are the same for
 * all, and their gradients are summed over the rows. In float64, or with every result and every partial sum rounded to
 * float32 as it is stored, which is as little as float32 can round.
 */
export class Rows {
  readonly #tape: ReturnType<Tape["sealed"]>;
  readonly #values: Numbers;
  readonly #gradient: Numbers;
  readonly #output: Node;
  readonly #side: number;

  /**
   * @param output whose sum over all rows is differentiated
   * @param rows how many there are to be at a time
   * @param zeros makes what numbers are stored in
   */
  constructor(tape: Tape, output: Node, rows: number, zeros: (length: number) => Numbers) {
    const side = Math.min(MOST, rows);
    this.#side = side;
    this.#tape = tape.sealed();
    this.#output = output;
    this.#values = zeros(tape.length * side);
    this.#gradient = zeros(tape.length * side);
    // Leaves that nobody sets: tables of positions.
    for (const [i, constant] of this.#tape.constants.entries()) {
      this.#values.fill(constant, i * side, (i + 1) * side);
    }
  }

  /**
   * @param shared leaves that are the same in all rows, with their values; their gradients are added to `gradient`
   * @returns sum of the output over the rows
   */
  evaluate(
    rows: number,
    shared: { readonly leaves: readonly Node[]; readonly values: Numbers; readonly gradient: Numbers },
    own: Own,
  ): number {
    const side = this.#side;
    const v = this.#values;
    const g = this.#gradient;
    const { leaves } = shared;
    this.#share(leaves, shared.values);
    let sum = 0;
    for (let first = 0; first < rows; first += side) {
      const R = this.#fill(first, rows, own);
      this.#forward(R);
      g.fill(0);
      for (let r = 0; r < R; r++) {
        sum += v[this.#output * side + r];
        g[this.#output * side + r] = 1;
      }
      this.#backward(R);
      for (let i = 0; i < leaves.length; i++) {
        for (let r = 0; r < R; r++) shared.gradient[i] += g[leaves[i] * side + r];
      }
    }
    return sum;
  }

  /** Values of some nodes in every row, row-major: without gradients. */
  values(
    rows: number,
    shared: { readonly leaves: readonly Node[]; readonly values: Numbers },
    own: Own,
    nodes: readonly Node[],
  ): Float64Array {
    this.#share(shared.leaves, shared.values);
    const found = new Float64Array(rows * nodes.length);
    for (let first = 0; first < rows; first += this.#side) {
      const R = this.#fill(first, rows, own);
      this.#forward(R);
      for (let r = 0; r < R; r++) {
        for (const [j, node] of nodes.entries()) {
          found[(first + r) * nodes.length + j] = this.#values[node * this.#side + r];
        }
      }
    }
    return found;
  }

  #share(leaves: readonly Node[], values: Numbers): void {
    const side = this.#side;
    for (let i = 0; i < leaves.length; i++) {
      this.#values.fill(values[i], leaves[i] * side, (leaves[i] + 1) * side);
    }
  }

  /** @returns how many rows there are from `first` on, at a time */
  #fill(first: number, rows: number, { leaves, at }: Own): number {
    const side = this.#side;
    const v = this.#values;
    const R = Math.min(side, rows - first);
    for (let j = 0; j < leaves.length; j++) {
      for (let r = 0; r < R; r++) v[leaves[j] * side + r] = at(first + r, j);
    }
    return R;
  }

  #forward(R: number): void {
    const { kinds, starts, operands, coefficients, constants } = this.#tape;
    const side = this.#side;
    const v = this.#values;
    for (let i = 0; i < kinds.length; i++) {
      const from = starts[i];
      const to = starts[i + 1];
      const at = i * side;
      const x = to > from ? operands[from] * side : 0;
      switch (kinds[i]) {
        case K.leaf:
          break;
        case K.linear:
          for (let r = 0; r < R; r++) v[at + r] = constants[i];
          for (let k = from; k < to; k++) {
            const factor = coefficients[k];
            const a = operands[k] * side;
            for (let r = 0; r < R; r++) v[at + r] += factor * v[a + r];
          }
          break;
        case K.dot:
          for (let r = 0; r < R; r++) v[at + r] = 0;
          for (let k = from; k < to; k += 2) {
            const a = operands[k] * side;
            const b = operands[k + 1] * side;
            for (let r = 0; r < R; r++) v[at + r] += v[a + r] * v[b + r];
          }
          break;
        case K.about:
          for (let r = 0; r < R; r++) v[at + r] = v[x + r];
          break;
        case K.quotient: {
          const b = operands[from + 1] * side;
          for (let r = 0; r < R; r++) v[at + r] = v[x + r] / v[b + r];
          break;
        }
        case K.max:
          for (let r = 0; r < R; r++) {
            let most = v[x + r];
            for (let k = from + 1; k < to; k++) most = Math.max(most, v[operands[k] * side + r]);
            v[at + r] = most;
          }
          break;
        case K.exp:
          for (let r = 0; r < R; r++) v[at + r] = Math.exp(v[x + r]);
          break;
        case K.root:
          for (let r = 0; r < R; r++) v[at + r] = Math.sqrt(v[x + r]);
          break;
        case K.erf:
          for (let r = 0; r < R; r++) v[at + r] = erf(v[x + r], { exp64: Math.exp });
          break;
        default:
          throw new Error(`rows have no ${kinds[i]}`);
      }
    }
  }

  #backward(R: number): void {
    const { kinds, starts, operands, coefficients } = this.#tape;
    const side = this.#side;
    const v = this.#values;
    const g = this.#gradient;
    for (let i = kinds.length - 1; i >= 0; i--) {
      const from = starts[i];
      const to = starts[i + 1];
      const at = i * side;
      const x = to > from ? operands[from] * side : 0;
      switch (kinds[i]) {
        case K.linear:
          for (let k = from; k < to; k++) {
            const factor = coefficients[k];
            const a = operands[k] * side;
            for (let r = 0; r < R; r++) g[a + r] += factor * g[at + r];
          }
          break;
        case K.dot:
          for (let k = from; k < to; k += 2) {
            const a = operands[k] * side;
            const b = operands[k + 1] * side;
            for (let r = 0; r < R; r++) {
              const one = v[a + r];
              g[a + r] += g[at + r] * v[b + r];
              g[b + r] += g[at + r] * one;
            }
          }
          break;
        case K.about:
          for (let r = 0; r < R; r++) g[x + r] += g[at + r];
          break;
        case K.quotient: {
          const b = operands[from + 1] * side;
          for (let r = 0; r < R; r++) {
            const share = g[at + r] / v[b + r];
            g[x + r] += share;
            g[b + r] -= share * v[at + r];
          }
          break;
        }
        case K.exp:
          for (let r = 0; r < R; r++) g[x + r] += g[at + r] * v[at + r];
          break;
        case K.root:
          for (let r = 0; r < R; r++) g[x + r] += g[at + r] / (2 * v[at + r]);
          break;
        case K.erf:
          for (let r = 0; r < R; r++) {
            g[x + r] += g[at + r] * SLOPE_OF_ERF * Math.exp(-v[x + r] * v[x + r]);
          }
      }
    }
  }
}
