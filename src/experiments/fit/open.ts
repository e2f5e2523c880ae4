import { requireArguments } from "../../arguments.js";
import type { Source } from "../../files/not-over.js";
import type { Model } from "../../nn/model.js";
import type { TabularColumns } from "../../tables/encode.js";
import { type TabularData, tabularData } from "../../tables/tabular-data.js";
import { shellWord } from "../../text.js";
import { heldAt } from "../held.js";
import { type BegunFit, FitDirectory } from "./directory.js";
import type { Fit } from "./fit.js";
import type { FitResult } from "./result.js";

/** Stores a finished fit in a new folder. @throws PlateauError `run-directory`, `io`; `usage` for an unfinished fit */
export async function saveFit(path: string, fit: Fit): Promise<void> {
  requireArguments("saveFit", { path: [path, "text"], fit: [fit, "Fit: config sizes data report"] });
  const directory = await FitDirectory.create(path, fit);
  try {
    await directory.finish(fit);
  } catch (error) {
    directory.discard();
    throw error;
  }
}

/** The table of a fit, where a path holds one, as files not to write over: where it was, and where it is. */
export async function tableAsSources(path: string, options: { table?: string } = {}): Promise<Source[]> {
  if (heldAt(path) !== "fit") return [];
  const directory = FitDirectory.open(path, options);
  const found = await directory.tableFile().catch(() => undefined);
  const what = `the table that the fit in ${shellWord(path)} was made from`;
  return [directory.begun.config.data, options.table, found].map((table) => [table, what]);
}

/** A fit as it is stored: what it was asked for, and what came out. */
export type StoredFit = BegunFit & FitResult;

/** A stored fit, ready to predict. */
export interface OpenedFit {
  readonly stored: StoredFit;
  readonly model: Model;
  /** From rows to numbers of the model and back: `encode`, `decode`. */
  readonly columns: TabularColumns;
  /**
   * The table that it was made from, split as it was then.
   * @throws PlateauError `run-directory` where it is another one by now, `io` where it is gone
   */
  data(): Promise<TabularData>;
  /** Where that table's file is. @throws PlateauError as `data` */
  tableFile(): Promise<string>;
}

/**
 * A stored fit with its model. The table that it was made from is read when it is asked for: it is known by its
 * SHA-256, and looked for where it was, in the folder, and beside it.
 * @param options table: where that table is by now, if elsewhere
 * @throws PlateauError `run-directory` where there is no fit, or an unfinished one; `format` where its files are
 * damaged; `io`
 */
export async function openFit(path: string, options: { table?: string } = {}): Promise<OpenedFit> {
  requireArguments("openFit", { path: [path, "text"], options: [options, "object?"] });
  const directory = FitDirectory.open(path, options);
  const { config } = directory.begun;
  return {
    stored: { ...directory.begun, ...directory.result() },
    model: await directory.model(),
    columns: directory.columns(),
    tableFile: () => directory.tableFile(),
    data: async () => tabularData(await directory.table(), config),
  };
}
