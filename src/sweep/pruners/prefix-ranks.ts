/** Numbers that may wait unsorted: a query looks at each of them, and sorting them in costs a copy of all. */
const WAITING = 256;

/**
 * Numbers in the order in which they came, and how a number ranks among the first of them, so that whoever
 * began when fewer were there goes by those. Adding is O(1). Ranking among all but few takes O(log n) and a
 * look at those few; n numbers take 24 n bytes.
 */
export class PrefixRanks {
  readonly #arrivals: number[] = [];
  readonly #values: number[] = [];
  /** The first ones, ascending. */
  #sorted = new Float64Array(0);

  /**
   * @param arrival rises from call to call
   * @param value may be infinite, but not NaN
   */
  add(arrival: number, value: number): void {
    this.#arrivals.push(arrival);
    this.#values.push(value);
  }

  /** How many there are of arrivals below `end`. */
  before(end: number): number {
    return lowerBound(this.#arrivals, end);
  }

  /** How many of the first n are below `value`. */
  below(value: number, n: number): number {
    if (this.#values.length - this.#sorted.length > WAITING) this.#sort();
    const values = this.#values;
    const sorted = this.#sorted.length;
    let count = lowerBound(this.#sorted, value);
    for (let i = sorted; i < n; i++) if (values[i] < value) count++;
    for (let i = n; i < sorted; i++) if (values[i] < value) count--;
    return count;
  }

  /**
   * Whether `value` is above the median of the first n ≥ 1: of an even number, the mean of the middle two.
   * The middle two are looked for, in O(n), only where `value` lies between them.
   */
  aboveMedian(value: number, n: number): boolean {
    const below = this.below(value, n);
    if (2 * below !== n) return 2 * below > n;
    let low = Number.NEGATIVE_INFINITY;
    let high = Number.POSITIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const other = this.#values[i];
      if (other < value) low = Math.max(low, other);
      else high = Math.min(high, other);
    }
    return value > low / 2 + high / 2;
  }

  #sort(): void {
    const old = this.#sorted;
    const fresh = Float64Array.from(this.#values.slice(old.length)).sort();
    const all = new Float64Array(this.#values.length);
    let i = 0;
    let j = 0;
    for (let at = 0; at < all.length; at++) {
      all[at] = j === fresh.length || (i < old.length && old[i] <= fresh[j]) ? old[i++] : fresh[j++];
    }
    this.#sorted = all;
  }
}

/** How many of ascending numbers are below `value`. */
function lowerBound(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
