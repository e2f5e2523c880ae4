import { requireArguments } from "../arguments.js";
import { type Split, splits } from "../targets/target.js";
import { listed } from "../text.js";
import { describeReading, type Reading } from "./reading.js";
import { plain } from "./table.js";

/** What became of the table. Plain and JSON-serialisable. */
export interface TabularReport {
  readonly source: string;
  /** What was understood of its text. */
  readonly reading?: Reading;
  readonly rows: number;
  /** Rows left out because a chosen column lacks a value there. */
  readonly droppedRows: number;
  /** Chosen columns that lack values, with the rows in which they do. */
  readonly missing: readonly { name: string; rows: number }[];
  /** Columns that are no input, though named or taken by default, with the reason. */
  readonly leftOut: readonly { name: string; reason: string }[];
  readonly splits: Readonly<Record<Split, number>>;
  /** Categories of validation and test rows that no training row has, and in how many rows. */
  readonly unknownCategories: readonly { name: string; categories: readonly string[]; rows: number }[];
}

/**
 * The report for people: one line a fact, and none where there is nothing to say.
 * @throws PlateauError `usage` where it is none
 */
export function describeReport(report: TabularReport): string {
  requireArguments("describeReport", { report: [report, "TabularReport: rows splits missing leftOut"] });
  const { rows, droppedRows, missing, leftOut, unknownCategories } = report;
  const parts = splits.map((split) => `${report.splits[split]} ${split}`).join(", ");
  const read = report.reading && describeReading(report.reading);
  const lines = [
    ...(read ? [plain(read, 400)] : []),
    `${rows - droppedRows} of ${rows} rows are complete: ${parts}`,
  ];
  if (missing.length > 0) {
    const lacking = missing.map((column) => `${listed(plain(column.name))} in ${column.rows}`).join(", ");
    lines.push(`values are missing of ${lacking}`);
  }
  for (const { name, reason } of leftOut) lines.push(`${plain(name)} is no input: ${reason}`);
  for (const { name, categories, rows: count } of unknownCategories) {
    const shown =
      categories
        .slice(0, 4)
        .map((label) => listed(plain(label)))
        .join(", ") + (categories.length > 4 ? ", …" : "");
    lines.push(`${plain(name)} is ${shown} in ${count} validation or test rows and in no training row`);
  }
  return lines.join("\n");
}
