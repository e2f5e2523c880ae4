import { PlateauError } from "../errors.js";
import { readFileChecked } from "./read.js";

const MAX_JSON = 1 << 26;

/** A JSON file's value. @throws PlateauError `io`, `format` naming the file as `name` does */
export function readJson(file: string, name = file): unknown {
  const text = new TextDecoder().decode(readFileChecked(file, MAX_JSON));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PlateauError("format", `${name} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
