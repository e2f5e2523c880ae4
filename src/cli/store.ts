import { PlateauError } from "../errors.js";
import { shellWord } from "../text.js";
import { note } from "./output.js";
import { exitCodes } from "./report.js";

/**
 * Stores what is finished. Where the file system refuses, the error is handed back instead of thrown:
 * what was computed is still to be printed.
 */
export async function tryToStore(store: () => unknown): Promise<PlateauError | undefined> {
  try {
    await store();
    return undefined;
  } catch (error) {
    if (error instanceof PlateauError && error.code === "io") return error;
    throw error;
  }
}

/**
 * Says, once the result is printed, that it was not stored, and what is left to do.
 * @param resume the command that does it, where there is a folder
 * @returns the exit code
 */
export function reportUnsaved(error: PlateauError, resume?: string): number {
  // Its configuration is there: what has no checkpoint begins anew, to the same bits.
  note(`error: ${error.message}${resume ? `; then: ${resume}` : ""}`);
  return exitCodes.failed;
}

/**
 * The command that continues a run or a fit, its path quoted for a shell.
 * @param module of a target of the user's own
 */
export function resumeCommand(path: string, command: "train" | "fit" = "train", module?: string): string {
  const target = module === undefined ? "" : ` ${shellWord(module)}`;
  return `plateau ${command}${target} --resume ${shellWord(path)}`;
}
