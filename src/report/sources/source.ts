import type { StopSignal } from "../../pause.js";
import type { Target } from "../../targets/target.js";
import type { ReportDocument } from "../document.js";

/** What is reported of a file or folder, watched and stopped. */
export interface SourceOptions {
  /** Which study of several. */
  readonly name?: string;
  /** Of a run of a target of its own, by `defineTarget`: that target. */
  readonly target?: Target;
  /** Of a fit to a table: where that table is by now, if not where it was nor beside the folder. */
  readonly table?: string;
  readonly signal?: StopSignal;
  /** What is at work, and which share of all the work is done, 0 … 1. */
  readonly onProgress?: (text: string, share: number) => void;
}

/** One kind of what can be reported: its own file, and one line in the registry. */
export interface ReportSource {
  /** @throws PlateauError where it is damaged, or not finished and of no use before: says how to continue */
  document(path: string, options: SourceOptions): Promise<ReportDocument>;
}
