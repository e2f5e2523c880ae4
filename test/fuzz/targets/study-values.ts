import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { change, changes, exercise, makeStudy } from "../studies.js";
import type { FuzzTarget } from "../target.js";

/** A study file that SQLite finds nothing wrong with, but plateau did not write: any value in any column. */
export const studyValues: FuzzTarget = {
  name: "study-values",
  writes: true,
  testCases: 2000,
  async prepare(fixtures) {
    await makeStudy(fixtures);
    return changes.map((json) => new TextEncoder().encode(json));
  },
  async run(bytes, { folder, fixtures }) {
    const path = join(folder, "study.sqlite");
    copyFileSync(join(fixtures, "made.sqlite"), path);
    change(path, new TextDecoder().decode(bytes));
    await exercise(path);
  },
};
