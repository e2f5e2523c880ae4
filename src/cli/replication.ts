import type { ExperimentRecord } from "../experiments/record.js";
import type { ReplicationConfig } from "../experiments/replication/config.js";
import type { Estimate } from "../experiments/replication/estimate.js";
import { leftOut } from "../experiments/replication/left-out.js";
import type { Mean, ReplicationResults, SettingResult } from "../experiments/replication/results.js";
import { settingsOf } from "../experiments/replication/settings.js";
import { trivialRate } from "../experiments/replication/tables.js";
import { answerOf, replicationVerdict } from "../experiments/replication/verdict.js";
import { counted } from "../text.js";
import { longDuration, percent, r2, table } from "./output.js";

/** What is about to be run, what it leaves out, and how long it will take. */
export function describePlan(config: ReplicationConfig, { seconds, workers, trainings }: Estimate): string {
  const settings = settingsOf(config);
  return [
    `replicate --preset ${config.preset}: ${counted(settings.length, "setting")}, of each ${counted(config.trials, "trial")} and ${counted(config.seeds, "seed")} of the best: ${counted(trainings, "training")}`,
    ...leftOutLines(config),
    `will take about ${longDuration(seconds)} with ${counted(workers, "worker")} here while nothing else uses the cores (steps, predictions and rankings of each size were timed just now)`,
  ].join("\n");
}

function leftOutLines(config: ReplicationConfig): string[] {
  const left = leftOut(config);
  return left.length === 0 ? [] : [`left out of the study's size: ${left.join("; ")}`];
}

/** What a person is to read of the results. */
export function describeReplication({
  config,
  results,
  fingerprint,
}: ExperimentRecord<ReplicationConfig, ReplicationResults>): string {
  return [
    failureTable(results),
    footnote(config),
    answerOf(replicationVerdict(results)),
    ...leftOutLines(config).map((line) => line[0].toUpperCase() + line.slice(1)),
    `fingerprint ${fingerprint}`,
  ].join("\n");
}

const heading = [
  "",
  "fails\nk = 1",
  "fails\nk = 4",
  "mean\nk = 1",
  "majority\nk = 1",
  "least squares\nk = 1",
  "at K = 5\nours",
  "R²\nours",
];

function failureTable({ settings }: ReplicationResults): string {
  return table(
    heading,
    settings.map((one) => [
      one.name,
      ...(one.failureRate ? [share(one.failureRate["1"]), share(one.failureRate["4"])] : [state(one), ""]),
      percent(trivialRate(one, "mean", 1)),
      percent(trivialRate(one, "majority", 1)),
      percent(trivialRate(one, "leastSquares", 1)),
      percent(one.matched?.["5"]?.value),
      one.mode === "regression" ? r2(one.r2?.value) : "",
    ]),
  );
}

const state = ({ sweep }: SettingResult) => (sweep.best ? "diverged" : "no trial");

/** 12.3% (10.1 to 14.5) */
function share({ value, low, high }: Mean): string {
  if (low === null || high === null) return percent(value);
  return `${percent(value)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

function footnote({ trials, seeds }: ReplicationConfig): string {
  const best = `of the best of ${counted(trials, "trial")}`;
  const interval =
    seeds === 1 ? `one seed ${best}` : `in brackets 95% over ${seeds} seeds (Student's t) ${best}`;
  return `\
Failure rates are the study's metric on test rows: among all true vectors in regression, among K classes in
classification; ${interval}. Mean, majority and least squares are trivial predictors.
Ours, which the study does not measure: at K = 5, the share of outputs that fall to another of 5 centroids than the true
ones do, so regression and classification are on one scale; R², of all numbers of a regression's outputs.
Every number was computed here, none is the paper's.`;
}
