import { mlp as mlpArchitecture } from "../../nn/mlp.js";
import { Model } from "../../nn/model.js";
import { arrayData } from "../../training/data.js";
import type { TrainingInput } from "../../training/options.js";
import { train as trainModel } from "../../training/train.js";
import type { Competitor } from "./competitor.js";
import { standardisation } from "./standardise.js";

/** Updates where the model's own training is not known, as far as WORK allows. */
const UPDATES = 2000;
/** Multiply-adds of that training: some thirty seconds on one core. */
const WORK = 2.5e11;
const FEWEST_UPDATES = 100;

/**
 * A multilayer perceptron of as many numbers as the model, trained as long: same number of updates, batch,
 * optimizer and schedule where the model's training is known, else Adam with a cosine schedule. Inputs and
 * outputs are scaled to unit deviation first, which costs no numbers: it folds into first and last layer.
 * The weights are those after the last update.
 */
export const mlp: Competitor = {
  name: "mlp",
  description: "a multilayer perceptron of as many numbers, trained as long",
  scale: "values",
  seeded: true,

  async fit({ train, inputs: p, outputs: q, numbers, training, seed, signal, onProgress }) {
    const hidden = hiddenWidths(p, q, numbers);
    if (!hidden) return null;
    const model = new Model(mlpArchitecture({ inputDim: p, outputDim: q, hidden }), { seed });
    const [xs, ys] = [standardisation(train.x, p), standardisation(train.y, q)];
    const data = arrayData(xs.apply(train.x), ys.apply(train.y), train.count);
    const options = budget(model.parameterCount, train.count, training);
    const outcome = await trainModel(model, data, {
      ...options,
      seed,
      signal,
      onProgress: ({ update, total }) => onProgress?.(update / total),
    });
    const ended = outcome.reason === "diverged" ? `, diverged after ${outcome.updates}` : "";
    const whose = training ? "as the model" : "the model's training is not known";
    return {
      numbers: model.parameterCount,
      rows: train.count,
      detail:
        `hidden widths ${hidden.join(", ") || "none"}; ${options.steps} updates of batch ${options.batch}, ` +
        `peak learning rate ${options.lr} (${whose})${ended}`,
      predict: async (x) => ys.undo(model.predict(xs.apply(x))),
    };
  },
};

/** The model's training without what belongs to the model alone, or a training of bounded work. */
function budget(numbers: number, rows: number, known?: TrainingInput) {
  if (known) {
    const { evaluateEvery: _, patience: __, seed: ___, ...rest } = known;
    return { ...rest, batch: Math.min(rest.batch ?? 128, rows), lr: rest.lr ?? 1e-3 };
  }
  const batch = Math.min(128, rows);
  const affordable = Math.floor(WORK / (3 * batch * numbers));
  const steps = Math.max(FEWEST_UPDATES, Math.min(UPDATES, affordable));
  return { steps, batch, lr: 3e-3, optimizer: "adam" as const, warmup: Math.floor(steps / 20) };
}

/**
 * Widths of three hidden layers, the first two equal and the third near them, whose MLP has as many numbers
 * as possible up to `numbers`; where there is not enough for that, of one layer or none (a linear map).
 * Null where not even a linear map has so few.
 */
export function hiddenWidths(p: number, q: number, numbers: number): number[] | null {
  if ((p + 1) * q > numbers) return null;
  // w(p + 1) + w(w + 1) + v(w + 1) + q(v + 1) numbers.
  const others = (w: number) => w * (p + 1) + w * (w + 1) + q;
  let best: { slack: number; hidden: number[] } | undefined;
  const most = Math.ceil(Math.sqrt(numbers));
  for (let w = 2; w <= most; w++) {
    const v = Math.floor((numbers - others(w)) / (w + 1 + q));
    if (v < w / 2 || v > 2 * w) continue;
    const slack = numbers - others(w) - v * (w + 1 + q);
    if (!best || slack < best.slack) best = { slack, hidden: [w, w, v] };
  }
  if (best) return best.hidden;
  const single = Math.floor((numbers - q) / (p + 1 + q));
  return single >= 1 && (p + 1) * single + (single + 1) * q > (p + 1) * q ? [single] : [];
}
