import { centroid, type Quantisation } from "../targets/quantisation.js";

/** Centroids of the classes with the largest logits (the lowest of equals): [vectors, d]; NaN where one is NaN. */
export function decode(logits: Float32Array, d: number, quantisation: Quantisation): Float32Array {
  const { classes: K, mode } = quantisation;
  const values = Float32Array.from({ length: K }, (_, k) => centroid(quantisation, k));
  const labels = logits.length / K;
  const width = mode === "diagonal" ? d : 1;
  const out = new Float32Array(labels * width);
  for (let i = 0; i < labels; i++) {
    let best = 0;
    let lost = false;
    for (let k = 0; k < K; k++) {
      const logit = logits[i * K + k];
      if (Number.isNaN(logit)) lost = true;
      if (logit > logits[i * K + best]) best = k;
    }
    out.fill(lost ? Number.NaN : values[best], i * width, (i + 1) * width);
  }
  return out;
}
