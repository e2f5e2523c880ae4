import type { StreamKey } from "../../../random/keys.js";
import { uniform64 } from "../../../random/uniform.js";
import { type Bins, placeAmong } from "./bins.js";
import type { Leaf, Tree } from "./tree.js";

/** Points at which interactions of three and more are looked at. */
const POINTS = 4096;

/** Of the variance of a forest, the share of one part. */
export interface Part {
  readonly share: number;
  /** Tree by tree: the share of its covariance with the forest. Their weighted mean is `share`. */
  readonly byTree: readonly number[];
}

export interface Decomposition {
  /** By axis. */
  readonly alone: readonly Part[];
  /** By pair of axes, beyond what each does alone. */
  readonly together: readonly Part[];
  readonly rest: Part;
}

/** A leaf as a box of the cube: `mass` is its volume times its value less its tree's mean. */
interface Box {
  readonly mass: number;
  readonly covers: Leaf["covers"];
}

/**
 * Functional analysis of variance (Hoeffding 1948) of a forest, the mean of its trees: means over all
 * coordinates but one or two are sums over boxes, and exact, as in Hutter, Hoos & Leyton-Brown 2014. They
 * divide each tree by itself; but what a tree makes of chance is mostly interaction, and makes up more of a
 * tree than of the forest (of a sum of ten parameters, a fifth at 1,000 trials).
 *
 * The rest, interactions of three and more, is the mean square of what is left at 4,096 random points.
 * @param pairs of axes
 * @returns undefined where no tree was split
 */
export function decompose(
  forest: readonly Tree[],
  axes: readonly Bins[],
  pairs: readonly (readonly [number, number])[],
  key: StreamKey,
): Decomposition | undefined {
  const means = forest.map(({ leaves }) => meanOf(leaves));
  const boxes = forest.map(({ leaves }, t) =>
    leaves.map(({ value, covers }): Box => ({ mass: (value - means[t]) * volumeOf(covers), covers })),
  );
  const mains = axes.map((bins, a) => mainEffect(boxes, bins, a));
  const joints = pairs.map((pair) => interaction(boxes, axes, mains, pair));
  const rest = residual(forest, means, axes, mains, pairs, joints, key);
  const alone = axes.map((bins, a) => boxes.map((tree) => alongAxis(tree, a, integral(bins, mains[a]))));
  const together = pairs.map(([a, b], p) => {
    const summed = integral2(axes[a], axes[b], joints[p]);
    return boxes.map((tree) => alongPair(tree, a, b, summed, axes[b].widths.length + 1));
  });
  const totals = forest.map((_, t) => {
    let total = rest[t];
    for (const part of alone) total += part[t];
    for (const part of together) total += part[t];
    return total;
  });
  const total = sumOf(totals);
  if (!(total > 0)) return undefined;
  const part = (byTree: readonly number[]): Part => ({
    share: sumOf(byTree) / total,
    byTree: byTree.map((value, t) => value / totals[t]).filter((_, t) => totals[t] > 0),
  });
  return { alone: alone.map(part), together: together.map(part), rest: part(rest) };
}

function meanOf(leaves: readonly Leaf[]): number {
  return sumOf(leaves.map(({ value, covers }) => value * volumeOf(covers)));
}

function volumeOf(covers: Leaf["covers"]): number {
  let volume = 1;
  for (const { width } of covers) volume *= width;
  return volume;
}

function sumOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** The forest's mean over all other coordinates, by bin. */
function mainEffect(boxes: readonly (readonly Box[])[], { widths }: Bins, axis: number): Float64Array {
  const steps = new Float64Array(widths.length + 1);
  for (const tree of boxes) {
    for (const { mass, covers } of tree) {
      const { runs, width } = covers[axis];
      const height = mass / width / boxes.length;
      for (let r = 0; r < runs.length; r++) steps[runs[r]] += r % 2 === 0 ? height : -height;
    }
  }
  const effect = new Float64Array(widths.length);
  let height = 0;
  for (let b = 0; b < widths.length; b++) effect[b] = height += steps[b];
  return effect;
}

