import { log } from "../../../targets/math.js";
import type { Parameter, ParameterValue } from "../../space/parameter.js";
import type { Space } from "../../space/space.js";
import { choiceKernels, integerKernels, type Kernels, realKernels } from "./kernels.js";

/**
 * A parameter that varies, on the unit interval on which the space draws it uniformly: so the logarithm of a
 * range needs no care.
 */
export interface Axis {
  readonly name: string;
  /** Place in `space.parameters`. */
  readonly index: number;
  /** Whether values have no order. */
  readonly unordered: boolean;
  /** How many values there are: Infinity of real numbers. */
  readonly cardinality: number;
  /** Where a value is: of choices and integers its number from 0, of reals the u that decodes to it. */
  place(value: ParameterValue): number;
  /** A u, 0 ≤ u ≤ 1, that decodes to the value at a place: of an integer or choice the middle of them. */
  unit(place: number): number;
  /** Kernels around places, NaN where there is none. */
  kernels(places: Float64Array, width: number): Kernels;
}

/** The axes of a space, in its order. Parameters of one value are left out: there is nothing to learn. */
export function axesOf(space: Space): Axis[] {
  return space.parameters.flatMap((parameter, index) => {
    if (parameter.cardinality <= 1) return [];
    return [{ index, name: parameter.name, cardinality: parameter.cardinality, ...describe(parameter) }];
  });
}

function describe(parameter: Parameter): Pick<Axis, "unordered" | "place" | "unit" | "kernels"> {
  const { kind, cardinality, values, step, range } = parameter;
  if (kind === "choice") {
    return {
      unordered: true,
      place: (value) => values!.indexOf(value),
      unit: (n) => (n + 0.5) / cardinality,
      kernels: (places, width) => choiceKernels(places, width, cardinality),
    };
  }
  if (!Number.isFinite(cardinality)) {
    return {
      unordered: false,
      place: (value) => clamp(parameter.encode(value)),
      unit: (place) => place,
      kernels: realKernels,
    };
  }
  const { low } = range!;
  const edges = edgesOf(parameter);
  const unit = (n: number) => clamp(parameter.encode(low + n * step!));
  return {
    unordered: false,
    place: (value) => (Number(value) - low) / step!,
    unit,
    kernels: (places, width) => integerKernels(places, width, { edges, unit }),
  };
}

/** Where on the unit interval the part begins that decodes to the n-th integer of a range. */
function edgesOf({ cardinality, range }: Parameter): (n: number) => number {
  if (!range!.log) return (n) => n / cardinality;
  const { low, high } = range!;
  const from = log(low - 0.5);
  const length = log(high + 0.5) - from;
  return (n) => (n === cardinality ? 1 : (log(low + n - 0.5) - from) / length);
}

const clamp = (x: number) => Math.min(1, Math.max(0, x));
