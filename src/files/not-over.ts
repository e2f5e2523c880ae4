import { existsSync, realpathSync } from "node:fs";
import { PlateauError } from "../errors.js";
import { shellWord } from "../text.js";

/** A file that is read, and what it is, for the message. */
export type Source = readonly [path: string | undefined, what: string];

/**
 * What a command reads is not written over by what it writes, under whatever name it is reached.
 * @throws PlateauError `usage` naming the option and what the file is
 */
export function requireNotOver(option: string, output: string | undefined, sources: readonly Source[]): void {
  const place = real(output);
  if (place === undefined) return;
  for (const [path, what] of sources) {
    if (real(path) !== place) continue;
    throw new PlateauError(
      "usage",
      `${option} ${shellWord(output!)} is ${what}, which would be written over: name another file`,
    );
  }
}

function real(path: string | undefined): string | undefined {
  // Of file systems that take upper and lower case for one the native call tells the name that is there.
  return path !== undefined && existsSync(path) ? realpathSync.native(path) : undefined;
}
