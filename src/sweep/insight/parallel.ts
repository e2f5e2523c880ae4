import type { TrialState } from "../trial.js";
import { type Axis, axisOf, placeOf } from "./axis.js";
import { byNumber, hasValue, type Insight } from "./insight.js";

export interface ParallelCoordinates {
  /** One a parameter that can vary, in the order of the space. */
  readonly axes: readonly Axis[];
  /** From the least to the greatest value; null without trials. */
  readonly values: { readonly low: number; readonly high: number } | null;
  /** One a trial that has a value, by number. */
  readonly rows: readonly {
    readonly number: number;
    readonly state: TrialState;
    readonly value: number;
    /** By axis: a number, or the place of its category; null where the parameter does not apply. */
    readonly places: readonly (number | null)[];
  }[];
}

/** Every trial as a line through parallel axes. */
export const parallel: Insight<ParallelCoordinates> = {
  name: "parallel",
  description: "each trial as a line through its parameters and its value",
  see({ trials, space }) {
    const parameters = space.parameters.filter(({ cardinality }) => cardinality > 1);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    const rows = byNumber(trials)
      .filter(hasValue)
      .map(({ number, state, value, parameters: given }) => {
        low = Math.min(low, value);
        high = Math.max(high, value);
        return { number, state, value, places: parameters.map((parameter) => placeOf(parameter, given)) };
      });
    return { axes: parameters.map(axisOf), values: rows.length > 0 ? { low, high } : null, rows };
  },
};
