import type { Competitor, Task } from "./competitor.js";
import { nearestRows } from "./k-nearest.js";
import { standardisation } from "./standardise.js";

/** Numbers of neighbours to choose among. */
export const neighbourCounts = [1, 2, 4, 8, 16, 32] as const;

/**
 * k-nearest-neighbour regression: the mean output of the k nearest training rows, by Euclidean distance of
 * inputs scaled to unit deviation. k is the one of 1, 2, 4, … 32 with the least squared error on the last
 * fifth of the training rows, predicted from the others; then all rows are kept. It has no size to
 * adjust: its numbers are the training data.
 */
export const nearestNeighbours: Competitor = {
  name: "nearestNeighbours",
  description: "mean output of the k nearest training rows",
  scale: "values",
  seeded: false,

  async fit(task) {
    const { train, inputs: p, outputs: q, signal } = task;
    const scaled = standardisation(train.x, p).apply(train.x);
    const held = Math.floor(train.count / 5);
    const kept = train.count - held;
    const choices = neighbourCounts.filter((k) => k <= kept);
    let chosen = 1;
    if (held > 0) {
      const most = choices[choices.length - 1];
      const rows = await nearestRows(scaled.subarray(kept * p), scaled.subarray(0, kept * p), p, most, {
        signal,
        onProgress: task.onProgress,
      });
      chosen = bestCount(rows, most, choices, train.y, kept, q);
    }
    return {
      numbers: train.count * (p + q),
      rows: train.count,
      detail: `k = ${chosen}, chosen on ${held} held-out rows among ${choices.join(", ")}`,
      predict: (x, options) => neighbourMeans(task, scaled, x, chosen, options),
    };
  },
};

/** Means [queries, q] of the outputs of the k nearest training rows. */
async function neighbourMeans(
  { train, inputs: p, outputs: q }: Task,
  scaled: Float32Array,
  x: Float32Array,
  k: number,
  options: Pick<Task, "signal" | "onProgress"> = {},
): Promise<Float64Array> {
  const queries = standardisation(train.x, p).apply(x);
  const rows = await nearestRows(queries, scaled, p, k, options);
  const out = new Float64Array((rows.length / k) * q);
  for (let i = 0; i < rows.length / k; i++) {
    for (let r = 0; r < k; r++) {
      for (let j = 0; j < q; j++) out[i * q + j] += train.y[rows[i * k + r] * q + j];
    }
    for (let j = 0; j < q; j++) out[i * q + j] /= k;
  }
  return out;
}

/** The count of least squared error; of equal ones the smallest. Truths start at row `from` of y. */
function bestCount(
  rows: Int32Array,
  most: number,
  choices: readonly number[],
  y: Float32Array,
  from: number,
  q: number,
): number {
  const squares = new Float64Array(most + 1);
  const sums = new Float64Array(q);
  for (let i = 0; i < rows.length / most; i++) {
    sums.fill(0);
    for (let k = 1; k <= most; k++) {
      const row = rows[i * most + k - 1];
      for (let j = 0; j < q; j++) {
        sums[j] += y[row * q + j];
        const difference = sums[j] / k - y[(from + i) * q + j];
        squares[k] += difference * difference;
      }
    }
  }
  let best = choices[0];
  for (const k of choices) if (squares[k] < squares[best]) best = k;
  return best;
}
