import { PlateauError, quote } from "../errors.js";

/** How a column's numbers become numbers of mean 0 and standard deviation 1, and back. */
export interface Scale {
  readonly mean: number;
  /** Of the population: √(Σ(v − mean)²/n). 0 where all values are equal. */
  readonly sd: number;
}

/** Mean and standard deviation of some rows of a column, in two passes of float64 in the order of `rows`. */
export function scaleOf(name: string, values: Float64Array, rows: ArrayLike<number>): Scale {
  let sum = 0;
  let constant = true;
  for (let i = 0; i < rows.length; i++) {
    sum += values[rows[i]];
    constant &&= values[rows[i]] === values[rows[0]];
  }
  if (constant) return { mean: values[rows[0]], sd: 0 };
  const mean = sum / rows.length;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const difference = values[rows[i]] - mean;
    squares += difference * difference;
  }
  const sd = Math.sqrt(squares / rows.length);
  if (!Number.isFinite(sd) || sd === 0) {
    throw new PlateauError(
      "usage",
      `column ${quote(name)}: its numbers are too large or too close together for a standard deviation: rescale it`,
    );
  }
  return { mean, sd };
}

export function standardise(value: number, { mean, sd }: Scale): number {
  return (value - mean) / sd;
}

/** The inverse of `standardise`. */
export function restore(value: number, { mean, sd }: Scale): number {
  return value * sd + mean;
}
