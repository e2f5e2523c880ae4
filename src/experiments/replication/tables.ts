import { failureRanks } from "../../analysis/metrics/failure-rate.js";
import { trivialPredictors } from "./baselines.js";
import type { Mean, ReplicationResults, SettingResult } from "./results.js";
import { meanOver } from "./results.js";

/** A row of a table: empty (null) where there is nothing. */
export type TableRow = Readonly<Record<string, string | number | null>>;

const setting = ({ name, target, dim, mode, classes, positions }: SettingResult) => ({
  setting: name,
  target,
  d: dim,
  mode,
  K: classes,
  positions,
});

const interval = (mean: Mean | null | undefined) => ({
  value: mean?.value ?? null,
  low: mean?.low ?? null,
  high: mean?.high ?? null,
});

/** A trivial predictor's failure rate by the study's metric, mean over the seeds; null where it has none. */
export function trivialRate(
  { baselines }: SettingResult,
  predictor: (typeof trivialPredictors)[number],
  k: number,
): number | null {
  const rates = baselines.flatMap((one) => one[predictor].failureRate?.[k] ?? []);
  return rates.length > 0 ? meanOver(rates).value : null;
}

/** Failure rates on the test rows by setting and k, beside trivial predictors: the study's metric. */
export function failureRows({ settings }: ReplicationResults): TableRow[] {
  return settings.flatMap((one) =>
    failureRanks.map((k) => ({
      ...setting(one),
      k,
      ...interval(one.failureRate?.[k]),
      seeds: one.replicas.filter(({ state }) => state === "complete").length,
      ...Object.fromEntries(trivialPredictors.map((name) => [name, trivialRate(one, name, k)])),
    })),
  );
}

/** What is ours beside the study's metric: matched resolution by K, R² and the largest error. */
export function ownRows({ settings }: ReplicationResults): TableRow[] {
  return settings.flatMap((one) => {
    const K = Object.keys(one.matched ?? {});
    const measures: [string, Mean | null | undefined, (of: Trivial) => number | undefined][] = [
      ...K.map((k): (typeof measures)[number] => [
        `matched resolution, K = ${k}`,
        one.matched?.[k],
        (of) => of.matched?.[k],
      ]),
      ["R²", one.r2, (of) => of.r2],
      ["largest error", one.sup, (of) => of.sup],
    ];
    return measures.map(([measure, mean, of]) => ({
      ...setting(one),
      measure,
      ...interval(mean),
      ...Object.fromEntries(
        trivialPredictors.map((name) => {
          const values = one.baselines.flatMap((scores) => of(scores[name]) ?? []);
          return [name, values.length > 0 ? meanOver(values).value : null];
        }),
      ),
    }));
  });
}

type Trivial = SettingResult["baselines"][number]["mean"];

/** What each sweep found. */
export function sweepRows({ settings }: ReplicationResults): TableRow[] {
  return settings.map((one) => {
    const { best, complete, diverged, failed } = one.sweep;
    const { layers, heads, dropout, lr, accumulation, epochs, warmupBatches } = best?.parameters ?? {};
    const parameters = { layers, heads, dropout, lr, accumulation, epochs, warmupBatches };
    return {
      ...setting(one),
      ...{ complete, diverged, failed, validation: best?.value ?? null },
      ...Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [name, (value as number | undefined) ?? null]),
      ),
    };
  });
}

/** Every replica: what means and intervals are made of. */
export function replicaRows({ settings }: ReplicationResults): TableRow[] {
  return settings.flatMap((one) =>
    one.replicas.map((replica) => {
      const done = replica.state === "complete" ? replica : undefined;
      return {
        ...setting(one),
        seed: replica.seed,
        state: replica.state,
        parameters: done?.parameters ?? null,
        updates: done?.steps ?? null,
        validation: done?.validation ?? null,
        ...Object.fromEntries(failureRanks.map((k) => [`k${k}`, done?.test.failureRate[k] ?? null])),
        weightsSha256: done?.weightsSha256 ?? null,
      };
    }),
  );
}
