import { unknownName } from "../errors.js";
import { audit } from "./audit/audit.js";
import { gap } from "./gap/gap.js";
import type { ExperimentKind } from "./record.js";
import { replicate } from "./replication/replicate.js";

/** Every experiment of many runs: one line each. */
const kinds: readonly ExperimentKind[] = [
  replicate as ExperimentKind, //
  audit as ExperimentKind, //
  gap, //
];

/** @throws PlateauError `unknown-name` */
export function findExperiment(name: string): ExperimentKind {
  const kind = kinds.find((one) => one.name === name);
  if (!kind) throw unknownName("experiment", name, [...kinds.map((one) => one.name)]);
  return kind;
}

export { kinds as experimentKinds };
