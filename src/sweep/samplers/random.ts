import * as v from "valibot";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { MOST_PARAMETERS } from "../space/space.js";
import type { SamplerDefinition } from "./sampler.js";

const schema = v.strictObject({});

/**
 * Independent draws. Parameter i of trial n is element 256 n + i of a random stream, and each attempt to
 * satisfy the constraints is a stream of its own: any trial is drawn alone, and a parameter added at the
 * end of a space leaves the draws of the others as they were.
 */
export const random: SamplerDefinition<typeof schema> = {
  name: "random",
  description: "independent random draws",
  usesHistory: false,
  schema,
  create({ space, seed }) {
    const key = streamKey(seed, "sweep/random");
    const count = space.parameters.length;
    return {
      observe() {},
      suggest: (number) =>
        space.firstSatisfied((attempt) => uniform64(key, MOST_PARAMETERS * number, count, attempt)),
    };
  },
};
