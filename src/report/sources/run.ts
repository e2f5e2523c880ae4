import { RunDirectory } from "../../experiments/run-directory.js";
import { documentOfRun } from "../documents/run.js";
import type { ReportSource } from "./source.js";

/** One trained or constructed model. */
export const runSource: ReportSource = {
  document: (path, { target, signal, onProgress }) =>
    documentOfRun(RunDirectory.open(path, { target }), { signal, onProgress }),
};
