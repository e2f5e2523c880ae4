import type { Enclosed, Enclosure } from "../../certificates/enclosure.js";
import type { Task } from "../construction.js";

/** Half a unit in the last place of float32, relative. */
const U = 2 ** -24;

/** Orders of d coordinates: the simplices of a cell. */
const orders: Readonly<Record<number, readonly (readonly number[])[]>> = {
  2: [
    [0, 1],
    [1, 0],
  ],
  3: [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ],
};

/**
 * The interpolant on Kuhn's triangulation on boxes: slopes are those of the simplices that the box meets, from
 * differences of node values. The network's own graph knows them, too, but not that its hats sum to 1, which
 * leaves far more open. By how much the network, float32 weights and arithmetic included, may be off the
 * interpolant is `roundingOfGrid`.
 * @param values of f at the nodes [(n+1)^d, outputs], as float32 has them
 */
export function gridEnclosure({ f, low, high }: Task, n: number, values: Float32Array): Enclosure {
  const { inputs: d, outputs } = f;
  const sides = low.map((from, k) => (high[k] - from) / n);
  const strides = low.map((_, k) => (n + 1) ** (d - 1 - k));
  const rounding = roundingOfGrid(low, high, n, values);

  const enclose = (from: Float64Array, to: Float64Array): Enclosed => {
    const found = {
      low: new Float64Array(outputs).fill(Number.POSITIVE_INFINITY),
      high: new Float64Array(outputs).fill(Number.NEGATIVE_INFINITY),
    };
    const slopes = {
      low: new Float64Array(outputs * d).fill(Number.POSITIVE_INFINITY),
      high: new Float64Array(outputs * d).fill(Number.NEGATIVE_INFINITY),
    };
    // In cells, outward.
    const [a, b] = [inCells(from, -1), inCells(to, 1)];
    const first = a.map((x) => clamp(Math.floor(x), n - 1));
    const last = b.map((x) => clamp(Math.floor(x), n - 1));
    const cell = first.slice();
    for (let more = true; more; more = step(cell, first, last)) {
      const corner = cell.reduce((sum, i, k) => sum + i * strides[k], 0);
      for (const order of orders[d]) {
        if (!meets(order, cell, a, b)) continue;
        let node = corner;
        for (let s = 0; s <= d; s++) {
          for (let o = 0; o < outputs; o++) {
            const here = values[node * outputs + o];
            found.low[o] = Math.min(found.low[o], here);
            found.high[o] = Math.max(found.high[o], here);
            if (s === d) continue;
            const k = order[s];
            const slope = (values[(node + strides[k]) * outputs + o] - here) / sides[k];
            slopes.low[o * d + k] = Math.min(slopes.low[o * d + k], slope - Math.abs(slope) * 1e-13);
            slopes.high[o * d + k] = Math.max(slopes.high[o * d + k], slope + Math.abs(slope) * 1e-13);
          }
          if (s < d) node += strides[order[s]];
        }
      }
    }
    const middle = at(from.map((x, k) => 0.5 * (x + to[k])));
    return { ...found, slopes, middle, rounding };
  };

  const inCells = (x: Float64Array, way: -1 | 1): Float64Array =>
    x.map((value, k) => {
      const cells = (value - low[k]) / sides[k];
      return cells + way * 1e-12 * (n + Math.abs(cells));
    });

  /** The interpolant at a point, with what float64 may be off by. */
  const at = (x: Float64Array) => {
    const cells = x.map((value, k) => (value - low[k]) / sides[k]);
    const cell = cells.map((value) => clamp(Math.floor(value), n - 1));
    const share = cells.map((value, k) => value - cell[k]);
    const order = low.map((_, k) => k).sort((i, j) => share[j] - share[i] || i - j);
    let node = cell.reduce((sum, i, k) => sum + i * strides[k], 0);
    const out = Float64Array.from({ length: outputs }, (_, o) => values[node * outputs + o]);
    let largest = 0;
    for (let o = 0; o < outputs; o++) largest = Math.max(largest, Math.abs(out[o]));
    for (const k of order) {
      for (let o = 0; o < outputs; o++) {
        const rise = values[(node + strides[k]) * outputs + o] - values[node * outputs + o];
        out[o] += share[k] * rise;
        largest = Math.max(largest, Math.abs(values[(node + strides[k]) * outputs + o]));
      }
      node += strides[k];
    }
    // A place in cells is off by some units of the coordinate's own size.
    const far = low.map((from, k) => (Math.abs(from) + Math.abs(high[k])) / sides[k] + n);
    const slack = 2 ** -49 * largest * (far.reduce((p, q) => p + q) + 8);
    return { low: out.map((value) => value - slack), high: out.map((value) => value + slack) };
  };

  return { inputs: d, outputs, enclose };
}

