import { PlateauError } from "../errors.js";
import { MOST_LEVELS, nestedBeyond } from "../nesting.js";
import { readFileChecked } from "./read.js";

const MAX_JSON = 1 << 26;

/**
 * A JSON file's value.
 * @param told what errors call the file, and what they say to do. Default: its path, nothing
 * @throws PlateauError `io`, `format`
 */
export function readJson(file: string, told: { name?: string; remedy?: string } = {}): unknown {
  const { name = file, remedy } = told;
  const text = new TextDecoder().decode(readFileChecked(file, MAX_JSON));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "is empty" : `is no JSON: ${(cause as Error).message}`;
    throw new PlateauError("format", `${name} ${what}${remedy ? `: ${remedy}` : ""}`, { cause });
  }
  if (!nestedBeyond(value)) return value;
  const deep = `nests more than ${MOST_LEVELS} levels deep`;
  throw new PlateauError("format", `${name} ${deep}${remedy ? `: ${remedy}` : ""}`);
}
