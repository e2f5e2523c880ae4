/** Columns of a training set brought to mean 0 and deviation 1; a column that does not vary, to 0. */
export interface Standardisation {
  readonly mean: Float64Array;
  /** Standard deviation, 1 where a column does not vary. */
  readonly deviation: Float64Array;
  /** Root mean square of the columns' deviations. */
  readonly spread: number;
  /** Scaled rows. */
  apply(values: ArrayLike<number>): Float32Array<ArrayBuffer>;
  /** Rows in the old units. */
  undo(values: ArrayLike<number>): Float64Array<ArrayBuffer>;
}

/** @param values [rows, width] */
export function standardisation(values: Float32Array, width: number): Standardisation {
  const rows = values.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width] += values[i];
  for (let k = 0; k < width; k++) mean[k] /= rows;
  const deviation = new Float64Array(width);
  for (let i = 0; i < values.length; i++) {
    const difference = values[i] - mean[i % width];
    deviation[i % width] += difference * difference;
  }
  let squares = 0;
  for (let k = 0; k < width; k++) {
    squares += deviation[k];
    const found = Math.sqrt(deviation[k] / rows);
    // What the rounding of the mean leaves of a constant column is no variation.
    deviation[k] = found > 1e-12 * Math.abs(mean[k]) ? found : 1;
  }
  return {
    mean,
    deviation,
    spread: Math.sqrt(squares / values.length),
    apply: (some) =>
      Float32Array.from(
        { length: some.length },
        (_, i) => (some[i] - mean[i % width]) / deviation[i % width],
      ),
    undo: (some) =>
      Float64Array.from({ length: some.length }, (_, i) => some[i] * deviation[i % width] + mean[i % width]),
  };
}
