import { failureRanks } from "../../analysis/metrics/failure-rate.js";
import type { ReplicationResults } from "../../experiments/replication/results.js";
import {
  failureRows,
  ownRows,
  replicaRows,
  sweepRows,
  type TableRow,
} from "../../experiments/replication/tables.js";
import type { ReportColumn, ReportTable } from "../document.js";

function tableOf(
  name: string,
  caption: string,
  rows: readonly TableRow[],
  columns: readonly ReportColumn[],
): ReportTable {
  return { name, caption, rows, columns };
}

const column = (field: string, title = field, format?: ReportColumn["format"]): ReportColumn => ({
  field,
  title,
  ...(format ? { format } : {}),
});

const baselineColumns = (format?: ReportColumn["format"]) => [
  column("mean", "mean predictor", format),
  column("majority", "majority class", format),
  column("leastSquares", "least squares", format),
];

export const failureTable = (results: ReplicationResults) =>
  tableOf(
    "failure-rates",
    "Failure rates on test rows by the study's metric, beside trivial predictors (ours).",
    failureRows(results),
    [
      column("setting", "setting", "text"),
      column("k", "k", "count"),
      column("value", "fails", "percent"),
      column("low", "from", "percent"),
      column("high", "to", "percent"),
      column("seeds", "seeds", "count"),
      ...baselineColumns("percent"),
    ],
  );

export const ownTable = (results: ReplicationResults) =>
  tableOf(
    "other-measures",
    "Ours: failure rates at matched resolution as shares, R² and the largest error, with 95% intervals over seeds.",
    ownRows(results),
    [
      column("setting", "setting", "text"),
      column("measure", "measure", "text"),
      column("value"),
      column("low", "from"),
      column("high", "to"),
      ...baselineColumns(),
    ],
  );

export const sweepTable = (results: ReplicationResults) =>
  tableOf("sweeps", "Trials of each setting, and the best of them.", sweepRows(results), [
    column("setting", "setting", "text"),
    column("complete", "complete", "count"),
    column("diverged", "diverged", "count"),
    column("failed", "failed", "count"),
    column("validation", "validation failure rate", "percent"),
    column("layers", "layers", "count"),
    column("heads", "heads", "count"),
    column("dropout"),
    column("lr", "learning rate"),
    column("accumulation", "accumulation", "count"),
    column("epochs", "epochs", "count"),
    column("warmupBatches", "warm-up batches", "count"),
  ]);

export const replicaTable = (results: ReplicationResults) =>
  tableOf("replicas", "The best configuration on each seed.", replicaRows(results), [
    column("setting", "setting", "text"),
    column("seed", "seed", "text"),
    column("state", "state", "text"),
    column("parameters", "parameters", "count"),
    column("updates", "updates", "count"),
    column("validation", "validation", "percent"),
    ...failureRanks.map((k) => column(`k${k}`, `k = ${k}`, "percent")),
  ]);
