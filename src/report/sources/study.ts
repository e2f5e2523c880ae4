import { closeSync, openSync, readSync, statSync } from "node:fs";
import { ioError } from "../../files/io-error.js";
import type { ReportSource } from "./source.js";

/** How every SQLite file begins. */
const MAGIC = "SQLite format 3\0";

/** A sweep, as far as it is. SQLite and worker threads are loaded when there is one: other reports do without. */
export const studySource: ReportSource = {
  what: "the SQLite file of a study (plateau sweep --study)",
  holds: (path) => beginning(path) === MAGIC,
  async document(path, { name }) {
    const [{ openStudy }, { openSqlite }, { documentOfStudy }] = await Promise.all([
      import("../../experiments/sweep/open.js"),
      import("../../sweep/storage/sqlite.js"),
      import("../documents/sweep.js"),
    ]);
    const storage = openSqlite(path, { readonly: true });
    try {
      return await documentOfStudy(await openStudy(storage, name === undefined ? {} : { name }));
    } finally {
      storage.close();
    }
  },
};

function beginning(path: string): string | undefined {
  const bytes = new Uint8Array(MAGIC.length);
  let file: number | undefined;
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
    file = openSync(path, "r");
    return String.fromCharCode(...bytes.subarray(0, readSync(file, bytes)));
  } catch (cause) {
    throw ioError("cannot read", path, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
