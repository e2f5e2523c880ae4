import { readdirSync } from "node:fs";
import { removeStaleTemporaries } from "./atomic.js";
import { makeFolder } from "./folder.js";
import { ioError } from "./io-error.js";

/**
 * Makes a folder for something that begins, where there is none yet.
 * @returns the outermost folder that was made, undefined where all were there; and what lies in it
 * @throws PlateauError `io`
 */
export function openNewFolder(path: string): { created: string | undefined; existing: string[] } {
  const created = makeFolder(path);
  removeStaleTemporaries(path);
  try {
    return { created, existing: readdirSync(path) };
  } catch (cause) {
    throw ioError("cannot list", path, cause);
  }
}
