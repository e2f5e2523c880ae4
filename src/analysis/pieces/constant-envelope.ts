import { EnvelopeBlock } from "./envelope-block.js";

/** Intervals that a block may hold in any case. */
const BLOCK = 32;

/**
 * Over all starts s of the last piece, the least of costs[s] + Σ_{s ≤ i < t} (y_i − μ)² as a function Q of
 * the piece's value μ: a row of intervals of μ, each with the start that is best there. A start that is
 * best nowhere never is again, so it is dropped: functional pruning, as in pDPA and FPOP.
 *
 * On smooth signals many starts stay, so intervals are kept in blocks (ours). A block collects samples as
 * one (count, mean, spread), which bounds Q on it from both sides, and takes them in only where a bound
 * leaves open whether the block matters. With √size blocks, a step costs about √size.
 */
export class ConstantEnvelope {
  /** After `step`: where the best last piece starts, and its own sum of squared errors. */
  bestStart = 0;
  bestSpread = 0;
  private t = 0;
  private blocks: EnvelopeBlock[] = [];
  private readonly unused: EnvelopeBlock[] = [];
  private open: EnvelopeBlock | null = null;
  private best = Number.POSITIVE_INFINITY;
  private readonly low: number;
  private readonly high: number;

  /** @param costs read at s only when sample s is taken in, so it can be filled meanwhile */
  constructor(
    private readonly y: Float64Array,
    private readonly costs: Float64Array,
  ) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of y) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.low = low;
    // An interval of some length even where y is constant.
    this.high = high > low ? high : low + 1;
  }

  /** Takes the next sample in; returns the least cost of all samples so far. */
  step(): number {
    const { costs, y, t } = this;
    if (Number.isFinite(costs[t])) this.offer(costs[t]);
    this.t++;
    this.best = Number.POSITIVE_INFINITY;
    const { blocks } = this;
    for (let i = 0; i < blocks.length; i++) blocks[i].add(y[t]);
    if (blocks.length === 1) this.search(blocks[0]);
    if (blocks.length < 2) return this.best;
    // The most promising first: then most others need no look.
    let first = 0;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < blocks.length; i++) {
      const lower = blocks[i].lower(costs);
      if (lower < lowest) {
        lowest = lower;
        first = i;
      }
    }
    this.search(blocks[first]);
    for (let i = 0; i < blocks.length; i++) {
      if (i !== first && blocks[i].lower(costs) < this.best) this.search(blocks[i]);
    }
    return this.best;
  }

  private search(block: EnvelopeBlock): void {
    block.settle();
    for (let i = 0; i < block.size; i++) {
      const cost = this.costs[block.start[i]] + block.spread[i];
      if (cost < this.best) {
        this.best = cost;
        this.bestStart = block.start[i];
        this.bestSpread = block.spread[i];
      }
    }
  }

  /** Lets a piece that starts now have every μ at which it is cheaper than what there is. */
  private offer(cost: number): void {
    const { t, costs } = this;
    const old = this.blocks;
    let size = 0;
    for (const block of old) size += block.size;
    const most = Math.max(BLOCK, Math.ceil(2 * Math.sqrt(size)));
    this.blocks = [];
    if (old.length === 0) this.emit(this.low, this.high, t, 0, 0, most);
    const alone = old.length === 1;
    for (const block of old) {
      if (!alone && block.upper(costs) > cost) {
        if (block.lower(costs) >= cost) {
          this.emit(block.low, block.high, t, 0, 0, most);
          this.unused.push(block);
          continue;
        }
        block.settle();
      }
      if (!alone && block.upper(costs) <= cost) {
        this.close(most);
        this.keep(block, most);
        continue;
      }
      block.settle();
      this.split(block, cost, most);
      this.unused.push(block);
    }
    this.close(most);
  }

  /** Divides the intervals of a settled block between their starts and the new one. */
  private split(block: EnvelopeBlock, cost: number, most: number): void {
    const { t, costs } = this;
    for (let i = 0; i < block.size; i++) {
      const from = block.left[i];
      const to = block.right(i);
      const s = block.start[i];
      const mean = block.mean[i];
      const room = (cost - costs[s] - block.spread[i]) / (t - s);
      const radius = room > 0 ? Math.sqrt(room) : 0;
      const keepFrom = Math.max(from, mean - radius);
      const keepTo = Math.min(to, mean + radius);
      if (!(keepFrom < keepTo)) {
        this.emit(from, to, t, 0, 0, most);
        continue;
      }
      if (from < keepFrom) this.emit(from, keepFrom, t, 0, 0, most);
      this.emit(keepFrom, keepTo, s, mean, block.spread[i], most);
      if (keepTo < to) this.emit(keepTo, to, t, 0, 0, most);
    }
  }

  private emit(left: number, right: number, start: number, mean: number, spread: number, most: number): void {
    if (this.open && this.open.size >= most) this.close(most);
    this.open ??= (this.unused.pop() ?? new EnvelopeBlock()).reset(this.t, left);
    this.open.push(left, start, mean, spread);
    this.open.high = right;
  }

  private close(most: number): void {
    if (this.open) this.keep(this.open, most);
    this.open = null;
  }

  private keep(block: EnvelopeBlock, most: number): void {
    const before = this.blocks.length > 0 ? this.blocks[this.blocks.length - 1] : null;
    if (before && before.size + block.size <= most) {
      before.append(block);
      this.unused.push(block);
    } else this.blocks.push(block);
  }
}
