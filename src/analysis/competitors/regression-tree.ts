import { PlateauError } from "../../errors.js";
import { pacer, type StopSignal } from "../../pause.js";

/** A function that is constant on boxes: inner nodes compare one input with a threshold. */
export interface RegressionTree {
  readonly inputs: number;
  readonly outputs: number;
  readonly leaves: number;
  /** By node: the input compared, or −1 at a leaf. */
  readonly input: readonly number[];
  /** By node: inputs below it go left. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** By node: the mean output [outputs] of its training rows. */
  readonly value: readonly Float64Array[];
}

export interface TreeData {
  /** [count, inputs]. */
  readonly x: Float32Array;
  /** [count, outputs]. */
  readonly y: Float32Array;
  readonly count: number;
}

/** Training inputs, one by one. */
export interface SortedInputs {
  /** By input: its values [count]. */
  readonly columns: readonly Float32Array[];
  /** By input: rows in ascending order of it, equal ones by row. */
  readonly orders: readonly Int32Array[];
}

export interface TreeOptions {
  /** What `sortInputs` gave for the same x: several trees over the same inputs need it but once. */
  readonly sorted?: SortedInputs;
  readonly signal?: StopSignal;
  readonly onProgress?: (share: number) => void;
}

interface Split {
  readonly node: number;
  /** Its rows are places start … end−1 of every input's order. */
  readonly start: number;
  readonly end: number;
  readonly input: number;
  /** Rows that go left. */
  readonly size: number;
  /** By how much the split lowers the sum of squared errors. */
  readonly gain: number;
}

/**
 * A regression tree of at most K leaves (CART: Breiman, Friedman, Olshen, Stone 1984), grown best first:
 * the leaf is split next, between two neighbouring values of one input, whose split lowers the sum of
 * squared errors most. It stops earlier where no split lowers it.
 *
 * Each split is the best there is, their sequence need not be: the tree is a good staircase of K pieces,
 * not the best one. In one dimension it reproduces a staircase of K pieces exactly (ours: along a piece
 * of constant y the gain is a convex function of the place of the split, so its maximum is at a jump).
 *
 * Time inputs·count·(log count + outputs·depth); memory 4·inputs·count bytes beside the data.
 *
 * @throws PlateauError `usage` without rows, `aborted` through the signal
 */
export async function regressionTree(
  { x, y, count }: TreeData,
  K: number,
  options: TreeOptions = {},
): Promise<RegressionTree> {
  const p = x.length / count;
  const q = y.length / count;
  if (!(count >= 1 && Number.isInteger(p) && Number.isInteger(q) && K >= 1)) {
    throw new PlateauError("usage", `no tree of ${K} leaves from ${count} rows`);
  }
  const pace = pacer("growing a regression tree", options);
  await pace(0);
  const sorted = options.sorted ?? sortInputs(x, count);
  const { columns } = sorted;
  const orders = sorted.orders.map((order) => order.slice());
  const input: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const value: Float64Array[] = [];
  const goesLeft = new Uint8Array(count);
  const spare = new Int32Array(count);
  const queue = new Queue();

  /** Adds a leaf over places start … end−1, and its best split to the queue. */
  const leaf = (start: number, end: number): number => {
    const node = input.length;
    input.push(-1);
    threshold.push(0);
    left.push(-1);
    right.push(-1);
    const mean = new Float64Array(q);
    for (let at = start; at < end; at++) {
      for (let j = 0; j < q; j++) mean[j] += y[orders[0][at] * q + j];
    }
    for (let j = 0; j < q; j++) mean[j] /= end - start;
    value.push(mean);
    const split = bestSplit(columns, orders, y, q, node, start, end, mean);
    if (split) queue.push(split);
    return node;
  };

  leaf(0, count);
  let leaves = 1;
  for (let split = queue.pop(); split && leaves < K; split = queue.pop()) {
    const { node, start, end, size } = split;
    const order = orders[split.input];
    const middle = start + size;
    const value0 = columns[split.input][order[middle - 1]];
    const value1 = columns[split.input][order[middle]];
    input[node] = split.input;
    threshold[node] = value0 + (value1 - value0) / 2;
    for (let at = start; at < end; at++) goesLeft[order[at]] = at < middle ? 1 : 0;
    for (const one of orders) partition(one, start, end, goesLeft, spare);
    left[node] = leaf(start, middle);
    right[node] = leaf(middle, end);
    leaves++;
    await pace(leaves / K);
  }
  await pace(1);
  return { inputs: p, outputs: q, leaves, input, threshold, left, right, value };
}

