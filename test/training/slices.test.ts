import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../src/errors.js";
import { Transformer } from "../../src/nn/transformer.js";
import { trainingBytes } from "../../src/training/bytes.js";
import { createTrainer } from "../../src/training/create-trainer.js";
import { arrayData } from "../../src/training/data.js";
import type { Loss } from "../../src/training/losses.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import { alone } from "../../src/training/slices/crew.js";
import { sliceRows } from "../../src/training/slices/rows.js";
import { SlicedTrainer } from "../../src/training/slices/trainer.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../kernels/run.js";

const ROWS = 40;
const CLASSES = 3;
const source = testSource(3);
const x = source(ROWS * 2 * 3);
const y = source(ROWS * 2 * 3);
/** One of three is ignored; all of the first rows are. */
const labels = Int32Array.from({ length: ROWS * 2 }, (_, i) =>
  i % 3 === 0 || i < 6 ? -100 : (i * 7) % CLASSES,
);
const regression: Loss = { kind: "mse" };
const classification: Loss = { kind: "cross-entropy", classes: CLASSES };

const create = (dropout = 0) =>
  Transformer.create(
    {
      inputDim: 3,
      outputDim: 3,
      inputTokens: 2,
      outputTokens: 2,
      dModel: 8,
      heads: 2,
      ff: 16,
      encoderLayers: 1,
      decoderLayers: 1,
      dropout,
    },
    { seed: 5 },
  );

const options = (more: Partial<TrainingInput>) =>
  trainingOptions({ steps: 40, batch: 10, lr: 1e-2, seed: 2, ...more });

const data = () => arrayData(x, y, ROWS, labels);

const sliced = (more: Partial<TrainingInput>, loss: Loss = regression, model = create()) =>
  SlicedTrainer.create(model, loss, data(), options({ slices: 4, ...more }), alone);

const whole = (more: Partial<TrainingInput>, loss: Loss = regression, model = create()) =>
  new Trainer(model, loss, data(), options(more));

const gradients = ({ model, state }: Trainer | SlicedTrainer) =>
  model.engine.f32(state.gradients, model.parameters.length).slice();

/** ‖a − b‖ / ‖b‖. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}

test("slices are as equal as can be and make up the batch", (t) => {
  t.deepEqual(sliceRows(10, 4), [2, 3, 2, 3]);
  t.deepEqual(sliceRows(8, 2), [4, 4]);
  t.deepEqual(sliceRows(5, 5), [1, 1, 1, 1, 1]);
  for (let batch = 1; batch < 40; batch++) {
    for (let slices = 1; slices <= batch; slices++) {
      const rows = sliceRows(batch, slices);
      t.is(
        rows.reduce((a, b) => a + b),
        batch,
      );
      t.true(Math.max(...rows) - Math.min(...rows) <= 1 && Math.min(...rows) >= 1);
    }
  }
});

for (const loss of [regression, classification]) {
  for (const more of [
    {},
    { accumulation: 3 },
    { accumulation: 3, clipEvery: "micro-batch", clipNorm: 0.01 },
    { clipNorm: 0.01, batch: 13, slices: 5 },
  ] satisfies Partial<TrainingInput>[]) {
    test(`slices change loss, gradient and norm by rounding only: ${loss.kind} ${JSON.stringify(more)}`, async (t) => {
      const { slices, ...rest } = { slices: 4, ...more };
      const one = whole(rest, loss);
      const cut = await sliced({ ...rest, slices }, loss);
      for (let step = 0; step < 8; step++) {
        one.gather();
        t.true(await cut.gather());
        t.true(Math.abs(cut.loss - one.loss) <= 2e-6 * one.loss, `${cut.loss} ${one.loss}`);
        t.true(Math.abs(cut.gradientNorm - one.gradientNorm) <= 2e-5 * one.gradientNorm);
        t.true(distance(gradients(cut), gradients(one)) < 2e-5);
        // From equal weights again: what rounding changes, training makes larger.
        t.true(one.step());
        t.true(await cut.step());
        cut.model.weights().set(one.model.weights());
      }
    });
  }
}

/** The loss over counted labels and its gradient by the bias of the head, in float64, from predictions. */
function reference(outputs: Float32Array, rows: readonly number[]) {
  let [loss, count] = [0, 0];
  const bias = new Float64Array(CLASSES);
  for (const [i, row] of rows.entries()) {
    for (let token = 0; token < 2; token++) {
      const label = labels[2 * row + token];
      if (label === -100) continue;
      count++;
      const at = (2 * i + token) * CLASSES;
      const powers = Array.from({ length: CLASSES }, (_, k) => Math.exp(outputs[at + k]));
      const sum = powers.reduce((a, b) => a + b);
      loss += Math.log(sum) - outputs[at + label];
      for (let k = 0; k < CLASSES; k++) bias[k] += powers[k] / sum - (k === label ? 1 : 0);
    }
  }
  return { loss: loss / count, bias: bias.map((sum) => sum / count) };
}