const clamp = (i: number, most: number) => Math.min(most, Math.max(0, i));

/** The next cell between first and last, the last coordinate fastest; false after the last one. */
function step(cell: Float64Array, first: Float64Array, last: Float64Array): boolean {
  for (let k = cell.length - 1; k >= 0; k--) {
    if (cell[k]++ < last[k]) return true;
    cell[k] = first[k];
  }
  return false;
}

/** Whether the simplex share[order₀] ≥ share[order₁] ≥ … of a cell may hold points of the box [a, b], in cells. */
function meets(order: readonly number[], cell: Float64Array, a: Float64Array, b: Float64Array): boolean {
  for (let s = 1; s < order.length; s++) {
    const [i, j] = [order[s - 1], order[s]];
    if (Math.min(1, b[i] - cell[i]) < Math.max(0, a[j] - cell[j])) return false;
  }
  return true;
}

/**
 * By how much the network of `interpolateGrid`, as float32 computes it, may be off the interpolant, per output
 * (ours). With u = 2⁻²⁴ and W = |1/h|·max|x| in cells, a unit of the first layer that reads one coordinate is
 * off by u·(4n + 2W): the weight's rounding, the bias's, one product and one sum; one that reads two by
 * u·(8n + 3(W₁ + W₂)). Later layers add and subtract a few of them with weights of ±1 (and 2): errors add up, and
 * each sum rounds by u times its size. No more than 3^d hats are not 0, whatever the errors, as long as these
 * are below half a cell.
 */
export function roundingOfGrid(
  low: readonly number[],
  high: readonly number[],
  n: number,
  values: Float32Array,
): Float64Array {
  const d = low.length;
  const W = low.map((from, k) => (Math.max(Math.abs(from), Math.abs(high[k])) * n) / (high[k] - from));
  const single = (k: number) => U * (4 * n + 2 * W[k]);
  const pair = U * (8 * n + 3 * (W[0] + W[1]));
  let hat: number;
  if (d === 2) {
    // 1 − i + P_0 − P_i − Q_j − R: five sums of at most 4n.
    hat = 2 * single(0) + single(1) + pair + 5 * U * 4 * n;
  } else {
    // A = Y − j + R − S_k, B = i − X + R − S_k + S_0 − k: sums of at most 5n.
    const A = single(1) + pair + single(2) + 4 * U * 5 * n;
    const B = single(0) + pair + 2 * single(2) + 6 * U * 5 * n;
    // hat = 1 − k − A − B + S_0 − 2·S_k, the S once more through a layer: sums of at most 8n.
    hat = A + B + 3 * single(2) + 6 * U * 8 * n;
  }
  // What second-order terms of u add is less than this.
  hat *= 1 + 2 ** -10;
  const outputs = values.length / (n + 1) ** d;
  const largest = new Float64Array(outputs);
  for (let i = 0; i < values.length; i++) {
    largest[i % outputs] = Math.max(largest[i % outputs], Math.abs(values[i]));
  }
  const hats = 3 ** d;
  return largest.map((most) =>
    hat < 0.5 ? most * (hats * hat + (hats + 4) * 2 * U) : Number.POSITIVE_INFINITY,
  );
}
