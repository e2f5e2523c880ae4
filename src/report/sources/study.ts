import type { ReportSource } from "./source.js";

/** A sweep, as far as it is. SQLite and worker threads are loaded when there is one: other reports do without. */
export const studySource: ReportSource = {
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
