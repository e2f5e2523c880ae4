import { erf } from "../kernels/ulp.js";

/** A number of a tape. */
export type Node = number;

/** A function of one piece or several: its pieces' slopes and shifts, and where they meet. */
export interface Pieces {
  readonly breaks: readonly number[];
  readonly slopes: readonly number[];
  readonly shifts: readonly number[];
}

export const kinds = [
  ...(["leaf", "linear", "dot", "quotient", "exp", "log", "root", "tanh", "erf", "pieces", "about"] as const),
  ...(["max", "threshold", "first"] as const),
] as const;
type Kind = (typeof kinds)[number];
const K = Object.fromEntries(kinds.map((kind, i) => [kind, i])) as Record<Kind, number>;

/** Unit roundoff of float32. */
export const UNIT = 2 ** -24;
/** 2/√π. */
export const SLOPE_OF_ERF = 1.1283791670955126;

/**
 * Arithmetic on single numbers in float64, written down once and evaluated as often as one likes, with the gradient of
 * one of its numbers by all others: plain reverse mode, which knows the derivatives of the handful of functions below
 * and of nothing that is made of them.
 */
export class Tape {
  readonly #kinds: number[] = [];
  /** Where the operands of each node begin; one more entry than there are nodes. */
  readonly #starts: number[] = [0];
  readonly #operands: Node[] = [];
  /** Of linear nodes, beside each operand; elsewhere 0. */
  readonly #coefficients: number[] = [];
  /** Of linear nodes their constant, of leaves their value. */
  readonly #constants: number[] = [];
  readonly #pieces = new Map<Node, Pieces>();
  /** The same as typed arrays, which are read faster, once there is an evaluation. */
  #sealed: Sealed | undefined;

  get length(): number {
    return this.#kinds.length;
  }

  leaf(value: number): Node {
    return this.#node(K.leaf, [], value);
  }

  /** Changes what a leaf is in later evaluations. */
  set(leaf: Node, value: number): void {
    this.#constants[leaf] = value;
    if (this.#sealed) this.#sealed.constants[leaf] = value;
  }

  /** constant + Σ coefficientᵢ·xᵢ; coefficients are 1 where none are given. */
  linear(xs: readonly Node[], coefficients?: readonly number[], constant = 0): Node {
    return this.#node(K.linear, xs, constant, coefficients ?? xs.map(() => 1));
  }

  /** Σ xᵢ·yᵢ, and `start` where it is given. */
  dot(xs: readonly Node[], ys: readonly Node[], start?: Node): Node {
    const pairs = xs.flatMap((x, i) => [x, ys[i]]);
    const product = this.#node(K.dot, pairs, 0);
    return start === undefined ? product : this.linear([product, start]);
  }

  quotient(a: Node, b: Node): Node {
    return this.#node(K.quotient, [a, b], 0);
  }

  exp(x: Node): Node {
    return this.#node(K.exp, [x], 0);
  }

  log(x: Node): Node {
    return this.#node(K.log, [x], 0);
  }

  root(x: Node): Node {
    return this.#node(K.root, [x], 0);
  }

  tanh(x: Node): Node {
    return this.#node(K.tanh, [x], 0);
  }

  erf(x: Node): Node {
    return this.#node(K.erf, [x], 0);
  }

  /** slopeᵢ·x + shiftᵢ, i the number of breaks that are no larger than x. */
  piecewise(x: Node, pieces: Pieces): Node {
    const node = this.#node(K.pieces, [x], 0);
    this.#pieces.set(node, pieces);
    return node;
  }

  /** x, of which values and gradients may be off by up to `error`, whatever their size. */
  about(x: Node, error: number): Node {
    return this.#node(K.about, [x], error);
  }

  /** The largest, as what a softmax is shifted by: without a derivative, as it cancels, and kernels have none either. */
  max(xs: readonly Node[]): Node {
    return this.#node(K.max, xs, 0);
  }

  /** The τ for which Σ max(0, xᵢ − τ) is 1. */
  threshold(xs: readonly Node[]): Node {
    return this.#node(K.threshold, xs, 0);
  }

  /** 1 where the first x is the largest of all, and of equals the first in `order`; else 0. No derivative. */
  first(xs: readonly Node[], index: number): Node {
    return this.#node(K.first, xs, index);
  }

  #node(kind: number, operands: readonly Node[], constant: number, coefficients?: readonly number[]): Node {
    this.#sealed = undefined;
    this.#kinds.push(kind);
    for (const [i, operand] of operands.entries()) {
      this.#operands.push(operand);
      this.#coefficients.push(coefficients?.[i] ?? 0);
    }
    this.#starts.push(this.#operands.length);
    this.#constants.push(constant);
    return this.#kinds.length - 1;
  }

  /** Values and gradient of one node, with every arithmetic operation's result multiplied by what `round` gives. */
  evaluate(output: Node, round: () => number = exactly): Evaluation {
    const sealed = this.sealed();
    const values = new Float64Array(this.length);
    const gradient = new Float64Array(this.length);
    const margins: number[] = [];
    for (let i = 0; i < values.length; i++) values[i] = this.#value(sealed, i, values, margins, round);
    gradient[output] = 1;
    for (let i = output; i >= 0; i--) {
      if (gradient[i] !== 0) this.#pull(sealed, i, values, gradient, round);
    }
    return { values, gradient, margins };
  }

