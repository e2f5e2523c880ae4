/** For every point the widest gap within the window that ends there: indices of its two ends, and its size. */
export interface Gaps {
  /** [N, 2]. */
  readonly pairs: Uint32Array<ArrayBuffer>;
  /** [N]: Euclidean distance of the two values. NaN where a window holds no two finite values. */
  readonly sizes: Float64Array<ArrayBuffer>;
}

/**
 * Widest gaps of a function sampled along a path, in windows of points at most h from the last one: for
 * each output its largest and least value (monotone queues: N steps an output, however wide the windows
 * are), of which the pair that is furthest apart counts. With one output on a line that is the largest
 * gap over all pairs of samples at most h apart.
 * @param x [N, p] in the order of the path
 * @param y [N, q]
 */
export function widestGaps(x: Float64Array, p: number, y: Float64Array, q: number, h: number): Gaps {
  const N = x.length / p;
  const firsts = windowStarts(x, p, h);
  const pairs = new Uint32Array(2 * N);
  const sizes = new Float64Array(N).fill(Number.NaN);
  const most = new Uint32Array(N);
  const least = new Uint32Array(N);
  for (let j = 0; j < q; j++) {
    let [mostFirst, mostEnd, leastFirst, leastEnd] = [0, 0, 0, 0];
    for (let r = 0; r < N; r++) {
      const value = y[r * q + j];
      if (!Number.isNaN(value)) {
        while (mostEnd > mostFirst && y[most[mostEnd - 1] * q + j] <= value) mostEnd--;
        while (leastEnd > leastFirst && y[least[leastEnd - 1] * q + j] >= value) leastEnd--;
        most[mostEnd++] = r;
        least[leastEnd++] = r;
      }
      while (mostEnd > mostFirst && most[mostFirst] < firsts[r]) mostFirst++;
      while (leastEnd > leastFirst && least[leastFirst] < firsts[r]) leastFirst++;
      if (mostEnd === mostFirst) continue;
      const [a, b] = [most[mostFirst], least[leastFirst]];
      let square = 0;
      for (let k = 0; k < q; k++) square += (y[a * q + k] - y[b * q + k]) * (y[a * q + k] - y[b * q + k]);
      const size = Math.sqrt(square);
      if (!(size <= sizes[r]) && !Number.isNaN(size)) {
        sizes[r] = size;
        pairs[2 * r] = Math.min(a, b);
        pairs[2 * r + 1] = Math.max(a, b);
      }
    }
  }
  return { pairs, sizes };
}

/** For every point the first one from which on the path stays within h of it, going forwards only. */
function windowStarts(x: Float64Array, p: number, h: number): Uint32Array {
  const N = x.length / p;
  const firsts = new Uint32Array(N);
  let first = 0;
  for (let r = 0; r < N; r++) {
    for (; first < r; first++) {
      let square = 0;
      for (let k = 0; k < p; k++)
        square += (x[r * p + k] - x[first * p + k]) * (x[r * p + k] - x[first * p + k]);
      if (Math.sqrt(square) <= h) break;
    }
    firsts[r] = first;
  }
  return firsts;
}
