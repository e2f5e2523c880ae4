import { gathered, type Slopes, slopes } from "./slopes.js";
import { spectralNormBound } from "./spectral-bound.js";

/** A matrix of the network, with its norms (of blocks of rows) once they were asked for. */
export class Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly #norms = new Map<string, number>();
  #rowNorms: Float64Array | undefined;
  #entries: Entries | undefined | null = null;

  constructor(data: Float32Array, rows: number, columns: number) {
    this.data = data;
    this.rows = rows;
    this.columns = columns;
  }

  /** An upper bound of the norm of row i. */
  rowNorm(i: number): number {
    this.#rowNorms ??= Float64Array.from({ length: this.rows }, (_, row) =>
      length(this.data.subarray(row * this.columns, (row + 1) * this.columns)),
    );
    return this.#rowNorms[i];
  }

  /** The entries that are not 0, row by row; undefined where those are more than a quarter of all. */
  get entries(): Entries | undefined {
    if (this.#entries === null) this.#entries = entriesOf(this);
    return this.#entries;
  }

  /** An upper bound of the spectral norm of rows [from, to). */
  norm(from = 0, to = this.rows): number {
    const key = `${from} ${to}`;
    let norm = this.#norms.get(key);
    if (norm === undefined) {
      const part = this.data.subarray(from * this.columns, to * this.columns);
      norm = spectralNormBound(part, to - from, this.columns);
      this.#norms.set(key, norm);
    }
    return norm;
  }
}

/** Entries of a sparse matrix: those of row i are numbers starts[i] … starts[i+1] − 1. */
export interface Entries {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

function entriesOf({ data, rows, columns }: Matrix): Entries | undefined {
  let count = 0;
  for (const value of data) if (value !== 0) count++;
  if (4 * count > data.length) return undefined;
  const found = {
    starts: new Int32Array(rows + 1),
    columns: new Int32Array(count),
    values: new Float64Array(count),
  };
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column];
      if (value === 0) continue;
      found.columns[at] = column;
      found.values[at++] = value;
    }
    found.starts[row + 1] = at;
  }
  return found;
}

/**
 * What is known for certain of a tensor [tokens, width] as a function of the network's inputs on a box:
 * between which numbers each element lies, how long each token is at most, and Lipschitz constants with
 * respect to the inputs, 2-norms on both sides.
 */
export interface Bounded {
  readonly tokens: number;
  readonly width: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** At least ‖token‖₂. */
  readonly norm: Float64Array;
  /** Lipschitz constant of each token. */
  readonly token: Float64Array;
  /** Lipschitz constant of all tokens together. */
  readonly whole: number;
  /** Where the tensor is W·input + b token by token: sharper bounds for some of its columns. */
  readonly origin?: Origin;
  /** What the tensor is at the middle of the inputs' box; absent where it does not depend on the inputs. */
  readonly middle?: Middle;
  /** Intervals around its Jacobian, as long as they are carried. */
  readonly slopes?: Slopes;
}

interface Middle {
  readonly at: Bounded;
  /** The largest distance of an input from the middle of the box. */
  readonly reach: number;
}

/** Rows of W and numbers of b from `from` on. */
interface Origin {
  readonly input: Bounded;
  readonly matrix: Matrix;
  readonly bias?: ArrayLike<number>;
  readonly from: number;
}

/** Fills in what follows: norms from the box, and each Lipschitz constant from the others. */
export function bounded(
  tokens: number,
  width: number,
  low: Float64Array,
  high: Float64Array,
  constants: { token: ArrayLike<number>; whole: number },
  more: { norm?: ArrayLike<number>; origin?: Origin; middle?: Middle; slopes?: Slopes } = {},
): Bounded {
  const norm = new Float64Array(tokens);
  const token = new Float64Array(tokens);
  let squares = 0;
  for (let t = 0; t < tokens; t++) {
    norm[t] = Math.min(boxNorm(low, high, t * width, width), more.norm?.[t] ?? Number.POSITIVE_INFINITY);
    token[t] = Math.min(constants.token[t], constants.whole, more.slopes?.token[t] ?? constants.whole);
    squares += token[t] * token[t];
  }
  const whole = Math.min(constants.whole, Math.sqrt(squares), more.slopes?.whole ?? constants.whole);
  const { origin, middle, slopes } = more;
  return { tokens, width, low, high, norm, token, whole, origin, middle, slopes };
}

/**
 * Bounds by a rule, sharpened by what the rule finds at the middle c of the inputs' box: no token z is
 * further from z(c) than its Lipschitz constant times the reach of the box, ‖z − z(c)‖ ≤ L·ρ. Intervals
 * grow by ‖|W|‖ in a linear layer, L only by ‖W‖.
 */