  sealed(): Sealed {
    return (this.#sealed ??= {
      kinds: Uint8Array.from(this.#kinds),
      starts: Int32Array.from(this.#starts),
      operands: Int32Array.from(this.#operands),
      coefficients: Float64Array.from(this.#coefficients),
      constants: Float64Array.from(this.#constants),
    });
  }

  #value(
    { kinds, starts, operands, coefficients, constants }: Sealed,
    i: Node,
    v: Float64Array,
    margins: number[],
    round: () => number,
  ): number {
    const from = starts[i];
    const to = starts[i + 1];
    const constant = constants[i];
    const x = to > from ? v[operands[from]] : 0;
    switch (kinds[i]) {
      case K.leaf:
        return constant;
      case K.linear: {
        let sum = constant;
        for (let k = from; k < to; k++) {
          const factor = coefficients[k];
          const term = factor * v[operands[k]] * (factor === 1 || factor === -1 ? 1 : round());
          sum = k === from && constant === 0 ? term : (sum + term) * round();
        }
        return sum;
      }
      case K.dot: {
        let sum = 0;
        for (let k = from; k < to; k += 2) {
          sum = (sum + v[operands[k]] * v[operands[k + 1]] * round()) * round();
        }
        return sum;
      }
      case K.about:
        return x + constant * share(round());
      case K.quotient:
        return (x / v[operands[from + 1]]) * round();
      case K.exp:
        return Math.exp(x) * round();
      case K.log:
        return Math.log(x) * round();
      case K.root:
        return Math.sqrt(x) * round();
      case K.tanh:
        return Math.tanh(x) * round();
      case K.erf:
        return erf(x, { exp64: Math.exp }) * round();
      case K.pieces: {
        const { breaks, slopes, shifts } = this.#pieces.get(i)!;
        for (const at of breaks) margins.push(x - at);
        const piece = pieceOf(x, breaks);
        return (slopes[piece] * x * round() + shifts[piece]) * round();
      }
    }
    const xs = Array.from(operands.subarray(from, to), (operand) => v[operand]);
    const most = Math.max(...xs);
    if (kinds[i] === K.max) return most;
    if (kinds[i] === K.first) {
      margins.push(xs[constant] - Math.max(...xs.filter((_, k) => k !== constant)));
      return xs.indexOf(most) === constant ? 1 : 0;
    }
    const tau = threshold(xs);
    for (const value of xs) margins.push(value - tau);
    return tau * round();
  }

  /** Adds what node i passes on to the gradients of its operands. */
  #pull(
    { kinds, starts, operands, coefficients, constants }: Sealed,
    i: Node,
    v: Float64Array,
    gradient: Float64Array,
    round: () => number,
  ): void {
    const from = starts[i];
    const to = starts[i + 1];
    const g = gradient[i];
    const x = to > from ? operands[from] : 0;
    switch (kinds[i]) {
      case K.leaf:
      case K.max:
      case K.first:
        return;
      case K.about:
        add(gradient, x, g + constants[i] * share(round()), round);
        return;
      case K.linear:
        for (let k = from; k < to; k++) {
          const factor = coefficients[k];
          add(gradient, operands[k], factor * g * (factor === 1 || factor === -1 ? 1 : round()), round);
        }
        return;
      case K.dot:
        for (let k = from; k < to; k += 2) {
          const a = operands[k];
          const b = operands[k + 1];
          add(gradient, a, g * v[b] * round(), round);
          add(gradient, b, g * v[a] * round(), round);
        }
        return;
      case K.quotient: {
        const b = operands[from + 1];
        add(gradient, x, (g / v[b]) * round(), round);
        add(gradient, b, ((-g * v[i]) / v[b]) * round(), round);
        return;
      }
      case K.threshold: {
        const support = operands.subarray(from, to).filter((operand) => v[operand] > v[i]);
        for (const operand of support) add(gradient, operand, (g / support.length) * round(), round);
        return;
      }
    }
    add(gradient, x, g * this.#slope(kinds[i], i, v[x], v[i]) * round(), round);
  }

  /** Derivative of y = f(x) for the functions of one number. */
  #slope(kind: number, i: Node, x: number, y: number): number {
    switch (kind) {
      case K.exp:
        return y;
      case K.log:
        return 1 / x;
      case K.root:
        return 1 / (2 * y);
      case K.tanh:
        return 1 - y * y;
      case K.erf:
        return SLOPE_OF_ERF * Math.exp(-x * x);
      default: {
        const { breaks, slopes } = this.#pieces.get(i)!;
        return slopes[pieceOf(x, breaks)];
      }
    }
  }
}

/** A tape as typed arrays. */
export interface Sealed {
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly operands: Int32Array;
  readonly coefficients: Float64Array;
  readonly constants: Float64Array;
}

function add(gradient: Float64Array, to: Node, change: number, round: () => number): void {
  const before = gradient[to];
  gradient[to] = before === 0 ? change : (before + change) * round();
}

/** What one evaluation gives, by node. */
export interface Evaluation {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  /** How far every number that decides between pieces is from where they meet. */
  readonly margins: readonly number[];
}

function exactly(): number {
  return 1;
}

/** Factors 1 + δ, δ uniform in ±u, from a generator of its own: rounding as chance would have it. */
export function rounding(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return 1 + UNIT * ((state >>> 0) / 2 ** 31 - 1);
  };
}

/** The δ/u of a factor 1 + δ. */
function share(factor: number): number {
  return (factor - 1) / UNIT;
}

function pieceOf(x: number, breaks: readonly number[]): number {
  return breaks.filter((at) => at <= x).length;
}

/** Martins and Astudillo 2016, algorithm 1. */
function threshold(xs: readonly number[]): number {
  const top = Math.max(...xs);
  const sorted = xs.map((x) => x - top).sort((a, b) => b - a);
  let sum = 0;
  let tau = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i];
    if (1 + (i + 1) * sorted[i] > sum) tau = (sum - 1) / (i + 1);
  }
  return tau + top;
}
