import { PlateauError, quote } from "../../errors.js";
import { sampleCount } from "./errors.js";
import { type NearestRanksOptions, nearestRanks } from "./nearest-ranks.js";

/** The study's k. */
export const failureRanks = [1, 2, 3, 4] as const;

/** Shares of failures by k, with how many outputs they are shares of. */
export interface FailureRates {
  readonly samples: number;
  readonly failureRate: Readonly<Record<string, number>>;
}

/** Shares of ranks ≥ k, for k = 1 … 4. A rank counts what comes before the right one. */
export function failureRates(ranks: ArrayLike<number>): FailureRates {
  const failures = failureRanks.map(() => 0);
  for (let i = 0; i < ranks.length; i++) {
    for (const k of failureRanks) if (ranks[i] >= k) failures[k - 1]++;
  }
  return {
    samples: ranks.length,
    failureRate: Object.fromEntries(failureRanks.map((k) => [k, failures[k - 1] / ranks.length])),
  };
}

/**
 * The study's failure rate in regression: the share of predicted vectors for which the true vector is
 * not among the k nearest (Euclidean) of all true vectors of the evaluation set. Vectors as far away as
 * the true one do not push it out. A prediction that is not finite fails at every k.
 *
 * @param predicted [N,d]: every output token of every sample is one vector
 * @param truth of the same shape
 * @throws PlateauError `usage` on shapes that do not fit, `aborted` through the signal
 */
export async function regressionFailureRate(
  predicted: Float32Array,
  truth: Float32Array,
  d: number,
  options: Pick<NearestRanksOptions, "onProgress" | "signal"> = {},
): Promise<FailureRates> {
  return failureRates(await regressionRanks(predicted, truth, d, options));
}

/** What `regressionFailureRate` takes shares of: for every vector a number that is ≥ k where it fails at k. */
export async function regressionRanks(
  predicted: Float32Array,
  truth: Float32Array,
  d: number,
  options: Pick<NearestRanksOptions, "onProgress" | "signal"> = {},
): Promise<Int32Array<ArrayBuffer>> {
  const N = sampleCount(predicted, truth, d);
  const ranks = await nearestRanks(predicted, truth, d, { ...options, atMost: failureRanks.length });
  // Only a lost prediction has rank N; it must fail at k even where N < k.
  return ranks.map((rank) => (rank === N ? 2 ** 31 - 1 : rank));
}

/**
 * The study's failure rate in classification: the share of outputs whose class is not among the k
 * largest logits. Equal logits are ordered by class, lowest first; a NaN comes before any number, and
 * an output whose own logit is NaN fails at every k.
 *
 * @param logits [N,K]
 * @param labels [N], each 0 … K−1
 * @throws PlateauError `usage`
 */
export function classificationFailureRate(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  K: number,
): FailureRates {
  if (labels.length < 1 || logits.length !== labels.length * K) {
    throw new PlateauError(
      "usage",
      `${logits.length} logits are not ${quote(K)} for each of ${labels.length} labels`,
    );
  }
  return failureRates(
    Float64Array.from({ length: labels.length }, (_, i) => classRank(logits, i * K, labels[i], K)),
  );
}

/**
 * How many of the K scores from `at` on come before that of `label`: larger ones, equal ones of a lower
 * class, and NaN. Infinity where its own is NaN.
 */
export function classRank(logits: ArrayLike<number>, at: number, label: number, K: number): number {
  if (!(Number.isInteger(label) && label >= 0 && label < K)) {
    throw new PlateauError("usage", `label ${quote(label)} is none of ${K} classes`);
  }
  const own = logits[at + label];
  if (Number.isNaN(own)) return Number.POSITIVE_INFINITY;
  let rank = 0;
  for (let k = 0; k < K; k++) {
    const other = logits[at + k];
    if (!(other < own) && !(other === own && k >= label)) rank++;
  }
  return rank;
}
