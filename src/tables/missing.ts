import { readNumber } from "../formats/number-text.js";
import type { Cell } from "../formats/raw-table.js";

/** What is read as a missing value in every column, besides an empty place and NaN; exactly so written, blanks around it aside. */
export const missingTexts: readonly string[] = [
  ...["", "NA", "N/A", "n/a", "n.a.", "N.A.", "k.A.", "k. A.", "<NA>"],
  ...["NaN", "nan", "-nan", "NULL", "null", "None", "?"],
  // What spreadsheets show where a formula has no value, in English and German.
  ...[
    "#N/A",
    "#NV",
    "#VALUE!",
    "#WERT!",
    "#DIV/0!",
    "#REF!",
    "#BEZUG!",
    "#NUM!",
    "#ZAHL!",
    "#NAME?",
    "#NULL!",
  ],
];

/** The same where all else in the column is numbers: among texts they may be a category. */
export const missingNumbers: readonly string[] = ["-", "\u2212", "–", "—", "--", "---", ".", "..", "…"];

const everywhere: ReadonlySet<string> = new Set(missingTexts);
const amongNumbers: ReadonlySet<string> = new Set(missingNumbers);

/** Tells which cells are missing. */
export interface Missing {
  /** In a column of numbers, or of texts. */
  is(cell: Cell, among: "numbers" | "texts"): boolean;
}

/** @param more texts that are read as missing, too; one that is a number stands for all cells of that number */
export function missingBy(more: readonly string[] = []): Missing {
  const own = new Set(more.map((text) => text.trim()));
  const numbers = new Set(
    more.map((text) => readNumber(text, "point")?.value).filter((value) => value !== undefined),
  );
  return {
    is(cell, among) {
      if (cell === null || Number.isNaN(cell)) return true;
      if (typeof cell === "number") return numbers.size > 0 && numbers.has(cell);
      const text = cell.trim();
      if (everywhere.has(text) || own.has(text)) return true;
      if (among === "numbers" && amongNumbers.has(text)) return true;
      return numbers.size > 0 && numbers.has(readNumber(text, "point")?.value ?? Number.NaN);
    },
  };
}
