import type { Bins } from "./bins.js";

/** What of an axis a leaf covers: its bins in runs start₀, end₀, start₁, end₁ …, and their widths together. */
export interface Cover {
  readonly runs: readonly number[];
  readonly width: number;
}

export interface Leaf {
  /** Mean of its rows. */
  readonly value: number;
  /** By axis. */
  readonly covers: readonly Cover[];
}

interface Node {
  readonly start: number;
  readonly end: number;
  readonly covers: readonly Cover[];
  /** Tells its children where they are. */
  readonly place: (node: Branch | Leaf) => void;
}

interface Branch {
  readonly axis: number;
  /** By bin of the axis: 1 where it goes left. */
  readonly goesLeft: Uint8Array;
  left: Branch | Leaf;
  right: Branch | Leaf;
}

interface Split {
  readonly axis: number;
  readonly goesLeft: Uint8Array;
  readonly gain: number;
}

/** A regression tree over bins. */
export class Tree {
  readonly leaves: Leaf[] = [];
  #root!: Branch | Leaf;

  /**
   * Every node is split where that lowers the sum of squared errors most (CART: Breiman et al. 1984), numbers
   * at a threshold, categories into two sets: best ones are among those that keep the order of their means
   * (Fisher 1958). Of equal splits, the first axis and the lowest threshold.
   * @param rows of the bins' trials, some of them more than once: permuted
   * @param fewest rows in a leaf
   */
  constructor(axes: readonly Bins[], y: Float64Array, rows: Int32Array, fewest: number) {
    const whole = axes.map(({ widths }): Cover => ({ runs: [0, widths.length], width: 1 }));
    const spare = new Int32Array(rows.length);
    const histogram = new Histogram(axes);
    const stack: Node[] = [
      { start: 0, end: rows.length, covers: whole, place: (node) => (this.#root = node) },
    ];
    for (let node = stack.pop(); node; node = stack.pop()) {
      const { start, end, covers, place } = node;
      const split = bestSplit(axes, y, rows.subarray(start, end), covers, fewest, histogram);
      if (!split) {
        let sum = 0;
        for (let i = start; i < end; i++) sum += y[rows[i]];
        const leaf = { value: sum / (end - start), covers };
        this.leaves.push(leaf);
        place(leaf);
        continue;
      }
      const { axis, goesLeft } = split;
      const { of, widths } = axes[axis];
      const middle = start + partition(rows.subarray(start, end), spare, (row) => goesLeft[of[row]] === 1);
      const branch = { axis, goesLeft } as Branch;
      place(branch);
      const [left, right] = divide(covers[axis], goesLeft, widths);
      stack.push(
        {
          start: middle,
          end,
          covers: covers.with(axis, right),
          place: (child) => (branch.right = child),
        },
        { start, end: middle, covers: covers.with(axis, left), place: (child) => (branch.left = child) },
      );
    }
  }

  /** The value at point i of those whose bins are given by axis. */
  predict(places: readonly Int32Array[], i: number): number {
    let node = this.#root;
    while ("axis" in node) node = node.goesLeft[places[node.axis][i]] ? node.left : node.right;
    return node.value;
  }
}

/** Where the rows of a node are counted and summed up by bin. */
class Histogram {
  readonly counts: Int32Array;
  readonly sums: Float64Array;

  constructor(axes: readonly Bins[]) {
    const most = axes.reduce((most, { widths }) => Math.max(most, widths.length), 0);
    this.counts = new Int32Array(most);
    this.sums = new Float64Array(most);
  }

  fill({ of }: Bins, y: Float64Array, rows: Int32Array, mean: number): void {
    this.counts.fill(0);
    this.sums.fill(0);
    for (const row of rows) {
      this.counts[of[row]]++;
      this.sums[of[row]] += y[row] - mean;
    }
  }

  /** Bins with rows, those of categories by their mean. */
  present({ ordered }: Bins, { runs }: Cover): number[] {
    const { counts, sums } = this;
    const found: number[] = [];
    for (let r = 0; r < runs.length; r += 2) {
      for (let b = runs[r]; b < runs[r + 1]; b++) if (counts[b] > 0) found.push(b);
    }
    return ordered ? found : found.sort((a, b) => sums[a] / counts[a] - sums[b] / counts[b] || a - b);
  }
}

function bestSplit(
  axes: readonly Bins[],
  y: Float64Array,
  rows: Int32Array,
  covers: readonly Cover[],
  fewest: number,
  histogram: Histogram,
): Split | undefined {
  const n = rows.length;
  if (n < 2 * fewest) return undefined;
  let mean = 0;
  let scale = 0;
  for (const row of rows) mean += y[row] / n;
  for (const row of rows) scale = Math.max(scale, Math.abs(y[row] - mean));
  // Differences that are the rounding of the mean are none.
  if (scale <= 1e-12 * Math.abs(mean)) return undefined;
  const { counts, sums } = histogram;
  let best: Split | undefined;
  for (let axis = 0; axis < axes.length; axis++) {
    const { runs } = covers[axis];
    if (runs.length === 2 && runs[1] - runs[0] === 1) continue;
    histogram.fill(axes[axis], y, rows, mean);
    const present = histogram.present(axes[axis], covers[axis]);
    let size = 0;
    let sum = 0;
    let at = 0;
    // What is larger by rounding alone is not larger: the earlier axis is split.
    let gain = (best?.gain ?? 0) * (1 + 1e-12);
    for (let i = 1; i < present.length; i++) {
      size += counts[present[i - 1]];
      sum += sums[present[i - 1]];
      if (size < fewest || n - size < fewest) continue;
      // Around the mean the right side's sum is the left one's, negated.
      const lowered = (sum * sum * n) / (size * (n - size));
      if (lowered <= gain) continue;
      gain = lowered;
      at = i;
    }
    if (at > 0) best = { axis, gain, goesLeft: leftOf(present, at, counts, covers[axis], axes[axis]) };
  }
  return best;
}

/** Which bins go left with the first `at` of those present. */
function leftOf(
  present: readonly number[],
  at: number,
  counts: Int32Array,
  { runs }: Cover,
  { ordered, widths }: Bins,
): Uint8Array {
  const goesLeft = new Uint8Array(widths.length);
  if (ordered) {
    // Bins between the two sides are halved.
    return goesLeft.fill(1, 0, (present[at - 1] + present[at] + 1) >> 1);
  }
  let size = 0;
  let n = 0;
  for (const [i, bin] of present.entries()) {
    n += counts[bin];
    if (i < at) {
      size += counts[bin];
      goesLeft[bin] = 1;
    }
  }
  // Categories of which nothing is known here go with the larger side.
  if (2 * size < n) return goesLeft;
  for (let r = 0; r < runs.length; r += 2) {
    for (let b = runs[r]; b < runs[r + 1]; b++) if (counts[b] === 0) goesLeft[b] = 1;
  }
  return goesLeft;
}

function divide({ runs }: Cover, goesLeft: Uint8Array, widths: Float64Array): [Cover, Cover] {
  const side = () => ({ runs: [] as number[], width: 0 });
  const sides: [ReturnType<typeof side>, ReturnType<typeof side>] = [side(), side()];
  for (let r = 0; r < runs.length; r += 2) {
    for (let b = runs[r]; b < runs[r + 1]; b++) {
      const to = sides[goesLeft[b] ? 0 : 1];
      to.width += widths[b];
      if (to.runs[to.runs.length - 1] === b) to.runs[to.runs.length - 1] = b + 1;
      else to.runs.push(b, b + 1);
    }
  }
  return sides;
}

/** Puts rows that are to be first before the others, each group in its old order. Returns how many they are. */
function partition(rows: Int32Array, spare: Int32Array, first: (row: number) => boolean): number {
  let to = 0;
  let kept = 0;
  for (const row of rows) {
    if (first(row)) rows[to++] = row;
    else spare[kept++] = row;
  }
  rows.set(spare.subarray(0, kept), to);
  return to;
}
