import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PlateauError, quote } from "../errors.js";
import { ioError } from "./io-error.js";

/**
 * Makes a folder, and those above it that are missing. (Node's own recursive mkdir never returns where
 * the file system says that a parent which exists does not, as /proc does.)
 * @returns the outermost folder made, undefined where all were there
 * @throws PlateauError `io`: nothing is made then
 */
export function makeFolder(path: string): string | undefined {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  if (missing.length === 0 && !statSync(path).isDirectory()) {
    throw new PlateauError("io", `cannot make the folder ${quote(path)}: it is a file: choose another name`);
  }
  try {
    for (const folder of missing) mkdirSync(folder);
  } catch (cause) {
    // All above were there before, so all below the first are ours.
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return makeFolder(path);
    removeQuietly(missing[0]);
    throw ioError("cannot make the folder", path, cause);
  }
  return missing[0];
}

/** Takes back a folder that was made in vain. Where that fails as well, what failed first is what to tell. */
export function removeQuietly(folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // An empty folder, or one of a run that did not begin.
  }
}
