import { log } from "../../../targets/math.js";
import type { IntegerTable } from "./integer-table.js";
import { drawNormal, logPeak, massInside } from "./normal-kernel.js";

/**
 * The kernels of a mixture on one axis. Densities are relative to the uniform prior (of an integer or a
 * choice: probability over prior probability), so that "says nothing" is the factor 1 whatever the kind.
 */
export interface Kernels {
  /** Adds to terms[k] the log of kernel k's density at a place; nothing where k has no place on this axis. */
  addLogDensity(place: number, terms: Float64Array): void;
  /** A u, 0 ≤ u < 1, drawn from kernel k by another such number. */
  draw(k: number, uniform: number): number;
}

/** What is costly to find out about kernel k: `find` of its place and its width. */
export type Recall = (k: number, find: (place: number, width: number) => number) => number;

/** The log of the density of a kernel of real numbers at its place. */
const peakAt = (place: number, width: number): number => logPeak(massInside(place, width), width);

/** Normal distributions of one width, cut off where the unit interval ends. */
export function realKernels(places: Float64Array, width: number, recall: Recall): Kernels {
  const peaks = new Float64Array(places.length);
  for (let k = 0; k < peaks.length; k++) peaks[k] = recall(k, peakAt);
  return {
    addLogDensity(place, terms) {
      for (let k = 0; k < places.length; k++) {
        const z = (place - places[k]) / width;
        if (!Number.isNaN(z)) terms[k] += peaks[k] - (z * z) / 2;
      }
    },
    draw: (k, uniform) => drawNormal(places[k], width, uniform),
  };
}

/**
 * Such distributions around integers.
 * @param which the center of each kernel in the table; −1 of one that has no place
 */
export function integerKernels(which: Int32Array, table: IntegerTable): Kernels {
  return {
    addLogDensity(place, terms) {
      const column = table.column(place);
      for (let k = 0; k < which.length; k++) if (which[k] >= 0) terms[k] += column[which[k]];
    },
    draw: (k, uniform) => drawNormal(table.centers[which[k]], table.width, uniform),
  };
}

/**
 * A kernel is its own value, but for the share `width` that it leaves to the prior: Aitchison & Aitken (1976)
 * with λ = 1 − width (c − 1) / c.
 */
export function choiceKernels(places: Float64Array, width: number, cardinality: number): Kernels {
  const same = log(cardinality * (1 - width) + width);
  const other = log(width);
  return {
    addLogDensity(place, terms) {
      for (let k = 0; k < places.length; k++) {
        if (!Number.isNaN(places[k])) terms[k] += places[k] === place ? same : other;
      }
    },
    draw: (k, uniform) =>
      uniform < width ? uniform / width : (places[k] + (uniform - width) / (1 - width)) / cardinality,
  };
}
