import { FitDirectory } from "../../experiments/fit/directory.js";
import { documentOfFit } from "../documents/fit.js";
import type { ReportSource } from "./source.js";

/** One model fitted to a table. */
export const fitSource: ReportSource = {
  document: (path, { table, signal, onProgress }) =>
    documentOfFit(FitDirectory.open(path, { table }), { signal, onProgress }),
};
