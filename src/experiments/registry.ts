import { unknownName } from "../errors.js";
import type { ExperimentKind } from "./record.js";

/** Every experiment of many runs: one line each. */
const kinds: readonly ExperimentKind[] = [];

/** @throws PlateauError `unknown-name` */
export function findExperiment(name: string): ExperimentKind {
  const kind = kinds.find((one) => one.name === name);
  if (!kind) throw unknownName("experiment", name, [...kinds.map((one) => one.name)]);
  return kind;
}
