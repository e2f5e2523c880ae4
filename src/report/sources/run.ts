import { RunDirectory } from "../../experiments/run-directory.js";
import { documentOfRun } from "../documents/run.js";
import type { ReportSource } from "./source.js";

/** One trained or constructed model. */
export const runSource: ReportSource = {
  document: (path, { signal, onProgress }) => documentOfRun(RunDirectory.open(path), { signal, onProgress }),
};
