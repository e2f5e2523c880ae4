import { unknownName } from "../errors.js";
import type { Measure } from "./measure.js";

/** Every measure, in the order of reports: one line each. */
const registry: readonly Measure<never>[] = [
];

export const measures: ReadonlyMap<string, Measure<unknown>> = new Map(
  registry.map((one) => [one.name, one as Measure<unknown>]),
);

/** @throws PlateauError `unknown-name` */
export function findMeasure(name: string): Measure<unknown> {
  const measure = measures.get(name);
  if (!measure) throw unknownName("measure", name, [...measures.keys()]);
  return measure;
}
