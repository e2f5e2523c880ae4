import { PlateauError } from "../../errors.js";
import type { InputColumn, OutputColumn } from "../../tables/encode.js";
import type { TabularReport } from "../../tables/tabular-report.js";
import type { Outcome } from "../../training/loop.js";
import { environment } from "../environment.js";
import type { Environment } from "../record.js";
import { weightsSha256 } from "../weights.js";
import type { FitSizes } from "./config.js";
import type { Fit, FitScores } from "./fit.js";

/** What came out of a fit: `result.json` of its folder. Plain JSON. */
export interface FitResult {
  readonly sizes: FitSizes;
  /** How rows become numbers of the model and back. */
  readonly columns: { readonly inputs: readonly InputColumn[]; readonly outputs: readonly OutputColumn[] };
  readonly report: TabularReport;
  readonly parameters: number;
  readonly outcome: Outcome["reason"];
  /** Updates done. */
  readonly steps: number;
  /** Of training with its validations. */
  readonly seconds: number;
  /** The update whose weights were kept, and its validation RMSE, in standard deviations of the output. */
  readonly best?: { readonly update: number; readonly value: number };
  /** Validation RMSE by update; null where it was no number. */
  readonly evaluations: readonly { readonly update: number; readonly value: number | null }[];
  readonly test: FitScores;
  /** SHA-256 of all weights in the order of the state dict. */
  readonly weightsSha256: string;
  readonly environment: Environment;
}

/** @throws PlateauError `usage` for a fit that diverged */
export async function fitResult({ sizes, data, report, model, outcome, test }: Fit): Promise<FitResult> {
  if (!test) {
    throw new PlateauError("usage", `a fit that diverged at update ${outcome.updates} has no result`);
  }
  const { reason, updates, seconds, best, evaluations } = outcome;
  return {
    sizes,
    columns: { inputs: data.inputs, outputs: data.outputs },
    report,
    parameters: model.parameterCount,
    outcome: reason,
    steps: updates,
    seconds,
    ...(best ? { best } : {}),
    evaluations: evaluations.map(({ update, value }) => ({
      update,
      value: Number.isFinite(value) ? value : null,
    })),
    test,
    weightsSha256: await weightsSha256(model),
    environment: environment({ seconds, workers: 1 }),
  };
}
