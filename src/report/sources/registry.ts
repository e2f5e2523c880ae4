import { statSync } from "node:fs";
import { requireArguments } from "../../arguments.js";
import { PlateauError, quote } from "../../errors.js";
import { isFit } from "../../experiments/fit/directory.js";
import { ioError } from "../../files/io-error.js";
import type { ReportDocument } from "../document.js";
import { experimentSource } from "./experiment.js";
import { runSource } from "./run.js";
import type { ReportSource, SourceOptions } from "./source.js";
import { studySource } from "./study.js";

/** Everything that can be reported: one line each. */
const sources: readonly ReportSource[] = [
  studySource, //
  experimentSource,
  runSource,
];

/**
 * The report of what a path holds: a study as far as it is, a finished run or experiment.
 * @throws PlateauError `io` where there is nothing; `usage` where it is none of these; what its own reader throws
 */
export async function documentAt(path: string, options: SourceOptions = {}): Promise<ReportDocument> {
  requireArguments("documentAt", { path: [path, "text"], options: [options, "object?"] });

  const source = sources.find((one) => one.holds(path));
  if (source) return source.document(path, options);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw ioError("cannot report", path, { code: "ENOENT" });
  const known = sources.map(({ what }) => what).join(", ");
  if (isFit(path)) {
    throw new PlateauError(
      "usage",
      `${quote(path)} holds a fit to a table, which has no report (plateau analyze measures it); reports are of ${known}`,
    );
  }
  if (found.isFile() && found.size === 0) {
    throw new PlateauError(
      "usage",
      `${quote(path)} is empty (0 bytes): nothing was stored in it, or it was cut off; give ${known}`,
    );
  }
  const what = found.isDirectory() ? "holds nothing" : "is nothing";
  throw new PlateauError("usage", `${quote(path)} ${what} that can be reported: give ${known}`);
}
