import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { pow } from "../../targets/math.js";
import type { Task } from "../constructions/construction.js";
import { cellCentres } from "../grid.js";

/** Points of the grid, at most, and as many seeded ones. */
const LOOKED_AT = 4096;
/** Fewer seeded points where there are many inputs and outputs: numbers that are computed, about. */
const WORK = 2 ** 24;
const FEWEST = 64;
/** Steps from those points, as shares of a side: along each axis, and up the gradient. */
const ALONG = 1 / 64;
const UP = 2 ** -10;
/** Relative room for what float64 rounded off in values and in distances. */
const ROOM = 2 ** -46;

/** How fast a target changes, as far as samples show. */
export interface Slopes {
  /** Points looked at. */
  readonly points: number;
  /** Largest gradient norm of any output, or change by distance of two points; NaN counts as ∞. */
  readonly steepest: number;
}

/** Two points between which the target changes by more than was claimed. */
export interface Contradiction {
  readonly points: readonly [Float64Array, Float64Array];
  readonly change: number;
  readonly allowed: number;
}

/** A lower bound of the Lipschitz constant, from a grid and from seeded points, gradients and differences. */
export function sampledSlopes(task: Task): Slopes {
  const x = samplePoints(task);
  let most = 0;
  const note = (slope: number) => {
    most = Math.max(most, Number.isNaN(slope) ? Number.POSITIVE_INFINITY : slope);
  };
  for (const g of gradients(task, x)) for (const norm of norms(g, task.f.inputs)) note(norm);
  changes(task, x, (change, distance) => note(change / distance));
  return { points: x.length / task.f.inputs, steepest: most };
}

/** The worst of the sampled pairs of points that break |f(x) − f(y)| ≤ constant·‖x − y‖₂^exponent, if any does. */
export function contradiction(task: Task, constant: number, exponent: number): Contradiction | undefined {
  let worst: Contradiction | undefined;
  let most = 1;
  changes(task, samplePoints(task), (change, distance, points) => {
    const allowed = constant * (exponent === 1 ? distance : pow(distance, exponent)) * (1 + 1e-9);
    if (!(change > most * allowed)) return;
    most = change / allowed;
    worst = { points: points(), change, allowed };
  });
  return worst;
}

/** Cell centres of the finest grid of at most 4096 points, then seeded points. */
function samplePoints({ f: { inputs: d, outputs }, low, high }: Task): Float64Array {
  const grid = cellCentres(low, high, sideOf(d));
  const count = Math.max(FEWEST, Math.min(LOOKED_AT, Math.floor(WORK / (d * (d + outputs)))));
  const seeded = uniform64(streamKey(0, "certificate/slopes"), 0, count * d);
  const x = new Float64Array(grid.length + seeded.length);
  x.set(grid);
  for (let i = 0; i < seeded.length; i++) {
    x[grid.length + i] = Math.min(high[i % d], low[i % d] + seeded[i] * (high[i % d] - low[i % d]));
  }
  return x;
}

/** The largest whole n of which n^d is at most 4096. */
export function sideOf(d: number): number {
  const fits = (n: number) => {
    let cells = 1;
    for (let k = 0; k < d && cells <= LOOKED_AT; k++) cells *= n;
    return cells <= LOOKED_AT;
  };
  let n = 1;
  while (fits(n + 1)) n++;
  return n;
}

/**
 * Looks at the changes between points of x and others: the next one, one a step along each axis, and for
 * each output one a step up its gradient.
 */
function changes(
  task: Task,
  x: Float64Array,
  look: (change: number, distance: number, points: () => Contradiction["points"]) => void,
): void {
  const { f, low, high } = task;
  const { inputs: d, outputs } = f;
  const count = x.length / d;
  const at = f.evaluate(x, count);
  const compare = (y: Float64Array) => {
    const there = f.evaluate(y, count);
    for (let i = 0; i < count; i++) {
      let squares = 0;
      for (let k = i * d; k < (i + 1) * d; k++) squares += (y[k] - x[k]) * (y[k] - x[k]);
      if (!(squares > 0)) continue;
      const distance = Math.sqrt(squares);
      for (let j = i * outputs; j < (i + 1) * outputs; j++) {
        const change = Math.abs(there[j] - at[j]) - ROOM * (Math.abs(there[j]) + Math.abs(at[j]));
        look(change, distance, () => [x.slice(i * d, (i + 1) * d), y.slice(i * d, (i + 1) * d)]);
      }
    }
  };
  // A step that would leave the box goes the other way.
  const step = (value: number, by: number, k: number) =>
    value + by <= high[k] && value + by >= low[k] ? value + by : Math.max(low[k], value - by);
  const next = new Float64Array(x.length);
  next.set(x.subarray(d));
  next.set(x.subarray(0, d), x.length - d);
  compare(next);
  for (let k = 0; k < d; k++) {
    const by = ALONG * (high[k] - low[k]);
    compare(x.map((value, i) => (i % d === k ? step(value, by, k) : value)));
  }
  const reach =
    UP * low.reduce((least, from, k) => Math.min(least, high[k] - from), Number.POSITIVE_INFINITY);
  for (const g of gradients(task, x)) {
    const lengths = norms(g, d);
    // Of no gradient, or an infinite one, there is no direction.
    const along = (i: number) => {
      const share = g[i] / lengths[Math.floor(i / d)];
      return Number.isFinite(share) ? share : 0;
    };
    compare(x.map((value, i) => Math.max(low[i % d], Math.min(high[i % d], value + reach * along(i)))));
  }
}

/** Of each output in turn, where the target has any. */
function* gradients({ f }: Task, x: Float64Array): Generator<Float64Array> {
  const count = x.length / f.inputs;
  for (let o = 0; f.vjp && o < f.outputs; o++) {
    yield f.vjp(
      x,
      Float64Array.from({ length: count * f.outputs }, (_, i) => (i % f.outputs === o ? 1 : 0)),
      count,
    );
  }
}

function norms(g: Float64Array, d: number): Float64Array {
  const out = new Float64Array(g.length / d);
  for (let i = 0; i < g.length; i++) out[Math.floor(i / d)] += g[i] * g[i];
  return out.map(Math.sqrt);
}
