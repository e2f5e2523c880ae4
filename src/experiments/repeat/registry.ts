import { unknownName } from "../../errors.js";
import { experimentKinds } from "../registry.js";
import { repeatExperiment } from "./experiment.js";
import { repeatFit } from "./fit.js";
import type { Repeater } from "./repeater.js";
import { repeatConstruction, repeatTraining } from "./run.js";
import { repeatStudy } from "./study.js";

/** Everything that a report can hold: one line each, and every experiment of the registry. */
const repeaters: readonly Repeater[] = [
  repeatTraining, //
  repeatConstruction,
  repeatStudy,
  repeatFit,
  ...experimentKinds.map(repeatExperiment),
];

/** @throws PlateauError `unknown-name` */
export function findRepeater(kind: string): Repeater {
  const found = repeaters.find((one) => one.kind === kind);
  if (!found) {
    throw unknownName(
      "kind of report",
      kind,
      repeaters.map((one) => one.kind),
    );
  }
  return found;
}
