import { requireArguments } from "../../arguments.js";
import { type Held, requireHeld } from "../../experiments/held.js";
import type { ReportDocument } from "../document.js";
import { experimentSource } from "./experiment.js";
import { fitSource } from "./fit.js";
import { runSource } from "./run.js";
import type { ReportSource, SourceOptions } from "./source.js";
import { studySource } from "./study.js";

/** Everything that can be reported: one line each. */
const sources: Readonly<Record<Held, ReportSource>> = {
  study: studySource,
  experiment: experimentSource,
  run: runSource,
  fit: fitSource,
};

/**
 * Who reports what a path holds.
 * @throws PlateauError `run-directory` where there is nothing that can be reported
 */
export function sourceAt(path: string): ReportSource {
  return sources[requireHeld(path, Object.keys(sources) as Held[], "plateau report")];
}

/**
 * The report of what a path holds: a study as far as it is, a finished run, fit or experiment.
 * @throws PlateauError as `sourceAt`; what its own reader throws
 */
export async function documentAt(path: string, options: SourceOptions = {}): Promise<ReportDocument> {
  requireArguments("documentAt", { path: [path, "text"], options: [options, "object?"] });
  return sourceAt(path).document(path, options);
}
