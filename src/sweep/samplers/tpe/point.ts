/** Widths that are remembered of a kernel: how many trials count, on which they depend, goes up and down by one. */
const REMEMBERED = 2;

/** Where a trial is on each axis, and what is costly to find out about its kernels. */
export class Point {
  /** NaN where the axis's parameter does not apply. */
  readonly places: Float64Array;
  /** By axis, the widths that its kernel had last, each with what was found for it. */
  #found: Float64Array | undefined;

  constructor(places: Float64Array) {
    this.places = places;
  }

  /**
   * What `find` gives for the place on an axis and a width: a function of these two, and the same one each time for an
   * axis. Found out where it is not remembered.
   */
  remembered(axis: number, width: number, find: (place: number, width: number) => number): number {
    const size = 2 * REMEMBERED;
    this.#found ??= new Float64Array(size * this.places.length).fill(Number.NaN);
    const found = this.#found;
    const begin = size * axis;
    for (let i = begin; i < begin + size; i += 2) if (found[i] === width) return found[i + 1];
    found.copyWithin(begin + 2, begin, begin + size - 2);
    found[begin] = width;
    found[begin + 1] = find(this.places[axis], width);
    return found[begin + 1];
  }

  equals({ places: others }: Point): boolean {
    const { places } = this;
    for (let a = 0; a < places.length; a++) {
      if (places[a] !== others[a] && !(Number.isNaN(places[a]) && Number.isNaN(others[a]))) return false;
    }
    return true;
  }
}
