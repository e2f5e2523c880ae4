import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { report } from "../../../src/cli/report.js";
import { ExperimentFolder } from "../../../src/experiments/experiment-folder.js";
import type { ExperimentKind, ExperimentRecord } from "../../../src/experiments/record.js";
import { replicate } from "../../../src/experiments/replication/replicate.js";
import { type Scenario, telling } from "./scenario.js";

/** One setting: two configurations, the better one on a seed more, trivial predictors. `plateau replicate` has no flags for so few rows. */
const given = {
  ...{ targets: ["m2n1"], dims: [2], classes: [], trials: 2, seeds: 1 },
  ...{ trainRows: 128, validationRows: 16, testRows: 16, epochs: 1 },
};

/** As `plateau replicate` does it, but for its report. */
const run = (path: string, resume: boolean) =>
  telling(async () => {
    try {
      const kind = replicate as ExperimentKind;
      const folder = resume
        ? ExperimentFolder.resume(path, kind)
        : ExperimentFolder.create(path, kind, kind.parse(given));
      const config = replicate.parse(folder.config);
      const record = await replicate.run(config, { folder: path, study: folder.study, workers: 1 });
      folder.finish(record as ExperimentRecord);
      return 0;
    } catch (error) {
      return report(error, false);
    }
  });

/** An experiment of several studies in a folder. */
export const experiment: Scenario = {
  name: "experiment",
  by: ["calls", "system", "messages"],
  prepare() {},
  // Its studies use one file at a time.
  lingers: /-wal$|-shm$/,
  begin: (folder) => run(join(folder, "run"), false),
  resume(folder) {
    const path = join(folder, "run");
    return run(path, existsSync(join(path, "experiment.json")));
  },
  async outcome(folder) {
    const path = join(folder, "run");
    const { fingerprint, results } = JSON.parse(readFileSync(join(path, "result.json"), "utf8"));
    const files = readdirSync(path).filter((name) => !this.lingers!.test(name));
    return JSON.stringify([fingerprint, results, files.sort()]);
  },
};
