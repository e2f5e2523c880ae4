import { log } from "../../../targets/math.js";
import type { Parameter, ParameterValue } from "../../space/parameter.js";
import type { Space } from "../../space/space.js";
import { type Integers, IntegerTable } from "./integer-table.js";
import { choiceKernels, integerKernels, type Kernels, type Recall, realKernels } from "./kernels.js";
import { remembering } from "./remember.js";

/** Of so few integers the kernels around all of them are known for the widths that came last, of good and bad trials. */
const MOST_KNOWN = 64;
const WIDTHS_KNOWN = 4;

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
  kernels(places: Float64Array, width: number, recall?: Recall): Kernels;
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
      kernels: (places, width) => choiceKernels(numbersOf(places), width, cardinality),
    };
  }
  if (!Number.isFinite(cardinality)) {
    return {
      unordered: false,
      place: (value) => clamp(parameter.encode(value)),
      unit: (place) => place,
      kernels: (places, width, recall = (k, find) => find(places[k], width)) =>
        realKernels(places, width, recall),
    };
  }
  const { low } = range!;
  const unit = (n: number) => clamp(parameter.encode(low + n * step!));
  return {
    unordered: false,
    place: (value) => (Number(value) - low) / step!,
    unit,
    kernels: kernelsOfIntegers(cardinality, { edge: edgesOf(parameter), unit }),
  };
}

/** Places that are whole numbers from 0 on; −1 where there is none. */
function numbersOf(places: Float64Array): Int32Array {
  const numbers = new Int32Array(places.length);
  for (let k = 0; k < numbers.length; k++) numbers[k] = Number.isNaN(places[k]) ? -1 : places[k];
  return numbers;
}

function kernelsOfIntegers(cardinality: number, integers: Integers): Axis["kernels"] {
  if (cardinality <= MOST_KNOWN) {
    const all = Float64Array.from({ length: cardinality }, (_, n) => n);
    const table = remembering((width) => new IntegerTable(all, width, integers), WIDTHS_KNOWN);
    return (places, width) => integerKernels(numbersOf(places), table(width));
  }
  return (places, width) => {
    /** Those that occur, each with its turn. */
    const turns = new Map<number, number>();
    const which = new Int32Array(places.length).fill(-1);
    for (let k = 0; k < which.length; k++) {
      if (Number.isNaN(places[k])) continue;
      const turn = turns.get(places[k]) ?? turns.size;
      turns.set(places[k], turn);
      which[k] = turn;
    }
    const table = new IntegerTable(Float64Array.from(turns.keys()), width, integers);
    return integerKernels(which, table);
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
