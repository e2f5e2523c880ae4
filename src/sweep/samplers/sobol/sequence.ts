import { PlateauError } from "../../../errors.js";
import type { StreamKey } from "../../../random/keys.js";
import { uniform64 } from "../../../random/uniform.js";
import { BITS, directionNumbers, SOBOL_DIMENSIONS } from "./directions.js";

/** Points of a sequence. */
export const SOBOL_POINTS = 2 ** BITS;

/**
 * A Sobol sequence in base 2, in Gray-code order (Antonov and Saleev 1979: the order of the authors' own
 * program and of SciPy), scrambled where a key is given: every coordinate's digits, the first the most
 * significant, are multiplied by a random lower triangular binary matrix with a unit diagonal, and a random
 * digital shift is added (J. Matoušek, "On the L2-discrepancy for anchored boxes", J. Complexity 14, 1998).
 *
 * Of the scramblings this is the one that is exact at little cost. It maps every elementary interval onto
 * another, so all nets stay the nets they were, point 0 included; each point alone is uniform, so that means
 * over points are unbiased; and their variance is that of Owen's nested scrambling (A. B. Owen, "Variance
 * with alternative scramblings of digital nets", ACM TOMACS 13, 2003), which hashes only approximate. And
 * as it is linear it is done once, to the direction numbers: a point costs what it costs unscrambled.
 */
export class SobolSequence {
  readonly dimensions: number;
  /** 32 a dimension. */
  readonly #directions: Uint32Array<ArrayBuffer>;
  readonly #shift: Uint32Array<ArrayBuffer>;

  /** @throws PlateauError `usage` where there are more dimensions than direction numbers */
  constructor(dimensions: number, key?: StreamKey) {
    if (dimensions > SOBOL_DIMENSIONS) {
      throw new PlateauError(
        "usage",
        `Sobol: ${dimensions} dimensions, there are direction numbers for ${SOBOL_DIMENSIONS}`,
      );
    }
    this.dimensions = dimensions;
    this.#directions = new Uint32Array(BITS * dimensions);
    this.#shift = new Uint32Array(dimensions);
    for (let d = 0; d < dimensions; d++) {
      const v = directionNumbers(d);
      if (key) this.#shift[d] = scramble(v, key, d);
      this.#directions.set(v, BITS * d);
    }
  }

  /**
   * Point n as 32-bit fractions, directly: O(32) a dimension.
   * @param n from 0, below 2³²
   */
  digits(n: number): Uint32Array<ArrayBuffer> {
    const point = this.#shift.slice();
    for (let gray = (n ^ (n >>> 1)) >>> 0, k = 0; gray !== 0; gray >>>= 1, k++) {
      if ((gray & 1) === 0) continue;
      for (let d = 0; d < point.length; d++) point[d] ^= this.#directions[BITS * d + k];
    }
    return point;
  }

  /** Point n in (0, 1): the middle of the interval of length 2⁻³² that its digits are, as exact as they are. */
  point(n: number): Float64Array<ArrayBuffer> {
    const digits = this.digits(n);
    const point = new Float64Array(digits.length);
    for (let d = 0; d < point.length; d++) point[d] = (digits[d] + 0.5) / SOBOL_POINTS;
    return point;
  }
}

/** Multiplies the digits of `v` in place by a random matrix, and returns a random shift. */
function scramble(v: Uint32Array, key: StreamKey, dimension: number): number {
  const draws = uniform64(key, (BITS + 1) * dimension, BITS + 1);
  const words = Uint32Array.from(draws, (u) => Math.floor(u * SOBOL_POINTS));
  // Column l of the matrix: 1 at digit l, random digits below it.
  const columns = words.subarray(0, BITS).map((word, l) => {
    const digit = 2 ** (BITS - 1 - l);
    return digit + (word & (digit - 1));
  });
  for (let k = 0; k < BITS; k++) {
    let scrambled = 0;
    for (let l = 0; l < BITS; l++) if ((v[k] >>> (BITS - 1 - l)) & 1) scrambled ^= columns[l];
    v[k] = scrambled;
  }
  return words[BITS];
}
