import * as v from "valibot";
import { whole } from "../../validate.js";
import { costOf } from "./cost.js";
import type { PrunerDefinition } from "./pruner.js";
import { replayable } from "./replayable.js";

const schema = v.strictObject({
  /** How many times worse than its best a trial must be. */
  factor: v.optional(
    v.pipe(
      v.number("expected a number above 1"),
      v.finite("expected a finite number"),
      v.gtValue(1, "expected a number above 1"),
    ),
    10,
  ),
  /** At how many reports in a row. */
  patience: v.optional(whole(1), 3),
});

/**
 * A trial stops that has been `factor` times worse than its own best for `patience` reports in a row, or
 * whose value is not finite. A loss is that much worse at factor times the best; of values where more is
 * better, at the best over factor. Nothing is a number of times worse than 0.
 */
export const divergence: PrunerDefinition<typeof schema> = {
  name: "divergence",
  description: "stops a trial that has become many times worse than its own best",
  usesHistory: false,
  schema,
  create: ({ direction, options: { factor, patience } }) => ({
    observe() {},
    begin: () =>
      replayable(() => {
        let best = Number.POSITIVE_INFINITY;
        let worse = 0;
        return (_step, value) => {
          const cost = costOf(direction, value);
          if (cost === Number.POSITIVE_INFINITY) return "stop";
          best = Math.min(best, cost);
          const limit = best > 0 ? best * factor : best / factor;
          worse = best !== 0 && cost >= limit ? worse + 1 : 0;
          return worse >= patience ? "stop" : "continue";
        };
      }),
  }),
};
