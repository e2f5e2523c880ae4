import test from "ava";
import fc from "fast-check";
import { stepConfigs } from "../../bench/configs.js";
import type { Architecture } from "../../src/nn/architecture.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { type TrainingInput, trainingOptions, trainingSchema } from "../../src/training/options.js";
import { alone } from "../../src/training/slices/crew.js";
import { SlicedTrainer } from "../../src/training/slices/trainer.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../kernels/run.js";
import { quantile, RISK } from "../reference/drift.js";
import { missed, type Schema } from "../reference/reach.js";
import { feltWeights, ReferenceTraining, weightsOf } from "../reference/training.js";

/** How many trainings, and plain float32 ones beside each. */
const TRAININGS = 40;
const PLAIN = 4;
const ROWS = 23;

const architectures: readonly Architecture[] = [
  transformer(stepConfigs[0].model),
  mlp({ inputDim: 4, outputDim: 4, inputTokens: 2, hidden: [5] }),
  transformer({
    ...{ kind: "encoder", inputDim: 4, outputDim: 4, inputTokens: 2, outputTokens: 2, dModel: 6, heads: 3 },
    ...{ ff: 5, encoderLayers: 1, normFirst: true, positions: "learned" },
  }),
];

/** Any options of a training, but for those of evaluation, which is not part of an update. */
const inputs = fc
  .record({
    steps: fc.integer({ min: 1, max: 9 }),
    batch: fc.integer({ min: 1, max: 11 }),
    accumulation: fc.integer({ min: 1, max: 3 }),
    slices: fc.integer({ min: 1, max: 4 }),
    optimizer: fc.constantFrom("adam" as const, "adamw" as const, "sgd" as const),
    lr: fc.constantFrom(1e-4, 1e-3, 1e-2),
    beta1: fc.constantFrom(0, 0.5, 0.9, 0.99),
    beta2: fc.constantFrom(0.9, 0.99, 0.999, 0.9999),
    eps: fc.constantFrom(1e-8, 1e-6, 1e-3),
    momentum: fc.constantFrom(0, 0.5, 0.9),
    weightDecay: fc.constantFrom(0, 1e-2, 0.3),
    clipNorm: fc.constantFrom(0, 0.05, 1),
    clipEvery: fc.constantFrom("update" as const, "micro-batch" as const),
    schedule: fc.constantFrom("cosine" as const, "linear" as const, "constant" as const),
    warmup: fc.integer({ min: 0, max: 4 }),
    minFactor: fc.constantFrom(0, 0.1, 1),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .map((input): TrainingInput => {
    const { steps, batch, slices, warmup } = input;
    return { ...input, slices: Math.min(slices, batch), warmup: Math.min(warmup, steps - 1) };
  });
const subjects = fc.record({ input: inputs, which: fc.nat({ max: architectures.length - 1 }) });

/** Distance of the kernels' weights from float64's, in root mean squares of those of plain float32 trainings. */
async function deviation(input: TrainingInput, which: number): Promise<number> {
  const options = trainingOptions(input);
  const architecture = architectures[which];
  const { inputTokens: m, outputTokens: n } = architecture.extent;
  const samples = { x: testSource(5)(ROWS * m * 4), y: testSource(6)(ROWS * n * 4), rows: ROWS };
  const create = (nudge = 0) => {
    const model = new Model(architecture, { seed: 3 });
    const weights = model.weights();
    const signs = testSource(nudge)(weights.length);
    if (nudge > 0) for (const [i, sign] of signs.entries()) weights[i] *= 1 + Math.sign(sign) * 2 ** -23;
    return model;
  };
  const plainly = (precision: "float64" | "float32", nudge = 0) => {
    const training = new ReferenceTraining(create(nudge), samples, options, precision);
    while (training.updates < options.steps) training.step();
    return training.weights;
  };
  const felt = feltWeights(create(), samples, options);
  const exact = plainly("float64");
  const squares = (weights: ArrayLike<number>) =>
    felt.reduce((sum, i) => sum + (weights[i] - exact[i]) ** 2, 0);
  const spread = Array.from({ length: PLAIN }, (_, i) => squares(plainly("float32", i + 1)));
  const model = create();
  const data = arrayData(samples.x, samples.y, ROWS);
  const loss = { kind: "mse" } as const;
  const training =
    options.slices > 1
      ? await SlicedTrainer.create(model, loss, data, options, alone)
      : new Trainer(model, loss, data, options);
  while (training.updates < options.steps) if ((await training.step()) !== true) return Number.NaN;
  return Math.sqrt(squares(weightsOf(model)) / (spread.reduce((a, b) => a + b) / PLAIN));
}

test("weights after any training are no further from float64 than float32 takes them", async (t) => {
  const most = quantile(RISK / TRAININGS, PLAIN);
  for (const { input, which } of fc.sample(subjects, { numRuns: TRAININGS, seed: 1 })) {
    const found = await deviation(input, which);
    t.true(found <= most, `${found} of ${most}: ${JSON.stringify({ which, input })}`);
  }
});

test("trainings are drawn over every option that an update has", (t) => {
  const drawn = fc.sample(inputs, { numRuns: 300, seed: 1 }).map((input) => trainingOptions(input));
  // Of evaluation and of stopping: no update depends on them.
  const others = ["evaluateEvery", "patience", "stopAfter"];
  const found = missed(trainingSchema as unknown as Schema, drawn).map((one) => one.split(":")[0]);
  t.deepEqual(found.sort(), others);
});
