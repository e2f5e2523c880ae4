import { PlateauError } from "../../errors.js";
import { type Quantisation, quantise, studyClasses } from "../../targets/quantisation.js";
import { sampleCount } from "./errors.js";

/** Failure rates of a regression on the scale of a classification, by number of classes K. */
export interface Matched {
  readonly mode: Quantisation["mode"];
  readonly low: number;
  readonly high: number;
  /** Classes compared for each K: vectors on the diagonal, single numbers per coordinate. */
  readonly samples: number;
  readonly failureRate: Readonly<Record<string, number>>;
}

/** Where centroids lie, for any number of them. */
export type Centroids = Omit<Quantisation, "classes">;

/**
 * Failure rate at matched resolution: predicted and true vectors are quantised with the same centroids,
 * and the share of differing classes is taken. Per coordinate it is the share over all coordinates. A
 * prediction that is not finite has no class, so it fails.
 *
 * @param predicted [N,d]
 * @param truth of the same shape
 * @throws PlateauError `usage`
 */
export function matched(
  predicted: Float32Array,
  truth: Float32Array,
  d: number,
  { mode, low, high }: Centroids,
  classes: readonly number[] = studyClasses,
): Matched {
  sampleCount(predicted, truth, d);
  let samples = 0;
  const failureRate: Record<string, number> = {};
  for (const K of classes) {
    const quantisation = { classes: K, mode, low, high };
    const labels = quantise(truth, d, quantisation);
    samples = labels.length;
    failureRate[K] = differing(quantise(predicted, d, quantisation), labels);
  }
  return { mode, low, high, samples, failureRate };
}

/** Share of labels that differ; a true label must exist. */
export function differing(predicted: Int32Array, truth: Int32Array): number {
  let different = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] < 0) throw new PlateauError("usage", `true output ${i} is not finite: it has no class`);
    if (predicted[i] !== truth[i]) different++;
  }
  return different / truth.length;
}
