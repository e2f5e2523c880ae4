import type { Figure } from "../figure.js";

/**
 * A kind of figure: one file, and one line in the registry, which gives it its conformance tests and its place in
 * the gallery. Drawing is a pure function of plain data: no measuring, no randomness, no colours.
 */
export interface FigureKind<Data> {
  readonly name: string;
  /** One line: what it shows. */
  readonly description: string;
  /** @returns undefined where there is nothing to draw; the reader is told so in words by who asked */
  draw(data: Data, options?: DrawOptions): Figure | undefined;
  /** Made-up data to try it on, by file name: as full as it gets, and as little as it draws. */
  readonly examples: Readonly<Record<string, Data>>;
  /** Data of which there is nothing to draw. */
  readonly nothing: Data;
}

export interface DrawOptions {
  /** File and anchor name. Default: the kind's. */
  readonly name?: string;
  /** Added at the caption's end. */
  readonly note?: string;
}

/** Puts a caption's sentences together, leaving out what is empty. */
export function sentences(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part): part is string => typeof part === "string" && part !== "").join(" ");
}
