import type { Engine } from "../../../runtime/engine.js";
import { log } from "../../../targets/math.js";
import { copied } from "./copied.js";
import type { IntegerTable } from "./integer-table.js";
import { drawNormal, logPeak, massInside } from "./normal-kernel.js";

/**
 * The kernels of a mixture on one axis. Densities are relative to the uniform prior (of an integer or a
 * choice: probability over prior probability), so that "says nothing" is the factor 1 whatever the kind.
 */
export interface Kernels {
  /** Copies what densities take into an engine's arena: they can be asked for as long as that is there. */
  settle(engine: Engine): void;
  /**
   * Adds the log of kernel k's density at a place to the k-th of the numbers (float64) at the address `terms` of that
   * engine; nothing where k has no place on this axis.
   */
  addLogDensity(place: number, terms: number): void;
  /** A u, 0 ≤ u < 1, drawn from kernel k by another such number. */
  draw(k: number, uniform: number): number;
}

/** What is costly to find out about kernel k: `find` of its place and its width. */
export type Recall = (k: number, find: (place: number, width: number) => number) => number;

/** The log of the density of a kernel of real numbers at its place. */
const peakAt = (place: number, width: number): number => logPeak(massInside(place, width), width);

/** Normal distributions of one width, cut off where the unit interval ends. */
export function realKernels(places: Float64Array, width: number, recall: Recall): Kernels {
  const { length } = places;
  const peaks = new Float64Array(length);
  for (let k = 0; k < length; k++) peaks[k] = recall(k, peakAt);
  let engine: Engine;
  let [centersAt, peaksAt] = [0, 0];
  return {
    settle(to) {
      engine = to;
      centersAt = copied(to, places);
      peaksAt = copied(to, peaks);
    },
    addLogDensity: (place, terms) =>
      engine.kernels.addNormalLogs(terms, peaksAt, centersAt, place, width, length),
    draw: (k, uniform) => drawNormal(places[k], width, uniform),
  };
}

/**
 * Such distributions around integers.
 * @param which the center of each kernel in the table; −1 of one that has no place
 */
export function integerKernels(which: Int32Array, table: IntegerTable): Kernels {
  return {
    ...byColumns(which, table.centers.length, (place, column) => column.set(table.column(place))),
    draw: (k, uniform) => drawNormal(table.centers[which[k]], table.width, uniform),
  };
}

/**
 * A kernel is its own value, but for the share `width` that it leaves to the prior: Aitchison & Aitken (1976)
 * with λ = 1 − width (c − 1) / c.
 * @param which the value of each kernel; −1 of one that has no place
 */
export function choiceKernels(which: Int32Array, width: number, cardinality: number): Kernels {
  const same = log(cardinality * (1 - width) + width);
  const other = log(width);
  return {
    ...byColumns(which, cardinality, (place, column) => {
      column.fill(other);
      column[place] = same;
    }),
    draw: (k, uniform) =>
      uniform < width ? uniform / width : (which[k] + (uniform - width) / (1 - width)) / cardinality,
  };
}

/** Where few kernels differ: `fill` writes the log densities of these at a place. */
function byColumns(
  which: Int32Array,
  length: number,
  fill: (place: number, column: Float64Array) => void,
): Pick<Kernels, "settle" | "addLogDensity"> {
  let engine: Engine;
  let [whichAt, column] = [0, 0];
  return {
    settle(to) {
      engine = to;
      whichAt = copied(to, which);
      column = to.allocate(8 * length);
    },
    addLogDensity(place, terms) {
      fill(place, engine.f64(column, length));
      engine.kernels.addColumn(terms, column, whichAt, which.length);
    },
  };
}
