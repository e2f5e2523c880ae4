import { PlateauError } from "../errors.js";

const missing: ReadonlySet<unknown> = new Set([
  "MODULE_NOT_FOUND",
  "ERR_MODULE_NOT_FOUND",
  "ERR_DLOPEN_FAILED",
]);

/**
 * Waits for a module that needs SQLite.
 * @throws PlateauError `usage` where libsql's native part is not installed, or not made for this machine
 */
export async function loadSweeps<M>(importing: Promise<M>): Promise<M> {
  try {
    return await importing;
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message: string };
    if (!missing.has(code)) throw cause;
    const [reason] = message.split("\n");
    throw new PlateauError(
      "usage",
      `sweeps are stored by the package libsql, whose native part is not here (${reason}): install again without --omit=optional, on this kind of machine`,
      { cause },
    );
  }
}
