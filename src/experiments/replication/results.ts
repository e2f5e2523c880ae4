import { failureRanks } from "../../analysis/metrics/failure-rate.js";
import { spreadOf } from "../../sweep/replicates.js";
import type { Parameters } from "../../sweep/space/parameter.js";
import type { Scores } from "../evaluate.js";
import type { Trivial } from "./baselines.js";
import type { Setting } from "./settings.js";

/** Mean over seeds with its 95% interval by Student's t; without an interval where there is one seed. */
export interface Mean {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** What the sweep of a setting came to. */
export interface SweepOutcome {
  readonly complete: number;
  readonly diverged: number;
  readonly failed: number;
  /** Absent where no trial is complete. */
  readonly best?: { readonly number: number; readonly value: number; readonly parameters: Parameters };
}

/** The best configuration on one seed. */
export type Replica =
  | {
      readonly state: "complete";
      readonly seed: number;
      /** Validation failure rate at k = 1 of the weights that were kept. */
      readonly validation: number;
      readonly parameters: number;
      readonly steps: number;
      readonly test: Scores;
      readonly weightsSha256: string;
    }
  | { readonly state: "diverged"; readonly seed: number };

export interface SettingResult extends Setting {
  readonly sweep: SweepOutcome;
  readonly replicas: readonly Replica[];
  /** Over the complete replicas, on the test rows; null where there is none. */
  readonly failureRate: Readonly<Record<string, Mean>> | null;
  readonly matched: Readonly<Record<string, Mean>> | null;
  readonly r2: Mean | null;
  readonly sup: Mean | null;
  /** By seed, as the replicas. */
  readonly baselines: readonly Trivial[];
}

/** What `replicate` found, setting by setting: plain JSON. */
export interface ReplicationResults {
  readonly settings: readonly SettingResult[];
}

/** What is known of a setting, put together. */
export function settingResult(
  setting: Setting,
  sweep: SweepOutcome,
  replicas: readonly Replica[],
  baselines: readonly Trivial[],
): SettingResult {
  const tests = replicas.flatMap((one) => (one.state === "complete" ? [one.test] : []));
  const some = tests.length > 0;
  const K = some ? Object.keys(tests[0].matched) : [];
  const rates = (keys: readonly (string | number)[], of: (test: Scores) => Record<string, number>) =>
    some
      ? Object.fromEntries(keys.map((key) => [key, rate(meanOver(tests.map((test) => of(test)[key])))]))
      : null;
  return {
    ...setting,
    sweep,
    replicas,
    failureRate: rates(failureRanks, ({ failureRate }) => failureRate),
    matched: rates(K, ({ matched }) => matched),
    r2: some ? meanOver(tests.map(({ r2 }) => r2)) : null,
    sup: some ? meanOver(tests.map(({ sup }) => sup)) : null,
    baselines,
  };
}

export function meanOver(values: readonly number[]): Mean {
  const spread = spreadOf(values);
  if (spread) return { value: spread.value, low: spread.low, high: spread.high };
  return { value: values.reduce((sum, value) => sum + value, 0) / values.length, low: null, high: null };
}

/** No share is below 0 or above 1, and so no interval of one. */
function rate({ value, low, high }: Mean): Mean {
  return {
    value,
    low: low === null ? null : Math.max(0, low),
    high: high === null ? null : Math.min(1, high),
  };
}
