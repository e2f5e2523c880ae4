// Config A for a million updates, in float32 by the kernels or in plain float64: node dist/bench/numerics/million.js
// [--float64] [--seed S] [--nudge N] [--steps N] [--batch B]. Prints a line of JSON: mean losses of ten equal parts of the run.
import { parseArgs } from "node:util";
import { Transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../../test/kernels/run.js";
import { ReferenceTraining, type Samples } from "../../test/reference/training.js";
import { stepConfigs } from "../configs.js";

const PARTS = 10;

const { values } = parseArgs({
  options: {
    float64: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    nudge: { type: "string", default: "0" },
    steps: { type: "string", default: "1000000" },
    batch: { type: "string", default: "128" },
  },
});
const [seed, nudge, steps, batch] = [values.seed, values.nudge, values.steps, values.batch].map(Number);
const [{ model: described }] = stepConfigs;
const model = Transformer.create(described, { seed });
if (nudge > 0) {
  // Weights one rounding away: where float32 and float64 differ after their first step.
  const weights = model.weights();
  const signs = testSource(nudge)(weights.length);
  for (let i = 0; i < weights.length; i++) weights[i] *= 1 + Math.sign(signs[i]) * 2 ** -23;
}
const samples = rows(512, model.engine.kernels.cbrt64);
const input: TrainingInput = { steps, batch, seed, optimizer: "adam", lr: 1e-3 };
const options = trainingOptions(input);
const begin = performance.now();
const training = values.float64
  ? new ReferenceTraining(model, samples, options)
  : new Trainer(model, { kind: "mse" }, arrayData(samples.x, samples.y, samples.rows), options);
const losses: number[] = [];
for (let part = 0; part < PARTS; part++) {
  let sum = 0;
  const until = Math.floor((steps * (part + 1)) / PARTS);
  const count = until - training.updates;
  while (training.updates < until) {
    if (training.step() === false) throw new Error(`diverged at update ${training.updates + 1}`);
    sum += training.loss;
  }
  losses.push(sum / count);
  process.stderr.write(`${training.updates} updates, ${sum / count}\n`);
}
const seconds = Math.round((performance.now() - begin) / 1000);
console.log(JSON.stringify({ float64: values.float64, seed, nudge, steps, batch, losses, seconds }));

/** The study's m2n1: y = x + ∛x for each of the four numbers of a token. */
function rows(count: number, cbrt: (x: number) => number): Samples {
  const first = testSource(7)(4 * count);
  const x = new Float32Array(8 * count);
  const y = new Float32Array(4 * count);
  for (let row = 0; row < count; row++) {
    for (let d = 0; d < 4; d++) {
      x[8 * row + d] = first[4 * row + d];
      x[8 * row + 4 + d] = cbrt(first[4 * row + d]);
      y[4 * row + d] = x[8 * row + d] + x[8 * row + 4 + d];
    }
  }
  return { x, y, rows: count };
}
