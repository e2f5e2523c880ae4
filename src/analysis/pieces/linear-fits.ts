/** Sums over the samples between two knots, y taken from its overall mean. */
export interface Sums {
  /** Samples. */
  readonly length: number;
  /** Σ y. */
  readonly sum: number;
  /** Σ (i + ½)·y, i counted from the left knot. */
  readonly moment: number;
  /** Σ y². */
  readonly squares: number;
}

/** Least-squares straight lines between knots, and the best rows of them without continuity. */
export class SuffixFits {
  /** A sum of squares that rounding may make of nothing. */
  readonly rounding: number;
  private readonly n: number;
  private readonly knots: Float64Array;
  private readonly sum: Float64Array;
  private readonly moment: Float64Array;
  private readonly squares: Float64Array;
  private readonly errors: Float64Array;
  /** rows[j][s]: least error of j lines from knot s to the end. */
  private readonly rows: Float64Array[];

  /** @param knots ascending, from 0 to y.length */
  constructor(y: Float64Array, knots: ArrayLike<number>) {
    const n = (this.n = knots.length - 1);
    this.knots = Float64Array.from(knots);
    const pairs = () => new Float64Array((n + 1) * (n + 1));
    this.sum = pairs();
    this.moment = pairs();
    this.squares = pairs();
    this.errors = pairs();
    let mean = 0;
    for (const value of y) mean += value / y.length;
    for (let s = 0; s < n; s++) {
      let sum = 0;
      let moment = 0;
      let squares = 0;
      for (let t = s + 1; t <= n; t++) {
        for (let i = knots[t - 1]; i < knots[t]; i++) {
          const value = y[i] - mean;
          sum += value;
          moment += (i - knots[s] + 0.5) * value;
          squares += value * value;
        }
        const at = s * (n + 1) + t;
        this.sum[at] = sum;
        this.moment[at] = moment;
        this.squares[at] = squares;
        this.errors[at] = residual({ length: knots[t] - knots[s], sum, moment, squares });
      }
    }
    this.rounding = 1e-12 * this.squares[n];
    this.rows = [new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY)];
    this.rows[0][n] = 0;
  }

  sums(s: number, t: number): Sums {
    const at = s * (this.n + 1) + t;
    return {
      length: this.knots[t] - this.knots[s],
      sum: this.sum[at],
      moment: this.moment[at],
      squares: this.squares[at],
    };
  }

  /** Squared error of the best line between knots s and t. */
  error(s: number, t: number): number {
    return this.errors[s * (this.n + 1) + t];
  }

  /** Least squared error of exactly `pieces` lines, each for itself, from knot s to the end. */
  least(pieces: number, s: number): number {
    while (this.rows.length <= pieces) this.rows.push(this.another(this.rows[this.rows.length - 1]));
    return this.rows[pieces][s];
  }

  private another(fewer: Float64Array): Float64Array {
    const row = new Float64Array(this.n + 1).fill(Number.POSITIVE_INFINITY);
    for (let s = 0; s < this.n; s++) {
      for (let t = s + 1; t <= this.n; t++) row[s] = Math.min(row[s], this.error(s, t) + fewer[t]);
    }
    return row;
  }
}

function residual({ length, sum, moment, squares }: Sums): number {
  const spread = (length * length * length - length) / 12;
  const along = moment - (length / 2) * sum;
  const explained = (sum * sum) / length + (spread > 0 ? (along * along) / spread : 0);
  return Math.max(0, squares - explained);
}
