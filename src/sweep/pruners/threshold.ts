import * as v from "valibot";
import { whole } from "../../validate.js";
import type { PrunerDefinition } from "./pruner.js";

const bound = v.optional(v.pipe(v.number("expected a number"), v.finite("expected a finite number")));

const schema = v.pipe(
  v.strictObject({
    /** Values above it stop a trial. */
    upper: bound,
    /** Values below it stop a trial. */
    lower: bound,
    /** Below this step nothing is stopped. */
    fromStep: v.optional(whole(0), 0),
  }),
  v.check(
    ({ upper, lower }) => upper !== undefined || lower !== undefined,
    "expected upper, lower or both: values beyond them stop a trial",
  ),
  v.check(
    ({ upper = Number.POSITIVE_INFINITY, lower = Number.NEGATIVE_INFINITY }) => lower <= upper,
    "expected lower not above upper",
  ),
);

/** A trial stops at a value outside fixed bounds, whatever the study's direction, or at one that is no number. */
export const threshold: PrunerDefinition<typeof schema> = {
  name: "threshold",
  description: "stops a trial whose value passes a bound",
  usesHistory: false,
  schema,
  create: ({ options }) => {
    const { upper = Number.MAX_VALUE, lower = -Number.MAX_VALUE, fromStep } = options;
    return {
      observe() {},
      begin: () => (step, value) =>
        step < fromStep || (value >= lower && value <= upper) ? "continue" : "stop",
    };
  },
};
