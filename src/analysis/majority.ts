import { labelCount, type Quantisation, quantise } from "../targets/quantisation.js";
import { classificationFailureRate, type FailureRates } from "./failure-rate.js";

/** How often each class occurs at each place of an output: [places, classes]. */
export interface ClassCounts {
  readonly quantisation: Quantisation;
  /** Labels an output has: n on the diagonal, n·d per coordinate. */
  readonly places: number;
  readonly counts: Float64Array<ArrayBuffer>;
}

/** Counts of no outputs, of `outputs` tokens of `dim` numbers. */
export function classCounts(quantisation: Quantisation, outputs: number, dim: number): ClassCounts {
  const places = labelCount(quantisation, outputs, dim);
  return { quantisation, places, counts: new Float64Array(places * quantisation.classes) };
}

/** Counts the classes of y [rows, outputs, dim]. */
export function countClasses(
  { quantisation, places, counts }: ClassCounts,
  y: Float32Array,
  dim: number,
): void {
  const { classes } = quantisation;
  quantise(y, dim, quantisation).forEach((label, i) => {
    if (label >= 0) counts[(i % places) * classes + label]++;
  });
}

/**
 * The majority-class baseline: at every place of an output the classes in order of how often training
 * data have them there. Its failure rate at 1 is the share of labels other than the most frequent.
 */
export function majorityFailureRate(
  { quantisation, places, counts }: ClassCounts,
  labels: Int32Array,
): FailureRates {
  const { classes } = quantisation;
  const scores = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const at = (i % places) * classes;
    scores.set(counts.subarray(at, at + classes), i * classes);
  }
  return classificationFailureRate(scores, labels, classes);
}
