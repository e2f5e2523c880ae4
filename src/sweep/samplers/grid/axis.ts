import { PlateauError, quote } from "../../../errors.js";
import { exp, log } from "../../../targets/math.js";
import type { Parameter, ParameterValue } from "../../space/parameter.js";

/** The values that a grid gives a parameter, in order. */
export interface Axis {
  readonly name: string;
  readonly size: number;
  at(index: number): ParameterValue;
  /** −1 where it is none of them. */
  indexOf(value: ParameterValue): number;
}

/** How many values real-valued parameters take: all the same, or each by its name. */
export type PointsOption = number | Readonly<Record<string, number>> | undefined;

/** @throws PlateauError `usage` where `points` names what there is not, or what has no range */
export function gridAxes(parameters: readonly Parameter[], points: PointsOption): Axis[] {
  const byName = typeof points === "object" ? points : {};
  for (const name of Object.keys(byName)) {
    const parameter = parameters.find((one) => one.name === name);
    if (!parameter) throw refuse(`points: ${quote(name)} is no parameter of the space`);
    if (!parameter.range)
      throw refuse(`points: ${quote(name)} is a ${parameter.kind}: it takes all its values`);
  }
  return parameters.map((parameter) => {
    const named = Object.hasOwn(byName, parameter.name) ? byName[parameter.name] : undefined;
    if (parameter.values) return listed(parameter.name, parameter.values);
    if (parameter.kind === "integer") {
      return named === undefined
        ? whole(parameter)
        : listed(parameter.name, spacedIntegers(parameter, named));
    }
    const count = named ?? (typeof points === "number" ? points : undefined);
    if (count === undefined) {
      throw refuse(`${quote(parameter.name)} takes real numbers: say with option points how many of them`);
    }
    return listed(parameter.name, spacedNumbers(parameter, count));
  });
}

function listed(name: string, values: readonly ParameterValue[]): Axis {
  return { name, size: values.length, at: (i) => values[i], indexOf: (value) => values.indexOf(value) };
}

/** All values of an integer, without a list of them. */
function whole({ name, cardinality, range, step, has }: Parameter): Axis {
  const low = range!.low;
  return {
    name,
    size: cardinality,
    at: (i) => low + i * step!,
    indexOf: (value) => (has(value) ? (Number(value) - low) / step! : -1),
  };
}

/** Evenly spaced whole numbers, rounded to those of the range; fewer where two would be the same. */
function spacedIntegers(parameter: Parameter, count: number): number[] {
  const { range, step } = parameter;
  const low = range!.low;
  const values = spread(parameter, count).map((x) => low + step! * Math.round((x - low) / step!));
  return [...new Set(values)];
}

/** Evenly spaced numbers, both ends among them. */
function spacedNumbers(parameter: Parameter, count: number): number[] {
  const values = spread(parameter, count);
  if (values.some((value, i) => i > 0 && !(value > values[i - 1]))) {
    throw refuse(`points: there are not ${count} different numbers in the range of ${quote(parameter.name)}`);
  }
  return values;
}

function spread({ range }: Parameter, count: number): number[] {
  const { low, high, log: logarithmic } = range!;
  const last = count - 1;
  const between = (i: number) => {
    const [a, b] = [(last - i) / last, i / last];
    return logarithmic ? exp(log(low) * a + log(high) * b) : low * a + high * b;
  };
  const values = Array.from({ length: count }, (_, i) => (i === 0 ? low : i === last ? high : between(i)));
  return values.map((x, i) => (i === 0 || i === last ? x : tidy(x, values[i + 1] - values[i - 1])));
}

/** 0.001 for 0.0010000000000000002, where the points are far enough apart for it not to matter. */
function tidy(x: number, gap: number): number {
  const rounded = Number(x.toPrecision(12));
  return Math.abs(rounded - x) < gap * 1e-6 ? rounded : x;
}

function refuse(problem: string): PlateauError {
  return new PlateauError("usage", `grid: ${problem}`);
}