test("ignored labels count in no slice: loss and gradient are those of a float64 mean over the batch", async (t) => {
  const model = create();
  const rows: number[] = [];
  const spied = data();
  const cut = await SlicedTrainer.create(
    model,
    classification,
    {
      ...spied,
      fill(engine, to, indices, batch) {
        rows.push(...engine.u32(indices, batch));
        spied.fill(engine, to, indices, batch);
      },
    },
    options({ batch: ROWS, slices: 7 }),
    alone,
  );
  await cut.gather();
  t.is(new Set(rows).size, ROWS);
  const of = (values: Float32Array) =>
    Float32Array.from(rows.flatMap((row) => [...values.subarray(6 * row, 6 * row + 6)]));
  const expected = reference(model.predict(of(x), { teacher: of(y) }), rows);
  t.true(Math.abs(cut.loss - expected.loss) < 1e-6 * expected.loss);
  const { offset } = model.parameters.get("head.bias")!;
  t.true(distance(gradients(cut).subarray(offset, offset + CLASSES), expected.bias) < 1e-5);
});

test("a slice, or a batch, in which every label is ignored adds nothing", async (t) => {
  const ignored = arrayData(x, y, ROWS, new Int32Array(2 * ROWS).fill(-100));
  const cut = await SlicedTrainer.create(create(), classification, ignored, options({ slices: 4 }), alone);
  t.true(await cut.gather());
  t.is(cut.loss, 0);
  t.is(cut.gradientNorm, 0);
});

test("masks of padded inputs go with their rows", async (t) => {
  const padded = () =>
    Transformer.create(
      {
        ...{ kind: "encoder", inputDim: 3, outputDim: 3, inputTokens: 2, outputTokens: 2, padding: true },
        ...{ dModel: 8, heads: 2, ff: 16, encoderLayers: 2 },
      },
      { seed: 5 },
    );
  const plain = arrayData(x, y, ROWS);
  const masked: typeof plain = {
    ...plain,
    fill(engine, to, indices, batch) {
      plain.fill(engine, to, indices, batch);
      const masks = engine.f32(to.keyMask, 2 * batch);
      for (const [i, row] of engine.u32(indices, batch).entries()) {
        masks.set([0, row % 3 === 0 ? -Infinity : 0], 2 * i);
      }
    },
  };
  const one = new Trainer(padded(), regression, masked, options({}));
  const cut = await SlicedTrainer.create(padded(), regression, masked, options({ slices: 3 }), alone);
  const unmasked = await SlicedTrainer.create(padded(), regression, plain, options({ slices: 3 }), alone);
  for (let step = 0; step < 3; step++) {
    t.true(one.step());
    t.true(await cut.step());
    t.true(await unmasked.step());
    t.true(Math.abs(cut.loss - one.loss) < 1e-6 * one.loss, `${cut.loss} ${one.loss}`);
    t.true(Math.abs(unmasked.loss - one.loss) > 1e-4 * one.loss);
  }
});

