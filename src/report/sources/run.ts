import { existsSync } from "node:fs";
import { join } from "node:path";
import { RunDirectory } from "../../experiments/run-directory.js";
import { documentOfRun } from "../documents/run.js";
import type { ReportSource } from "./source.js";

/** One trained or constructed model. */
export const runSource: ReportSource = {
  what: "the folder of a run (plateau train --out)",
  holds: (path) => existsSync(join(path, "run.json")),
  document: (path, { target, signal, onProgress }) =>
    documentOfRun(RunDirectory.open(path, { target }), { signal, onProgress }),
};
