/** A row of a figure's data: what its CSV has, too. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/**
 * One figure, complete and apart from any renderer: the page draws it live, `renderSvg` and `renderPng` without a
 * browser, and `data` is written beside it as CSV. Plain JSON.
 */
export interface Figure {
  /** File and anchor name: lower case with hyphens. Unique in a document. */
  readonly name: string;
  /** What is to be seen, in a few words. */
  readonly title: string;
  /** How to read it: units, sample sizes, what an interval is, what is the study's and what ours. */
  readonly caption: string;
  /** The same in words for who cannot see it, with the numbers that matter. */
  readonly alt: string;
  /** All that is drawn. Numbers are finite or null. */
  readonly data: readonly Row[];
  /**
   * Vega-Lite specification over the data set named `table` (`data: { name: "table" }`), without colours of its
   * own where the theme has them, without fonts, background or `$schema`.
   */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The name that specifications have for a figure's data. */
export const TABLE = "table";
