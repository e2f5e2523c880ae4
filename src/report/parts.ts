import { PlateauError, quote } from "../errors.js";
import type { ReportDocument, ReportTable } from "./document.js";
import type { Figure } from "./figure.js";

/** Of file and anchor. */
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Rows of a figure's data: so a report stays a file that browsers open at once. */
const MOST_ROWS = 20_000;

/** All figures, the main one first. */
export function figuresOf({ main, sections }: ReportDocument): Figure[] {
  return [...(main ? [main] : []), ...sections.flatMap(({ figures }) => figures)];
}

export function tablesOf({ sections }: ReportDocument): ReportTable[] {
  return sections.flatMap(({ tables }) => tables);
}

/**
 * Holds a document to what its writers rely on.
 * @throws PlateauError `usage` naming a name that no file could have or that two parts share, or a figure of more
 * than 20,000 rows
 */
export function requireDrawable(document: ReportDocument): void {
  const kinds = { figure: figuresOf(document), table: tablesOf(document), section: document.sections };
  for (const [kind, parts] of Object.entries(kinds)) {
    const seen = new Set<string>();
    for (const { name } of parts) {
      if (!NAME.test(name)) {
        throw new PlateauError(
          "usage",
          `${kind} ${quote(name)}: expected a name of lower-case letters, digits and hyphens`,
        );
      }
      if (seen.has(name)) throw new PlateauError("usage", `two parts of a report are ${kind} ${quote(name)}`);
      seen.add(name);
    }
  }
  for (const { name, data } of kinds.figure) {
    if (data.length <= MOST_ROWS) continue;
    throw new PlateauError(
      "usage",
      `figure ${quote(name)} has ${data.length} rows of data, a report holds up to ${MOST_ROWS} of a figure: thin them out`,
    );
  }
}
