import * as v from "valibot";
import { streamKey } from "../../../random/keys.js";
import { MOST_ATTEMPTS } from "../../space/space.js";
import type { SamplerDefinition } from "../sampler.js";
import { Satisfying } from "../satisfying.js";
import { SOBOL_POINTS, SobolSequence } from "./sequence.js";

const schema = v.strictObject({});

/**
 * Trial n takes the n-th point of a scrambled Sobol sequence, from point 0 on, that satisfies the
 * constraints. Every parameter of more than one value has a dimension of its own, in the order of the space,
 * whether it applies or not. All 2^m first trials, and all blocks of 2^m after them, are nets: an unbroken
 * run of them covers the space evenly.
 */
export const sobol: SamplerDefinition<typeof schema> = {
  name: "sobol",
  description: "a scrambled Sobol sequence: covers the space more evenly than random draws",
  usesHistory: false,
  schema,
  create({ space, seed }) {
    const dimensionOf: number[] = [];
    let dimensions = 0;
    for (const { cardinality } of space.parameters) dimensionOf.push(cardinality > 1 ? dimensions++ : -1);
    const sequence = new SobolSequence(dimensions, streamKey(seed, "sweep/sobol"));
    const u = new Float64Array(space.parameters.length);
    const points = new Satisfying({
      constraints: space.constraints,
      length: SOBOL_POINTS,
      at(position) {
        const point = sequence.point(position);
        for (let i = 0; i < u.length; i++) if (dimensionOf[i] >= 0) u[i] = point[dimensionOf[i]];
        return space.decode(u);
      },
      patience: MOST_ATTEMPTS,
    });
    return {
      observe() {},
      suggest(number) {
        const found = points.find(number);
        if (found === "given up") throw space.unsatisfiable();
        return found === "exhausted" ? null : found;
      },
    };
  },
};
