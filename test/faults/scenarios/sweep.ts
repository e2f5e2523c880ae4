import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStudy } from "../../../src/experiments/sweep/open.js";
import { facts } from "../../sweep/support/facts.js";
import { plateau, type Scenario, small, type Told } from "./scenario.js";

const space = { parameters: { lr: { type: "log-uniform", low: 1e-6, high: 1e4 } } };

/** The first trial is pruned; the second, which TPE chose by it, is complete. Each saves wherever it may. */
const options = [
  ...["--trials", "2", "--seed", "2", "--steps", "2", "--evaluate-every", "1"],
  ...["--sampler", "tpe:startup=1", "--pruner", "threshold:upper=3", "--checkpoint-every", "0.000001"],
];

export function prepareSweep(folder: string): void {
  writeFileSync(join(folder, "space.json"), JSON.stringify(space));
}

/** Begins the sweep, or continues it where there is its file. */
export function runSweep(folder: string, more: readonly string[]): Promise<Told> {
  const file = join(folder, "runs.sqlite");
  const where = ["--study", file, "--space", join(folder, "space.json")];
  const resume = existsSync(file) ? ["--resume"] : [];
  return plateau(["sweep", "m2n1", ...where, ...options, ...small, ...more, ...resume, "--quiet"]);
}

/** What is in its file. */
export async function sweepOutcome(folder: string): Promise<string> {
  const study = await openStudy(join(folder, "runs.sqlite"), { name: "m2n1" });
  try {
    // How often a worker broke down is no part of what came out.
    const trials = facts(study).map(({ failures: _, ...rest }) => rest);
    return JSON.stringify([trials, study.states]);
  } finally {
    study.close();
  }
}

/** A study on one thread. */
export const sweep: Scenario = {
  name: "sweep",
  by: ["calls", "system", "messages"],
  prepare: prepareSweep,
  begin: (folder) => runSweep(folder, ["--workers", "1"]),
  resume: (folder) => runSweep(folder, ["--workers", "1"]),
  outcome: sweepOutcome,
};
