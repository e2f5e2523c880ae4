import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { type Held, requireHeld } from "../../experiments/held.js";
import { shellWord } from "../../text.js";
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
  const source = sources[requireHeld(path, Object.keys(sources) as Held[], "plateau report")];
  return {
    async document(from, options) {
      try {
        return await source.document(from, options);
      } catch (error) {
        throw foreign(error, from);
      }
    },
  };
}

/**
 * Stored results are of too many shapes to be checked one by one, and whoever can change them can sign them, too: what
 * cannot be told in words is refused when it is come upon.
 */
function foreign(error: unknown, path: string): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  return new PlateauError(
    "format",
    `${shellWord(path)}: its results are not as plateau stores them (${error.message}): put back the files as they were, or compute them again`,
    { cause: error },
  );
}

/**
 * The report of what a path holds: a study as far as it is, a finished run, fit or experiment.
 * @throws PlateauError as `sourceAt`; what its own reader throws
 */
export async function documentAt(path: string, options: SourceOptions = {}): Promise<ReportDocument> {
  requireArguments("documentAt", { path: [path, "text"], options: [options, "object?"] });
  return sourceAt(path).document(path, options);
}
