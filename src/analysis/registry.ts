import { unknownName } from "../errors.js";
import { type Evaluation, errorsOf, failureRateOf, type MeasureOptions, matchedOf } from "./regression.js";

/** A measure of an evaluation: a plain result that JSON holds. */
export interface Measure {
  readonly name: string;
  /** One line. */
  readonly description: string;
  measure(evaluation: Evaluation, options?: MeasureOptions): unknown;
}

/** Every measure by name: one line each. */
const registry: readonly Measure[] = [
  { name: "errors", description: "RMSE, MAE, relative L2, R² and largest error", measure: errorsOf },
  { name: "failureRate", description: "the study's failure rate at k = 1 … 4", measure: failureRateOf },
  { name: "matched", description: "failure rate on the scale of K classes", measure: matchedOf },
];

export const measures: ReadonlyMap<string, Measure> = new Map(registry.map((one) => [one.name, one]));

/** @throws PlateauError `unknown-name` */
export function findMeasure(name: string): Measure {
  const measure = measures.get(name);
  if (!measure) throw unknownName("measure", name, [...measures.keys()]);
  return measure;
}
