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

/** The table of a fit, where a path holds one, as a file not to write over. */
export function tableAsSource(path: string): Source {
  const table = heldAt(path) === "fit" ? FitDirectory.open(path).begun.config.data : undefined;
  return [table, `the table that the fit in ${shellWord(path)} was made from`];
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
}

/**
 * A stored fit with its model. The table that it was made from is read when it is asked for.
 * @throws PlateauError `run-directory` where there is no fit, or an unfinished one; `format` where its files are
 * damaged; `io`
 */
export async function openFit(path: string): Promise<OpenedFit> {
  requireArguments("openFit", { path: [path, "text"] });
  const directory = FitDirectory.open(path);
  const { config } = directory.begun;
  return {
    stored: { ...directory.begun, ...directory.result() },
    model: await directory.model(),
    columns: directory.columns(),
    data: async () => tabularData(await directory.table(), config),
  };
}