/** The forest's mean over all other coordinates less both main effects, [bins of a, bins of b]. */
function interaction(
  boxes: readonly (readonly Box[])[],
  axes: readonly Bins[],
  mains: readonly Float64Array[],
  [a, b]: readonly [number, number],
): Float64Array {
  const rows = axes[a].widths.length;
  const columns = axes[b].widths.length;
  const corners = new Float64Array((rows + 1) * (columns + 1));
  for (const tree of boxes) {
    for (const { mass, covers } of tree) {
      const height = mass / (covers[a].width * covers[b].width) / boxes.length;
      const [mine, other] = [covers[a].runs, covers[b].runs];
      for (let r = 0; r < mine.length; r++) {
        for (let s = 0; s < other.length; s++) {
          corners[mine[r] * (columns + 1) + other[s]] += (r + s) % 2 === 0 ? height : -height;
        }
      }
    }
  }
  const effect = new Float64Array(rows * columns);
  const above = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    let along = 0;
    for (let j = 0; j < columns; j++) {
      along += corners[i * (columns + 1) + j];
      above[j] += along;
      effect[i * columns + j] = above[j] - mains[a][i] - mains[b][j];
    }
  }
  return effect;
}

/** Integrals from 0 to each bin's start. */
function integral({ widths }: Bins, effect: Float64Array): Float64Array {
  const summed = new Float64Array(widths.length + 1);
  for (let b = 0; b < widths.length; b++) summed[b + 1] = summed[b] + widths[b] * effect[b];
  return summed;
}

/** Integrals from the origin to each bin's corner, [bins of a + 1, bins of b + 1]. */
function integral2(a: Bins, b: Bins, effect: Float64Array): Float64Array {
  const columns = b.widths.length;
  const summed = new Float64Array((a.widths.length + 1) * (columns + 1));
  for (let i = 0; i < a.widths.length; i++) {
    let along = 0;
    for (let j = 0; j < columns; j++) {
      along += a.widths[i] * b.widths[j] * effect[i * columns + j];
      summed[(i + 1) * (columns + 1) + j + 1] = summed[i * (columns + 1) + j + 1] + along;
    }
  }
  return summed;
}

/** The inner product of a tree and a main effect. */
function alongAxis(tree: readonly Box[], axis: number, summed: Float64Array): number {
  let product = 0;
  for (const { mass, covers } of tree) {
    const { runs, width } = covers[axis];
    let inside = 0;
    for (let r = 0; r < runs.length; r += 2) inside += summed[runs[r + 1]] - summed[runs[r]];
    product += (mass / width) * inside;
  }
  return product;
}

/** The inner product of a tree and an interaction of two axes. */
function alongPair(
  tree: readonly Box[],
  a: number,
  b: number,
  summed: Float64Array,
  columns: number,
): number {
  let product = 0;
  for (const { mass, covers } of tree) {
    const [mine, other] = [covers[a].runs, covers[b].runs];
    let inside = 0;
    for (let r = 0; r < mine.length; r++) {
      for (let s = 0; s < other.length; s++) {
        const corner = summed[mine[r] * columns + other[s]];
        inside += (r + s) % 2 === 0 ? corner : -corner;
      }
    }
    product += (mass / (covers[a].width * covers[b].width)) * inside;
  }
  return product;
}

/** By tree: the inner product with what effects of one and two coordinates leave of the forest. */
function residual(
  forest: readonly Tree[],
  means: readonly number[],
  axes: readonly Bins[],
  mains: readonly Float64Array[],
  pairs: readonly (readonly [number, number])[],
  joints: readonly Float64Array[],
  key: StreamKey,
): number[] {
  const places = axes.map((bins, a) => randomPlaces(bins, key, a));
  const effects = new Float64Array(POINTS);
  for (const [a, main] of mains.entries()) {
    for (let i = 0; i < POINTS; i++) effects[i] += main[places[a][i]];
  }
  for (const [p, [a, b]] of pairs.entries()) {
    const columns = axes[b].widths.length;
    for (let i = 0; i < POINTS; i++) effects[i] += joints[p][places[a][i] * columns + places[b][i]];
  }
  const left = new Float64Array(POINTS);
  const leftByTree = forest.map((tree, t) => {
    const mine = new Float64Array(POINTS);
    for (let i = 0; i < POINTS; i++) {
      mine[i] = tree.predict(places, i) - means[t] - effects[i];
      left[i] += mine[i] / forest.length;
    }
    return mine;
  });
  return leftByTree.map((mine) => {
    let product = 0;
    for (let i = 0; i < POINTS; i++) product += mine[i] * left[i];
    return product / POINTS;
  });
}

/** Bins of random points of the axis. */
function randomPlaces({ widths }: Bins, key: StreamKey, stream: number): Int32Array {
  const starts: number[] = [];
  let start = 0;
  for (let b = 0; b < widths.length - 1; b++) starts.push((start += widths[b]));
  return Int32Array.from(uniform64(key, 0, POINTS, stream), (u) => placeAmong(starts, u));
}
