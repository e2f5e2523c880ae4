import { PlateauError, quote } from "../errors.js";
import { parseRepeatable, type Repeatable } from "../experiments/repeat/repeatable.js";
import { readFileChecked } from "../files/read.js";
import { REPEAT_ID } from "./html/page.js";

/** Bytes of a page: figures are bounded, so reports are. */
const LARGEST = 2 ** 28;
const BEGIN = `<script type="application/json" id="${REPEAT_ID}">`;
const END = "</script>";
/** Before all that a page holds. */
const OURS = '<meta name="generator" content="plateau ';

/**
 * What a report's page holds for `plateau repeat`. Nothing of the page is run.
 * @throws PlateauError `io`; `format` where it is no report, or not one of ours
 */
export function readRepeatable(path: string): Repeatable {
  const page = new TextDecoder().decode(readFileChecked(path, LARGEST));
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (page.includes(OURS) && (begin < 0 || end < 0)) {
    throw new PlateauError(
      "format",
      `${quote(path)} is a report of plateau that was cut off: make it again with plateau report`,
    );
  }
  if (begin < 0 || end < 0) {
    throw new PlateauError(
      "format",
      `${quote(path)} is no report of plateau: it holds nothing to repeat (give the HTML file that plateau report wrote)`,
    );
  }
  // Text of others never ends or begins an element in what plateau writes.
  if (page.indexOf(BEGIN, begin + 1) >= 0) {
    throw new PlateauError("format", `${quote(path)} holds two things to repeat: no report of plateau does`);
  }
  return parseRepeatable(page.slice(begin + BEGIN.length, end), quote(path));
}
