import { requireArguments } from "../../arguments.js";
import { ExperimentFolder } from "../../experiments/experiment-folder.js";
import type { ExperimentRecord } from "../../experiments/record.js";
import { repeatableRecord } from "../../experiments/repeat/experiment.js";
import type { ReportDocument } from "../document.js";
import { documentOf } from "../documents/registry.js";
import type { ReportSource } from "./source.js";

/** An experiment of many runs. */
export const experimentSource: ReportSource = {
  document: async (path) => documentOfRecord(await ExperimentFolder.open(path).record()),
};

/**
 * The report of an experiment, which tells the parts of its results apart when it is repeated.
 * @throws PlateauError `unknown-name` where there is no such kind of experiment
 */
export async function documentOfRecord(record: ExperimentRecord): Promise<ReportDocument> {
  requireArguments("documentOfRecord", { record: [record, "ExperimentRecord: kind plateau config results"] });

  const document = documentOf(record);
  return { ...document, methods: { ...document.methods, repeat: await repeatableRecord(record) } };
}