test("each slice draws dropout of its own", async (t) => {
  // The same row in every slice: with one mask for all, all slices would have one loss.
  const same = new Float32Array(6).fill(0.5);
  const repeated = (values: Float32Array) => Float32Array.from({ length: 6 * ROWS }, (_, i) => values[i % 6]);
  const losses: number[] = [];
  for (const slices of [1, 2, 4]) {
    const made = arrayData(repeated(same), repeated(y.slice(0, 6)), ROWS);
    const trainer = await createTrainer(create(0.5), regression, made, options({ batch: 4, slices }));
    await trainer.step();
    losses.push(trainer.loss);
  }
  t.is(new Set(losses).size, 3, String(losses));
});

test("a loss that is not finite stops before the weights", async (t) => {
  const poisoned = data();
  const model = create();
  const cut = await SlicedTrainer.create(
    model,
    regression,
    {
      ...poisoned,
      fill(...args) {
        poisoned.fill(...args);
        args[0].f32(args[1].y, 1)[0] = Number.NaN;
      },
    },
    options({ slices: 2 }),
    alone,
  );
  const before = model.weights().slice();
  t.is(await cut.step(), false);
  t.true(Number.isNaN(cut.loss));
  t.is(cut.updates, 0);
  t.deepEqual(model.weights().slice(), before);
});

test("a step that was stopped leaves nothing behind: the next one has the bits of the first", async (t) => {
  const [one, other] = [await sliced({}, regression, create(0.1)), await sliced({}, regression, create(0.1))];
  let asked = 0;
  const late = {
    get aborted() {
      return ++asked > 30;
    },
  };
  t.is(await other.step(late), undefined);
  t.true(asked > 30);
  for (let i = 0; i < 3; i++) {
    t.true(await one.step());
    t.true(await other.step());
  }
  t.deepEqual(other.model.weights().slice(), one.model.weights().slice());
});

test("memory that grows between two steps changes no bits", async (t) => {
  const clips = { accumulation: 2, clipEvery: "micro-batch", clipNorm: 0.01 } as const;
  const [one, other] = [await sliced(clips), await sliced(clips)];
  for (let i = 0; i < 3; i++) {
    t.true(await one.step());
    other.model.engine.allocate(other.model.engine.memory.buffer.byteLength);
    t.true(await other.step());
  }
  t.deepEqual(other.model.weights().slice(), one.model.weights().slice());
});

const refused = async (t: ExecutionContext, made: Promise<unknown>, code: string, message: RegExp) => {
  await t.throwsAsync(made, { instanceOf: PlateauError, code, message });
};

test("what makes no sense is refused", async (t) => {
  const make = (more: Partial<TrainingInput>, threads?: number) =>
    (async () => createTrainer(create(), regression, data(), options(more), threads))();
  await refused(t, make({ slices: 11 }), "usage", /slices is 11: a batch of 10 rows/);
  await refused(t, make({ slices: 0 }), "usage", /slices is 0/);
  await refused(t, make({}, 2), "usage", /threads is 2 with slices 1: .* set slices to 2 or more/);
  await refused(t, make({ slices: 4 }, 0), "usage", /threads is 0: expected a whole number, 1 or more/);
  await refused(t, make({ slices: 4 }, 1.5), "usage", /threads is 1.5/);
  t.throws(() => whole({ slices: 2 }), {
    code: "usage",
    message: /slices is 2: a Trainer takes batches whole/,
  });
});

test("the bytes that a sliced training needs are known, and are those it allocates", async (t) => {
  const model = create();
  const opts = options({ batch: 16, slices: 4 });
  const before = model.engine.used - 4 * model.parameters.length;
  const bytes = trainingBytes(model.architecture, regression, opts, data());
  await SlicedTrainer.create(model, regression, data(), opts, alone);
  const allocated = model.engine.used - before;
  // A few lines of hyperparameters and sums are not counted.
  t.true(Math.abs(allocated - bytes) < 2048, `${allocated} ${bytes}`);
});
