import * as v from "valibot";
import { PlateauError, quote } from "../../errors.js";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { flag, whole } from "../../validate.js";
import type { Parameters } from "../space/parameter.js";
import { type Axis, gridAxes } from "./grid/axis.js";
import { Cells } from "./grid/cells.js";
import type { Sampler, SamplerContext, SamplerDefinition } from "./sampler.js";
import { Satisfying } from "./satisfying.js";

/** Cells that a grid may have, before constraints. */
export const MOST_CELLS = 10_000_000;

const points = whole(2, 100_000);
const schema = v.strictObject({
  /**
   * How many values real-valued parameters take, evenly spaced on their own scale with both ends among them:
   * one number for all, or by name. A name may also be that of an integer, to take but some of its values.
   */
  points: v.optional(
    v.union(
      [points, v.record(v.string(), points)],
      "expected a whole number from 2 to 100000, or an object of them by names of parameters",
    ),
  ),
  /** Cells in a random order that the seed fixes, so that an unfinished grid is a fair sample of it. */
  shuffle: v.optional(flag, false),
});
export type GridOptions = v.InferOutput<typeof schema>;

/** Every cell of the grid once, in a fixed order: trial n is cell n. */
export const grid: SamplerDefinition<typeof schema> = {
  name: "grid",
  description: "every combination of values once",
  usesHistory: false,
  schema,
  create: (context) => new GridSampler(context),
};

export class GridSampler implements Sampler {
  readonly #cells: Satisfying;
  readonly #total: number;

  /** @throws PlateauError `usage` where real values lack `points`, or there are more than `MOST_CELLS` */
  constructor({ space, seed, options }: SamplerContext<GridOptions>) {
    const axes = gridAxes(space.parameters, options.points);
    const all = new Cells(space.parameters, axes);
    if (all.count > MOST_CELLS) throw tooMany(all.count, axes);
    this.#total = all.count;
    const order = options.shuffle ? permutation(all.count, seed) : undefined;
    this.#cells = new Satisfying({
      constraints: space.constraints,
      length: all.count,
      at: (position) => all.at(order ? order[position] : position),
    });
  }

  /** How many cells satisfy the constraints. Where there are any, all cells are looked at once. */
  get cells(): number {
    return this.#cells.count;
  }

  observe(): void {}

  suggest(number: number): Parameters | null {
    const found = this.#cells.find(number);
    if (typeof found === "object") return found;
    if (this.cells > 0) return null;
    throw new PlateauError(
      "usage",
      `grid: none of its ${this.#total} cells satisfies the space's constraints: loosen them, or give it more points`,
    );
  }
}

function tooMany(count: number, axes: readonly Axis[]): PlateauError {
  const { name, size } = axes.reduce((most, axis) => (axis.size > most.size ? axis : most));
  return new PlateauError(
    "usage",
    `grid: ${count} cells, at most ${MOST_CELLS} are allowed; most values has ${quote(name)}, ${size}: give it a step, a choice of values or fewer points`,
  );
}

/** The whole numbers below `count` in random order (Fisher and Yates; Durstenfeld 1964). */
function permutation(count: number, seed: number): Uint32Array {
  const key = streamKey(seed, "sweep/grid");
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const block = 1 << 16;
  for (let start = 0; start < count; start += block) {
    const draws = uniform64(key, start, Math.min(block, count - start));
    for (let k = 0; k < draws.length; k++) {
      const i = start + k;
      const j = i + Math.floor(draws[k] * (count - i));
      const other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
  }
  return order;
}
