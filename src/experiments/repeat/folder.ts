import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlateauError } from "../../errors.js";
import { writeFileAtomic } from "../../files/atomic.js";
import { makeFolder, removeQuietly } from "../../files/folder.js";
import { ioError } from "../../files/io-error.js";
import { readJson } from "../../files/read-json.js";
import { canonicalJson } from "../../formats/canonical-json.js";
import { shellWord } from "../../text.js";
import type { Repeatable } from "./repeatable.js";

const REPEAT = "repeat.json";

/** Where something is run again. */
export interface RepeatFolder {
  /** For the run itself: empty, or what an earlier call left. */
  readonly work: string;
  dispose(): void;
}

/** @throws PlateauError `io` */
function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "plateau-repeat-"));
  } catch (cause) {
    const remedy =
      "nothing can be written there: name another folder in TMPDIR, or one to be kept with --out";
    throw ioError("cannot make a folder in", tmpdir(), cause, remedy);
  }
}

/**
 * A folder of the user's, which is kept and which the same repetition continues in; or one that goes when it is
 * disposed of. What was first run is never taken for what is run again: it lies in no such folder.
 * @throws PlateauError `run-directory` where the folder holds anything else; `io`
 */
export function repeatFolder(path: string | undefined, repeatable: Repeatable): RepeatFolder {
  if (path === undefined) {
    const temporary = temporaryFolder();
    const remove = () => removeQuietly(temporary);
    // Whoever is told twice to stop does so at once.
    process.once("exit", remove);
    const dispose = () => {
      process.off("exit", remove);
      remove();
    };
    return { work: join(temporary, "again"), dispose };
  }
  makeFolder(path);
  const file = join(path, REPEAT);
  let found: string[];
  try {
    found = readdirSync(path);
  } catch (cause) {
    throw ioError("cannot list", path, cause);
  }
  if (!existsSync(file) && found.length > 0) {
    throw new PlateauError(
      "run-directory",
      `${shellWord(path)} is not empty (${found[0]}): choose a new folder`,
    );
  }
  if (existsSync(file) && canonicalJson(readJson(file)) !== canonicalJson(repeatable)) {
    throw new PlateauError("run-directory", `${shellWord(path)} repeats another report: choose a new folder`);
  }
  writeFileAtomic(file, `${JSON.stringify(repeatable, null, 2)}\n`);
  return { work: join(path, "again"), dispose: () => {} };
}
