import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import type { Chart } from "../../targets/domain.js";
import type { BatchFunction } from "../../targets/function.js";
import { throughChart } from "./charts.js";
import type { Objective } from "./climb.js";

// Pairs of points of a domain, as two lots of a chart's parameters side by side: [count, 2n].

/** Steps of the search for the parameters of points that are h apart; some eight are enough where a map is smooth. */
const TURNS = 40;

/** Makes points at most h apart (Euclidean, in the domain's own coordinates), about their middle. */
export function contract({ low, high, map }: Chart, h: number, z: Float64Array, count: number): void {
  const n = low.length;
  for (let i = 0; i < z.length; i++) z[i] = Math.min(Math.max(z[i], low[i % n]), high[i % n]);
  if (!map) {
    for (let r = 0; r < count; r++) {
      const distance = between(z, z, r * 2 * n, r * 2 * n + n, n);
      // A little less, so that rounding does not make it more.
      if (distance > h) shrink(z, r, n, (h / distance) * (1 - 1e-15));
    }
    return;
  }
  const distances = distancesOf(map, z, count);
  const rows: number[] = [];
  // Written so that a NaN is too far.
  for (let r = 0; r < count; r++) if (!(distances[r] <= h)) rows.push(r);
  if (rows.length > 0) contractMapped(map, h, z, n, rows, distances);
}

/**
 * By the Illinois method (regula falsi that halves the value of an end that stays; Dowell & Jarratt 1971)
 * on distance − h as a function of the factor that parameters are drawn together by, from 0 to 1. The end
 * that is kept is the one that is near enough.
 */
function contractMapped(
  map: BatchFunction,
  h: number,
  z: Float64Array,
  n: number,
  rows: readonly number[],
  distances: Float64Array,
): void {
  const start = z.slice();
  const ends = rows.map((r) => ({
    r,
    near: 0,
    far: 1,
    below: -h,
    above: distances[r] - h,
    side: 0,
    done: false,
  }));
  const place = (r: number, factor: number) => {
    z.set(start.subarray(r * 2 * n, (r + 1) * 2 * n), r * 2 * n);
    shrink(z, r, n, factor);
  };
  let open = ends;
  for (let turn = 0; turn < TURNS && open.length > 0; turn++) {
    const tried = open.map(({ near, far, below, above }) => {
      const between = near + ((far - near) * below) / (below - above);
      return between > near && between < far ? between : (near + far) / 2;
    });
    for (const [i, { r }] of open.entries()) place(r, tried[i]);
    const trial = new Float64Array(open.length * 2 * n);
    for (const [i, { r }] of open.entries()) trial.set(z.subarray(r * 2 * n, (r + 1) * 2 * n), i * 2 * n);
    const found = distancesOf(map, trial, open.length);
    for (const [i, end] of open.entries()) {
      const value = found[i] - h;
      if (value <= 0) {
        if (end.side < 0) end.above /= 2;
        [end.near, end.below, end.side] = [tried[i], value, -1];
        end.done = value >= -1e-9 * h;
      } else {
        if (end.side > 0) end.below /= 2;
        [end.far, end.above, end.side] = [tried[i], value, 1];
      }
    }
    open = open.filter(({ done }) => !done);
  }
  for (const { r, near } of ends) place(r, near);
}

function distancesOf(map: BatchFunction, z: Float64Array, count: number): Float64Array {
  const points = map.evaluate(z, 2 * count);
  const p = map.outputs;
  return Float64Array.from({ length: count }, (_, r) =>
    between(points, points, 2 * r * p, (2 * r + 1) * p, p),
  );
}

/** Both parameters of pair r moved towards their middle. */
function shrink(z: Float64Array, r: number, n: number, factor: number): void {
  const own = r * 2 * n;
  for (let k = 0; k < n; k++) {
    const middle = (z[own + k] + z[own + n + k]) / 2;
    const half = ((z[own + n + k] - z[own + k]) / 2) * factor;
    z[own + k] = middle - half;
    z[own + n + k] = middle + half;
  }
}

function between(a: Float64Array, b: Float64Array, i: number, j: number, n: number): number {
  let square = 0;
  for (let k = 0; k < n; k++) square += (a[i + k] - b[j + k]) * (a[i + k] - b[j + k]);
  return Math.sqrt(square);
}

/** Seeded pairs [count, 2n], as far as h apart where the domain has room. */
export function drawPairs(
  chart: Chart,
  h: number,
  count: number,
  seed: number,
  stream: string,
): Float64Array {
  const { low, high, map } = chart;
  const n = low.length;
  const draws = uniform64(streamKey(seed, `modulus/${stream}`), 0, count * 2 * n);
  const z = new Float64Array(count * 2 * n);
  for (let r = 0; r < count; r++) {
    const own = r * 2 * n;
    let square = 0;
    for (let k = 0; k < n; k++) square += (2 * draws[own + n + k] - 1) * (2 * draws[own + n + k] - 1);
    // Through a map no distance in parameters is known to be far enough: all the way, then back.
    const length = map ? Number.MAX_VALUE : h;
    for (let k = 0; k < n; k++) {
      z[own + k] = low[k] + draws[own + k] * (high[k] - low[k]);
      const direction = square > 0 ? (2 * draws[own + n + k] - 1) / Math.sqrt(square) : 1;
      z[own + n + k] = z[own + k] + length * direction;
    }
  }
  contract(chart, h, z, count);
  return z;
}

/** ‖f(x) − f(y)‖ of pairs at most h apart. */
export function gapOf(f: BatchFunction, chart: Chart, h: number): Objective {
  const g = throughChart(f, chart);
  const { vjp, outputs: q } = g;
  const n = chart.low.length;
  return {
    size: 2 * n,
    values(z, count) {
      const y = g.evaluate(z, 2 * count);
      return Float64Array.from({ length: count }, (_, r) => between(y, y, 2 * r * q, (2 * r + 1) * q, q));
    },
    ...(vjp && {
      gradients(z: Float64Array, count: number) {
        const y = g.evaluate(z, 2 * count);
        const cotangent = new Float64Array(2 * count * q);
        for (let r = 0; r < count; r++) {
          const first = 2 * r * q;
          const norm = between(y, y, first, first + q, q);
          if (norm === 0) continue;
          for (let j = first; j < first + q; j++) {
            cotangent[j] = (y[j] - y[j + q]) / norm;
            cotangent[j + q] = -cotangent[j];
          }
        }
        return vjp.call(g, z, cotangent, 2 * count);
      },
    }),
    project: (z, count) => contract(chart, h, z, count),
  };
}