/** @param x [count, inputs] */
export function sortInputs(x: Float32Array, count: number): SortedInputs {
  const p = x.length / count;
  const columns = Array.from({ length: p }, (_, k) =>
    Float32Array.from({ length: count }, (_, i) => x[i * p + k]),
  );
  const orders = columns.map((column) =>
    Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => column[a] - column[b] || a - b),
  );
  return { columns, orders };
}

/** Values [N, outputs] of a tree at x [N, inputs]. */
export function predictTree(tree: RegressionTree, x: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const { inputs: p, outputs: q } = tree;
  const N = x.length / p;
  const out = new Float64Array(N * q);
  for (let i = 0; i < N; i++) {
    let node = 0;
    while (tree.input[node] >= 0) {
      node = x[i * p + tree.input[node]] < tree.threshold[node] ? tree.left[node] : tree.right[node];
    }
    out.set(tree.value[node], i * q);
  }
  return out;
}

function bestSplit(
  columns: readonly Float32Array[],
  orders: readonly Int32Array[],
  y: Float32Array,
  q: number,
  node: number,
  start: number,
  end: number,
  mean: Float64Array,
): Split | undefined {
  const n = end - start;
  let input = -1;
  let best = 0;
  let gain = 0;
  // Around the node's mean the right side's sum is the left one's, negated, so that a split of sizes a and
  // b gains |sum|²·(1/a + 1/b) = |sum|²·n/(ab).
  const sums = new Float64Array(q);
  for (let k = 0; k < columns.length; k++) {
    const column = columns[k];
    const order = orders[k];
    sums.fill(0);
    let previous = column[order[start]];
    if (previous === column[order[end - 1]]) continue;
    for (let size = 1; size < n; size++) {
      const row = order[start + size - 1] * q;
      let squares = 0;
      for (let j = 0; j < q; j++) {
        const sum = sums[j] + y[row + j] - mean[j];
        sums[j] = sum;
        squares += sum * sum;
      }
      const next = column[order[start + size]];
      if (next === previous) continue;
      previous = next;
      // A division for each would take as long as all the rest.
      if (squares * n > gain * (size * (n - size))) {
        gain = (squares * n) / (size * (n - size));
        input = k;
        best = size;
      }
    }
  }
  // What is smaller is the rounding of the mean.
  let scale = 0;
  for (let j = 0; j < q; j++) scale += mean[j] * mean[j];
  return gain > 1e-24 * n * scale ? { node, start, end, input, size: best, gain } : undefined;
}

/** Puts the rows that go left before the others, each group in its old order. */
function partition(
  order: Int32Array,
  start: number,
  end: number,
  goesLeft: Uint8Array,
  spare: Int32Array,
): void {
  let to = start;
  let kept = 0;
  for (let at = start; at < end; at++) {
    const row = order[at];
    if (goesLeft[row]) order[to++] = row;
    else spare[kept++] = row;
  }
  order.set(spare.subarray(0, kept), to);
}

/** Splits by gain, largest first; of equal ones the earlier node's. A binary heap. */
class Queue {
  readonly #heap: Split[] = [];

  push(split: Split): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(split);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(split, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = split;
  }

  pop(): Split | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Split, b: Split): boolean {
  return a.gain > b.gain || (a.gain === b.gain && a.node < b.node);
}