export function sharpened(
  inputs: readonly Bounded[],
  rule: (inputs: readonly Bounded[]) => Bounded,
): Bounded {
  const out = rule(inputs);
  const reach = inputs.find(({ middle }) => middle)?.middle?.reach;
  if (reach === undefined) return out;
  const at = rule(inputs.map((z) => z.middle?.at ?? z));
  const low = out.low.slice();
  const high = out.high.slice();
  const { origin, width, tokens } = out;
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < width; i++) {
      const k = t * width + i;
      // Of a linear layer each output has its own constant: its row's norm.
      const row = origin ? origin.matrix.rowNorm(origin.from + i) : Number.POSITIVE_INFINITY;
      const constant = Math.min(out.token[t], origin ? row * origin.input.token[t] : row);
      const distance = up(constant * reach);
      if (at.low[k] - distance > low[k]) low[k] = at.low[k] - distance;
      if (at.high[k] + distance < high[k]) high[k] = at.high[k] + distance;
    }
  }
  return bounded(tokens, width, low, high, out, {
    norm: out.norm.map((norm, t) => Math.min(norm, up(at.norm[t] + out.token[t] * reach))),
    origin,
    middle: { at, reach },
    slopes: out.slopes,
  });
}

/** Numbers that do not depend on the inputs. */
export function constant(values: ArrayLike<number>, tokens: number, width: number): Bounded {
  const at = Float64Array.from(values);
  return bounded(tokens, width, at, at, { token: new Float64Array(tokens), whole: 0 });
}

/** The same elements as other tokens. */
export function reshaped(z: Bounded, tokens: number, width: number): Bounded {
  if (z.tokens === tokens && z.width === width) return z;
  const { low, high, whole, middle: was, slopes: rows } = z;
  const middle = was && { at: reshaped(was.at, tokens, width), reach: was.reach };
  const again = rows && slopes(tokens, rows.inputs, rows.middle, rows.radius);
  const token = new Float64Array(tokens).fill(whole);
  return bounded(tokens, width, low, high, { token, whole }, { middle, slopes: again });
}

/** Columns [from, to) of every token. */
export function columns(z: Bounded, from: number, to: number): Bounded {
  return sharpened([z], ([one]) => cutColumns(one, from, to));
}

function cutColumns(z: Bounded, from: number, to: number): Bounded {
  const { tokens, width: all, origin } = z;
  const width = to - from;
  const cut = (values: Float64Array) => {
    const out = new Float64Array(tokens * width);
    for (let t = 0; t < tokens; t++) out.set(values.subarray(t * all + from, t * all + to), t * width);
    return out;
  };
  const box = [tokens, width, cut(z.low), cut(z.high)] as const;
  const cutSlopes =
    z.slopes &&
    gathered(tokens, width, z.slopes.inputs, (row) => [
      z.slopes,
      Math.floor(row / width) * all + from + (row % width),
    ]);
  if (!origin) return bounded(...box, z, { norm: z.norm, slopes: cutSlopes });
  const { input, matrix, bias } = origin;
  const [first, last] = [origin.from + from, origin.from + to];
  const norm = matrix.norm(first, last);
  const shift = bias ? length(Array.from(bias).slice(first, last)) : 0;
  return bounded(
    ...box,
    { token: input.token.map((one) => up(norm * one)), whole: up(norm * input.whole) },
    {
      norm: input.norm.map((one) => up(norm * one + shift)),
      origin: { ...origin, from: first },
      slopes: cutSlopes,
    },
  );
}

/** At least ‖token s − token t‖₂ at any one input: [tokens, tokens]. */
export function distances(z: Bounded): Float64Array {
  const { tokens, width, low, high, norm, origin } = z;
  const out = new Float64Array(tokens * tokens);
  // ‖W(a − b)‖ ≤ ‖W‖‖a − b‖.
  const before = origin && distances(origin.input);
  const aside = z.middle && fromMiddle(z, z.middle);
  const factor = origin ? origin.matrix.norm(origin.from, origin.from + width) : 0;
  for (let s = 0; s < tokens; s++) {
    for (let t = 0; t < s; t++) {
      let squares = 0;
      for (let i = 0; i < width; i++) {
        const a = s * width + i;
        const b = t * width + i;
        const most = Math.max(high[a] - low[b], high[b] - low[a]);
        squares += most * most;
      }
      const at = s * tokens + t;
      const through = before ? up(factor * before[at]) : Number.POSITIVE_INFINITY;
      out[at] = Math.min(up(Math.sqrt(squares)), norm[s] + norm[t], through, aside?.(s, t) ?? through);
      out[t * tokens + s] = out[at];
    }
  }
  return out;
}

/** Distances of tokens at the middle, and what each can move from there. */
function fromMiddle(z: Bounded, { at, reach }: Middle): (s: number, t: number) => number {
  const middle = distances(at);
  return (s, t) =>
    up(middle[s * z.tokens + t] + reach * Math.min(z.token[s] + z.token[t], Math.SQRT2 * z.whole));
}

/** A length a little longer, for what float64 rounded off. */
export function up(length: number): number {
  return length * (1 + 1e-12);
}

export function length(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] * values[i];
  return up(Math.sqrt(squares));
}

function boxNorm(low: Float64Array, high: Float64Array, from: number, width: number): number {
  let squares = 0;
  for (let i = from; i < from + width; i++) squares += Math.max(low[i] * low[i], high[i] * high[i]);
  return up(Math.sqrt(squares));
}
