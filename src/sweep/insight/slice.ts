import type { TrialState } from "../trial.js";
import { type Axis, axisOf, placeOf } from "./axis.js";
import { byNumber, hasValue, type Insight } from "./insight.js";

export interface Slices {
  /** One a parameter that can vary, in the order of the space. */
  readonly slices: readonly {
    readonly axis: Axis;
    /** One a trial that has the parameter and a value, by number. */
    readonly points: readonly {
      readonly number: number;
      readonly state: TrialState;
      /** A number, or the place of its category. */
      readonly place: number;
      readonly value: number;
    }[];
  }[];
}

/** Values against each parameter by itself. */
export const slice: Insight<Slices> = {
  name: "slice",
  description: "value against each parameter by itself",
  see({ trials, space }) {
    const having = byNumber(trials).filter(hasValue);
    const slices = space.parameters
      .filter(({ cardinality }) => cardinality > 1)
      .map((parameter) => ({
        axis: axisOf(parameter),
        points: having.flatMap(({ number, state, value, parameters }) => {
          const place = placeOf(parameter, parameters);
          return place === null ? [] : [{ number, state, place, value }];
        }),
      }));
    return { slices };
  },
};
