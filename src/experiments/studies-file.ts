import { join } from "node:path";
import type { ExperimentOptions } from "./record.js";

/** Of every experiment whose studies the user gave no place. */
export const OWN_STUDIES = "studies.sqlite";

/** The SQLite file of an experiment's studies. */
export function studiesFile({ folder, study }: Pick<ExperimentOptions, "folder" | "study">): string {
  return study ?? join(folder, OWN_STUDIES);
}
