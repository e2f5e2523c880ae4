import type { Parameter, ParameterKind, Parameters, ParameterValue } from "../space/parameter.js";

/** One direction of a plot, along which a parameter varies. */
export interface Axis {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Of numbers: from low to high, on a logarithmic scale where `log`. */
  readonly range?: { readonly low: number; readonly high: number; readonly log: boolean };
  /** Of choices and constants: what they may be, in the order of the space. */
  readonly categories?: readonly ParameterValue[];
}

export function axisOf({ name, kind, range, values }: Parameter): Axis {
  return { name, kind, ...(range && { range: { ...range } }), ...(values && { categories: [...values] }) };
}

/** Where a trial lies on a parameter's axis: a number, or the place of its category; null where it does not apply. */
export function placeOf({ name, values }: Parameter, parameters: Parameters): number | null {
  if (!Object.hasOwn(parameters, name)) return null;
  return values ? values.indexOf(parameters[name]) : Number(parameters[name]);
}
