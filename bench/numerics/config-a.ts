import type { Model } from "../../src/nn/model.js";
import { Transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { type TrainingInput, type TrainingOptions, trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../../test/kernels/run.js";
import type { Followed } from "../../test/reference/drift.js";
import { feltWeights, ReferenceTraining, type Samples, weightsOf } from "../../test/reference/training.js";
import { stepConfigs } from "../configs.js";

const ROWS = 512;
/** Samples whose outputs are remembered. */
const WATCHED = 64;

/** Who trains: the kernels, or the reference in either precision. */
export type Arithmetic = "kernels" | "float32" | "float64";

export interface Begin {
  readonly seed: number;
  /** 0: none; else the number of a draw of weights that are one rounding away. */
  readonly nudge: number;
  readonly steps: number;
  readonly batch: number;
}

interface Setting {
  readonly model: Model;
  readonly samples: Samples;
  readonly options: TrainingOptions;
}

function setting({ seed, nudge, steps, batch }: Begin, more: Partial<TrainingInput>): Setting {
  const model = Transformer.create(stepConfigs[0].model, { seed });
  if (nudge > 0) {
    const weights = model.weights();
    const signs = testSource(nudge)(weights.length);
    for (let i = 0; i < weights.length; i++) weights[i] *= 1 + Math.sign(signs[i]) * 2 ** -23;
  }
  const options = trainingOptions({ steps, batch, seed, optimizer: "adam", lr: 1e-3, ...more });
  return { model, samples: m2n1(model.engine.kernels.cbrt64), options };
}

/** Config A on the study's m2n1: Adam, cosine decay. `more` changes how it is trained. */
export function configA(
  arithmetic: Arithmetic,
  begin: Begin,
  more: Partial<TrainingInput> = {},
): Followed & { readonly model: Model } {
  const { model, samples, options } = setting(begin, more);
  const { x, y } = samples;
  const training =
    arithmetic === "kernels"
      ? new Trainer(model, { kind: "mse" }, arrayData(x, y, ROWS), options)
      : new ReferenceTraining(model, samples, options, arithmetic);
  const predict = (rows: number) =>
    training instanceof Trainer ? model.predict(x.subarray(0, 8 * rows)) : training.predict(rows);
  return {
    model,
    step: () => training.step(),
    get loss() {
      return training.loss;
    },
    weights: () => (training instanceof Trainer ? weightsOf(model) : training.weights),
    predict: () => predict(WATCHED),
    evaluate: () => meanSquare(predict(ROWS), y),
  };
}

/** Places of the weights that config A's outputs depend on. */
export function feltOfA(begin: Begin): number[] {
  const { model, samples, options } = setting({ ...begin, nudge: 0 }, {});
  return feltWeights(model, samples, options);
}

/** y = x + ∛x for each of the four numbers of a token. */
function m2n1(cbrt: (x: number) => number): Samples {
  const first = testSource(7)(4 * ROWS);
  const x = new Float32Array(8 * ROWS);
  const y = new Float32Array(4 * ROWS);
  for (let row = 0; row < ROWS; row++) {
    for (let d = 0; d < 4; d++) {
      x[8 * row + d] = first[4 * row + d];
      x[8 * row + 4 + d] = cbrt(first[4 * row + d]);
      y[4 * row + d] = x[8 * row + d] + x[8 * row + 4 + d];
    }
  }
  return { x, y, rows: ROWS };
}

function meanSquare(outputs: ArrayLike<number>, y: Float32Array): number {
  return y.reduce((sum, value, i) => sum + (outputs[i] - value) ** 2, 0) / y.length;
}
