/**
 * Neighbouring intervals of μ with the start that is best on each, its mean and spread as of some time, and
 * the samples since then. See `ConstantEnvelope`.
 */
export class EnvelopeBlock {
  low = 0;
  high = 0;
  /** Intervals in ascending order; each ends where the next one begins. */
  size = 0;
  left = new Float64Array(32);
  start = new Uint32Array(32);
  /** Of the samples from the start on. */
  mean = new Float64Array(32);
  spread = new Float64Array(32);
  private time = 0;
  // Least and greatest of Q on the block at that time, where known.
  private measured = false;
  private least = 0;
  private greatest = 0;
  // Samples since.
  private newCount = 0;
  private newMean = 0;
  private newSpread = 0;

  /** Empties it. */
  reset(time: number, low: number): this {
    this.time = time;
    this.low = low;
    this.size = 0;
    this.measured = false;
    this.newCount = 0;
    this.newMean = 0;
    this.newSpread = 0;
    return this;
  }

  right(i: number): number {
    return i + 1 < this.size ? this.left[i + 1] : this.high;
  }

  push(left: number, start: number, mean: number, spread: number): void {
    const at = this.size;
    if (at > 0 && this.start[at - 1] === start) return;
    if (at === this.left.length) this.grow();
    this.left[at] = left;
    this.start[at] = start;
    this.mean[at] = mean;
    this.spread[at] = spread;
    this.size = at + 1;
    this.measured = false;
  }

  /** Collects a sample. Welford's update: exact zeros for constant stretches. */
  add(value: number): void {
    this.newCount++;
    const difference = value - this.newMean;
    this.newMean += difference / this.newCount;
    this.newSpread += difference * (value - this.newMean);
  }

  /** Takes the collected samples in (Chan, Golub, LeVeque 1983). */
  settle(): void {
    const { newCount, newMean, newSpread, time, start, mean, spread } = this;
    if (newCount === 0) return;
    for (let i = 0; i < this.size; i++) {
      const count = time - start[i];
      const part = newCount / (count + newCount);
      const difference = newMean - mean[i];
      spread[i] += newSpread + difference * difference * count * part;
      mean[i] += difference * part;
    }
    this.time += newCount;
    this.measured = false;
    this.newCount = 0;
    this.newMean = 0;
    this.newSpread = 0;
  }

  /** No Q on the block is less. */
  lower(costs: Float64Array): number {
    if (!this.measured) this.measure(costs);
    const distance = Math.max(0, this.low - this.newMean, this.newMean - this.high);
    return this.least + this.newSpread + this.newCount * distance * distance;
  }

  /** No Q on the block is greater. */
  upper(costs: Float64Array): number {
    if (!this.measured) this.measure(costs);
    const distance = Math.max(this.high - this.newMean, this.newMean - this.low);
    return this.greatest + this.newSpread + this.newCount * distance * distance;
  }

  /** Adds the intervals of the next block. */
  append(next: EnvelopeBlock): void {
    this.settle();
    next.settle();
    for (let i = 0; i < next.size; i++) this.push(next.left[i], next.start[i], next.mean[i], next.spread[i]);
    this.high = next.high;
    this.measured = false;
  }

  /** Finds the bounds of Q: convex on every interval, it is greatest at an end. */
  private measure(costs: Float64Array): void {
    const { time, start, spread } = this;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.size; i++) {
      const mean = this.mean[i];
      const count = time - start[i];
      const bottom = costs[start[i]] + spread[i];
      const left = mean - this.left[i];
      const right = this.right(i) - mean;
      const near = Math.max(0, -left, -right);
      const far = Math.max(left, right);
      least = Math.min(least, bottom + count * near * near);
      greatest = Math.max(greatest, bottom + count * far * far);
    }
    this.least = least;
    this.greatest = greatest;
    this.measured = true;
  }

  private grow(): void {
    const wider = <A extends Float64Array | Uint32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    const length = 2 * this.left.length;
    this.left = wider(this.left, new Float64Array(length));
    this.start = wider(this.start, new Uint32Array(length));
    this.mean = wider(this.mean, new Float64Array(length));
    this.spread = wider(this.spread, new Float64Array(length));
  }
}
