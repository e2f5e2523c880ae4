import { unknownName } from "../errors.js";
import { attention } from "./attention.js";
import { compare } from "./compare.js";
import { errorNorms } from "./error-norms.js";
import { failureRate } from "./failure-curve.js";
import { jacobian } from "./jacobian.js";
import type { Measure } from "./measure.js";
import { modulus } from "./modulus.js";
import { plateaus } from "./plateaus.js";
import { spectrum } from "./spectrum.js";

/** Every measure, in the order of reports: one line each. */
// Each knows its own result and options; here they are names for whoever looks them up.
const registry = [
  errorNorms,
  failureRate,
  plateaus,
  jacobian,
  modulus,
  spectrum,
  attention,
  compare,
] as unknown as readonly Measure<unknown>[];

/** Every measure by name, in the order of reports. */
export const measures: ReadonlyMap<string, Measure<unknown>> = new Map(
  registry.map((one) => [one.name, one]),
);

/** @throws PlateauError `unknown-name` */
export function findMeasure(name: string): Measure<unknown> {
  const measure = measures.get(name);
  if (!measure) throw unknownName("measure", name, [...measures.keys()]);
  return measure;
}
