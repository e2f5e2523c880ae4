import { PlateauError } from "../../errors.js";
import { labelCount, type Quantisation, quantise } from "../../targets/quantisation.js";
import { classRank, type FailureRates, failureRates } from "./failure-rate.js";

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
  const labels = quantise(y, dim, quantisation);
  for (let row = 0; row < labels.length; row += places) {
    for (let place = 0; place < places; place++) {
      const label = labels[row + place];
      if (label >= 0) counts[place * classes + label]++;
    }
  }
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
  const order = Int32Array.from(counts, (_, i) => classRank(counts, i - (i % classes), i % classes, classes));
  const ranks = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) throw new PlateauError("usage", `true output ${i} is not finite: it has no class`);
    ranks[i] = order[(i % places) * classes + labels[i]];
  }
  return failureRates(ranks);
}

/** The most frequent class at every place of an output, the lowest of equals: [places]. */
export function majorityLabels({ quantisation, places, counts }: ClassCounts): Int32Array<ArrayBuffer> {
  const { classes } = quantisation;
  const labels = new Int32Array(places);
  for (let place = 0; place < places; place++) {
    const own = counts.subarray(place * classes, (place + 1) * classes);
    for (let k = 1; k < classes; k++) if (own[k] > own[labels[place]]) labels[place] = k;
  }
  return labels;
}
