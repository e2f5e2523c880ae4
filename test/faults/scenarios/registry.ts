import { experiment } from "./experiment.js";
import { overMachines } from "./machines.js";
import type { Scenario } from "./scenario.js";
import { sweep } from "./sweep.js";
import { train } from "./train.js";

/** Every scenario: one line each. */
export const scenarios: readonly Scenario[] = [
  train, //
  sweep,
  experiment,
  overMachines,
];
