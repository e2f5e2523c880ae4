import { log } from "../../../targets/math.js";
import { logPeak, massBetween, massInside } from "./normal-kernel.js";

/** Integers as they lie on the unit interval. */
export interface Integers {
  /** Where the part begins that decodes to the n-th. */
  edge(n: number): number;
  /** Where the n-th itself is. */
  unit(n: number): number;
}

/** Masses that rounding makes 0 are this, and so no kernel excludes anything. */
const LEAST_MASS = 1e-300;

/**
 * A part of the interval that is narrower than this share of a kernel's width has the density at its middle:
 * to the factor 1 ± 7e-4 (z² − 1), the first term that the midpoint rule leaves.
 */
const NARROW = 1 / 8;

/** Normal distributions of one width around some integers, of each integer the mass on its part over that part's length. */
export class IntegerTable {
  /** Where the kernels' centers are on the unit interval. */
  readonly centers: Float64Array;
  readonly width: number;
  readonly #integers: Integers;
  readonly #inside: Float64Array;
  readonly #norms: Float64Array;
  readonly #columns = new Map<number, Float64Array>();

  constructor(around: Float64Array, width: number, integers: Integers) {
    this.width = width;
    this.#integers = integers;
    this.centers = around.map((n) => integers.unit(n));
    this.#inside = this.centers.map((at) => massInside(at, width));
    this.#norms = this.#inside.map((mass) => logPeak(mass, width));
  }

  /** The log densities of all kernels at an integer. */
  column(n: number): Float64Array {
    let column = this.#columns.get(n);
    if (!column) this.#columns.set(n, (column = this.#column(n)));
    return column;
  }

  #column(n: number): Float64Array {
    const { width } = this;
    const [start, end] = [this.#integers.edge(n), this.#integers.edge(n + 1)];
    if (end - start < NARROW * width) {
      return this.centers.map((at, i) => {
        const z = ((start + end) / 2 - at) / width;
        return this.#norms[i] - (z * z) / 2;
      });
    }
    return this.centers.map((at, i) => {
      const mass = massBetween((start - at) / width, (end - at) / width);
      return log(Math.max(mass, LEAST_MASS) / (this.#inside[i] * (end - start)));
    });
  }
}
