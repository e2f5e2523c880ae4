import { unknownName } from "../../errors.js";
import type { ExperimentRecord } from "../../experiments/record.js";
import type { ReportDocument } from "../document.js";
import { auditDocument } from "./audit.js";
import { gapDocument } from "./gap.js";
import { replicateDocument } from "./replicate.js";

/** Makes the report of an experiment's results. */
export type DocumentMaker = (record: ExperimentRecord) => ReportDocument;

/** Of every experiment, by its name: one line each. */
const makers: Readonly<Record<string, DocumentMaker>> = {
  replicate: replicateDocument, //
  audit: auditDocument as DocumentMaker,
  gap: gapDocument as DocumentMaker,
};

/** @throws PlateauError `unknown-name` */
export function documentOf(record: ExperimentRecord): ReportDocument {
  if (!Object.hasOwn(makers, record.kind)) throw unknownName("experiment", record.kind, Object.keys(makers));
  return makers[record.kind](record);
}
