import type { Environment } from "../experiments/record.js";
import type { Repeatable } from "../experiments/repeat/repeatable.js";
import type { Figure, Row } from "./figure.js";

export type { Repeatable };

/** A table of a report. */
export interface ReportTable {
  /** File and anchor name, unique in a document. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly Row[];
}

/** A column of a table. */
export interface ReportColumn {
  /** Of the rows' field. */
  readonly field: string;
  readonly title: string;
  /** How a number is written. Default: three significant digits; `text` for words, `percent` for shares. */
  readonly format?: "text" | "percent" | "count" | "number";
}

/** One topic: its finding first, then what carries it. */
export interface ReportSection {
  /** File and anchor name, unique in a document. */
  readonly name: string;
  readonly title: string;
  /** Paragraphs of plain text. */
  readonly text: readonly string[];
  readonly figures: readonly Figure[];
  readonly tables: readonly ReportTable[];
}

/** How the numbers came about, so that another can repeat them. */
export interface Methods {
  /** Paragraphs of plain text, made from the configuration. */
  readonly text: readonly string[];
  /** Shell commands that make the same again, the first of them from nothing. */
  readonly commands: readonly string[];
  readonly environment: Environment;
  /** What `plateau repeat` makes again, and what has to come out. */
  readonly repeat: Repeatable;
}

/** A whole report, apart from how it is written: the page, or files of figures and tables. */
export interface ReportDocument {
  readonly title: string;
  /** The first screen: what was asked, of what, what came out, and the figure that shows it. */
  readonly question: string;
  readonly setting: string;
  /** One claim an entry: several are a list. */
  readonly answer: readonly string[];
  /** Absent where there is nothing to draw yet: the answer says why. */
  readonly main?: Figure;
  readonly sections: readonly ReportSection[];
  readonly methods: Methods;
}
