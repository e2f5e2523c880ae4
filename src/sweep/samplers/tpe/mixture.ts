import type { Engine } from "../../../runtime/engine.js";
import { log } from "../../../targets/math.js";
import type { Axis } from "./axis.js";
import { copied } from "./copied.js";
import type { Kernels } from "./kernels.js";
import type { Point } from "./point.js";

/**
 * How wide the kernels of an axis are.
 * @param places of the trials that have the parameter
 * @param dimension how many axes a trial has on average
 */
export type WidthRule = (axis: Axis, places: Float64Array, dimension: number) => number;

export interface MixtureOptions {
  readonly weights: readonly number[];
  readonly priorWeight: number;
  readonly width: WidthRule;
}

/**
 * A Parzen estimator: one kernel a trial, each a product over the axes, and the uniform prior as one more.
 * Densities are relative to the prior. Where a kernel's trial lacks a parameter, the kernel is the prior on
 * its axis; where the point lacks it, it is summed over: both are the factor 1. So one mixture describes all
 * branches of a conditional space, and a kernel speaks for the axes that it shares with a point.
 */
export class Mixture {
  readonly points: readonly Point[];
  readonly #kernels: readonly Kernels[];
  /** Of the kernels, the prior's last; they sum to 1. */
  readonly #weights: Float64Array;
  readonly #logWeights: Float64Array;
  #engine!: Engine;
  /** Addresses of float64 numbers: the log of each weight, of each density at a point, and of their sum. */
  #logWeightsAt = 0;
  #terms = 0;
  #sum = 0;

  /** @param options weights of the points and, beside theirs, that of the prior; widths of their kernels */
  constructor(
    axes: readonly Axis[],
    points: readonly Point[],
    { weights, priorWeight, width }: MixtureOptions,
  ) {
    const total = weights.reduce((sum, weight) => sum + weight, priorWeight);
    this.points = points;
    this.#weights = new Float64Array([...weights, priorWeight]).map((weight) => weight / total);
    this.#logWeights = logs(this.#weights);
    const columns = axes.map(() => new Float64Array(points.length));
    for (let k = 0; k < points.length; k++) {
      const { places } = points[k];
      for (let a = 0; a < columns.length; a++) columns[a][k] = places[a];
    }
    const present = columns.map(numbersOf);
    const places = present.reduce((sum, { length }) => sum + length, 0);
    const dimension = points.length === 0 ? axes.length : places / points.length;
    this.#kernels = axes.map((axis, a) => {
      const w = width(axis, present[a], dimension);
      return axis.kernels(columns[a], w, (k, find) => points[k].remembered(a, w, find));
    });
  }

  /** Copies what densities take into an engine's arena: they can be asked for as long as that is there. */
  settle(engine: Engine): void {
    this.#engine = engine;
    this.#logWeightsAt = copied(engine, this.#logWeights);
    this.#terms = engine.allocate(this.#logWeights.byteLength);
    this.#sum = engine.allocate(8);
    for (const kernels of this.#kernels) kernels.settle(engine);
  }

  /** log of the density at a point over the prior's, once it is settled. */
  logDensity({ places }: Point): number {
    const [engine, terms, count] = [this.#engine, this.#terms, this.#weights.length];
    engine.u8(terms, 8 * count).set(engine.u8(this.#logWeightsAt, 8 * count));
    for (let a = 0; a < places.length; a++) {
      if (!Number.isNaN(places[a])) this.#kernels[a].addLogDensity(places[a], terms);
    }
    engine.kernels.logSumExp(this.#sum, terms, count);
    return engine.f64(this.#sum, 1)[0];
  }

  /**
   * A draw: for each axis a number in [0, 1) that the space decodes. An axis that the kernel lacks is drawn
   * from the prior.
   * @param uniforms numbers uniform on [0, 1): one that chooses the kernel, then one an axis
   */
  draw(uniforms: Float64Array): Float64Array {
    const prior = this.points.length;
    let k = 0;
    for (let sum = this.#weights[0]; k < prior && uniforms[0] >= sum; sum += this.#weights[++k]);
    const drawn = uniforms.slice(1);
    if (k === prior) return drawn;
    for (let a = 0; a < drawn.length; a++) {
      if (!Number.isNaN(this.points[k].places[a])) drawn[a] = this.#kernels[a].draw(k, drawn[a]);
    }
    return drawn;
  }
}

/** Those that are numbers: mostly all. */
function numbersOf(column: Float64Array): Float64Array {
  const found = new Float64Array(column.length);
  let count = 0;
  for (let k = 0; k < column.length; k++) if (!Number.isNaN(column[k])) found[count++] = column[k];
  return found.subarray(0, count);
}

/** Neighbours are often equal. */
function logs(weights: Float64Array): Float64Array {
  const found = new Float64Array(weights.length);
  for (let k = 0; k < found.length; k++) {
    found[k] = k > 0 && weights[k] === weights[k - 1] ? found[k - 1] : log(weights[k]);
  }
  return found;
}
