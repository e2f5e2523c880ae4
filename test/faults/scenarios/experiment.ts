import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runExperiment } from "../../../src/cli/experiment.js";
import { report } from "../../../src/cli/report.js";
import { replicate } from "../../../src/experiments/replication/replicate.js";
import { type Scenario, telling } from "./scenario.js";

/** One setting: two configurations, the better one on a seed more, trivial predictors. `plateau replicate` has no flags for so few rows. */
const given = {
  ...{ targets: ["m2n1"], dims: [2], classes: [], trials: 2, seeds: 1 },
  ...{ trainRows: 128, validationRows: 16, testRows: 16, epochs: 1 },
};

const run = (folder: string, resume: boolean) =>
  telling(async () => {
    const flags = { out: join(folder, "run"), workers: 1, quiet: true, resume };
    try {
      return await runExperiment(replicate, resume ? {} : given, flags, () => "");
    } catch (error) {
      return report(error, false);
    }
  });

/** An experiment of several studies in a folder, with its report. */
export const experiment: Scenario = {
  name: "experiment",
  by: ["calls", "system", "messages"],
  prepare() {},
  begin: (folder) => run(folder, false),
  resume: (folder) => run(folder, existsSync(join(folder, "run", "experiment.json"))),
  async outcome(folder) {
    const path = join(folder, "run");
    const { fingerprint, results } = JSON.parse(readFileSync(join(path, "result.json"), "utf8"));
    const files = readdirSync(path, { recursive: true }) as string[];
    return JSON.stringify([fingerprint, results, files.sort()]);
  },
};
