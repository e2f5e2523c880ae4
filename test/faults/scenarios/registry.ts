import type { Scenario } from "./scenario.js";

/** Every scenario: one line each. They are loaded when they are needed: many processes need one of them. */
export const scenarios: Readonly<Record<string, () => Promise<Scenario>>> = {
  train: async () => (await import("./train.js")).train,
  sweep: async () => (await import("./sweep.js")).sweep,
  experiment: async () => (await import("./experiment.js")).experiment,
  machines: async () => (await import("./machines.js")).overMachines,
};
