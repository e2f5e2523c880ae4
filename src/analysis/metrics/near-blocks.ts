/** Rows that a block has at most. A multiple of 8: kernels take eight at a time. */
export const BLOCK_ROWS = 128;

/** Rows of a matrix in blocks of neighbours, each in a box: leaves of a k-d tree. */
export interface NearBlocks {
  readonly count: number;
  /** Numbers of rows, block by block. */
  readonly order: Int32Array;
  /** Where each block begins in `order`, and the end of the last one: [blocks + 1]. */
  readonly starts: Int32Array;
  /** The block in whose part of the space a point lies. */
  blockOf(points: Float32Array, at: number): number;
  /**
   * Whether a point is known to be no nearer to any row of a block than √limit: the distance to the block's box,
   * squared and summed in float64 in the order of the coordinates. Rounding is monotone, so no row's own squared
   * distance, computed alike, comes out below the box's.
   */
  beyond(block: number, points: Float32Array, at: number, limit: number): boolean;
}

interface Split {
  readonly axis: number;
  readonly value: number;
  readonly low: Split | number;
  readonly high: Split | number;
}

/**
 * Blocks of the rows of [N,d], halved along the axis of the largest spread until they are small. Where one number
 * is not finite, boxes are all of space: nothing is beyond them.
 */
export function nearBlocks(rows: Float32Array, N: number, d: number): NearBlocks {
  const order = Int32Array.from({ length: N }, (_, i) => i);
  const starts = [0];
  const finite = rows.every((value) => value - value === 0);
  const boxes: { low: Float32Array; high: Float32Array }[] = [];

  const divide = (from: number, to: number): Split | number => {
    const box = boxOf(rows, d, order, from, to);
    if (to - from <= BLOCK_ROWS) {
      starts.push(to);
      return boxes.push(box) - 1;
    }
    const axis = finite ? widest(box) : 0;
    const middle = from + 8 * Math.round((to - from) / 16);
    if (finite) select(rows, d, axis, order, from, to - 1, middle);
    const value = rows[order[middle] * d + axis];
    return { axis, value, low: divide(from, middle), high: divide(middle, to) };
  };
  const root = divide(0, N);

  return {
    count: boxes.length,
    order,
    starts: Int32Array.from(starts),
    blockOf(points, at) {
      let node = root;
      while (typeof node !== "number") node = points[at + node.axis] < node.value ? node.low : node.high;
      return node;
    },
    beyond(block, points, at, limit) {
      if (!finite) return false;
      const { low, high } = boxes[block];
      let sum = 0;
      for (let k = 0; k < d; ) {
        // A look at the limit now and then, and no branch that depends on a coordinate: those are mispredicted.
        for (const end = Math.min(d, k + 8); k < end; k++) {
          const below = low[k] - points[at + k];
          const above = points[at + k] - high[k];
          // One of the two is above 0 at most, and is itself then: doubling and halving are exact.
          const outside = 0.5 * (below + Math.abs(below) + (above + Math.abs(above)));
          sum += outside * outside;
        }
        if (sum >= limit) return true;
      }
      return false;
    },
  };
}

function boxOf(rows: Float32Array, d: number, order: Int32Array, from: number, to: number) {
  const low = new Float32Array(d).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(d).fill(Number.NEGATIVE_INFINITY);
  for (let i = from; i < to; i++) {
    const at = order[i] * d;
    for (let k = 0; k < d; k++) {
      const value = rows[at + k];
      if (value < low[k]) low[k] = value;
      if (value > high[k]) high[k] = value;
    }
  }
  return { low, high };
}

function widest({ low, high }: { low: Float32Array; high: Float32Array }): number {
  let axis = 0;
  for (let k = 1; k < low.length; k++) if (high[k] - low[k] > high[axis] - low[axis]) axis = k;
  return axis;
}

/** Hoare's selection: what is before `place` is no larger along the axis than what is there, what is after no smaller. */
function select(
  rows: Float32Array,
  d: number,
  axis: number,
  order: Int32Array,
  from: number,
  to: number,
  place: number,
): void {
  while (from < to) {
    const pivot = rows[order[(from + to) >>> 1] * d + axis];
    let i = from;
    let j = to;
    while (i <= j) {
      while (rows[order[i] * d + axis] < pivot) i++;
      while (rows[order[j] * d + axis] > pivot) j--;
      if (i <= j) {
        const swapped = order[i];
        order[i++] = order[j];
        order[j--] = swapped;
      }
    }
    if (place <= j) to = j;
    else if (place >= i) from = i;
    else return;
  }
}
