import { PlateauError, quote } from "../../errors.js";

/** Differences between predicted and true numbers, in the units of the outputs. NaN (null in JSON) where undefined. */
export interface Errors {
  /** Samples the measures are taken over. */
  readonly samples: number;
  /** Numbers a sample has: n·d. */
  readonly coordinates: number;
  /** Root of the mean square over all numbers. */
  readonly rmse: number;
  /** Mean magnitude over all numbers. */
  readonly mae: number;
  /** ‖predicted − true‖₂ / ‖true‖₂ over all numbers. */
  readonly relativeL2: number;
  /**
   * 1 − SSE/SST, both summed over all numbers, SST around each output coordinate's own mean over these
   * samples. Undefined where no coordinate varies.
   */
  readonly r2: number;
  /** Largest magnitude. */
  readonly sup: number;
}

/**
 * @param predicted [samples, coordinates]
 * @param truth of the same shape
 * @throws PlateauError `usage` on shapes that do not fit, or no samples
 */
export function errors(predicted: ArrayLike<number>, truth: ArrayLike<number>, coordinates: number): Errors {
  const samples = sampleCount(predicted, truth, coordinates);
  let squares = 0;
  let magnitudes = 0;
  let sup = 0;
  let trueSquares = 0;
  const means = new Float64Array(coordinates);
  for (let i = 0; i < truth.length; i++) {
    const value = truth[i];
    const difference = Math.abs(predicted[i] - value);
    squares += difference * difference;
    magnitudes += difference;
    // Written so that a NaN stays.
    if (!(difference <= sup)) sup = Number.isNaN(sup) ? sup : difference;
    trueSquares += value * value;
    means[i % coordinates] += value;
  }
  for (let k = 0; k < coordinates; k++) means[k] /= samples;
  let spread = 0;
  for (let i = 0; i < truth.length; i++) {
    const difference = truth[i] - means[i % coordinates];
    spread += difference * difference;
  }
  return {
    samples,
    coordinates,
    rmse: Math.sqrt(squares / truth.length),
    mae: magnitudes / truth.length,
    relativeL2: trueSquares > 0 ? Math.sqrt(squares / trueSquares) : Number.NaN,
    r2: spread > 0 ? 1 - squares / spread : Number.NaN,
    sup,
  };
}

/** How many rows of `width` both arrays hold. */
export function sampleCount(predicted: ArrayLike<number>, truth: ArrayLike<number>, width: number): number {
  if (predicted.length !== truth.length) {
    throw new PlateauError("usage", `${predicted.length} predicted numbers for ${truth.length} true ones`);
  }
  const samples = truth.length / width;
  if (!(Number.isInteger(width) && width >= 1 && Number.isInteger(samples) && samples >= 1)) {
    throw new PlateauError("usage", `${truth.length} numbers are no samples of ${quote(width)}`);
  }
  return samples;
}
