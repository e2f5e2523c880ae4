import test, { type ExecutionContext } from "ava";
import { PlateauError } from "../../src/errors.js";
import { Transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { type TrainInput, train } from "../../src/training/train.js";
import { testSource } from "../kernels/run.js";

const ROWS = 40;
const x = testSource(3)(ROWS * 2);
const y = x.filter((_, i) => i % 2 === 0);
const create = (outputDim = 1) =>
  Transformer.create({
    inputDim: 1,
    outputDim,
    targetDim: 1,
    inputTokens: 2,
    outputTokens: 1,
    dModel: 8,
    heads: 2,
    ff: 8,
    encoderLayers: 1,
    decoderLayers: 1,
  });

type Arguments = [model: unknown, data: unknown, input: unknown];

async function refused(t: ExecutionContext, args: Arguments, message: RegExp): Promise<void> {
  await t.throwsAsync(train(...(args as Parameters<typeof train>)), {
    instanceOf: PlateauError,
    code: "usage",
    message,
  });
}

test("few rows make one batch by default", async (t) => {
  const { updates, loss } = await train(create(), arrayData(x, y, ROWS), { steps: 3 });
  t.is(updates, 3);
  const { loss: same } = await train(create(), arrayData(x, y, ROWS), { steps: 3, batch: ROWS });
  t.is(loss, same);
});

test("arguments that are none are refused by what is missing", async (t) => {
  const [model, data] = [create(), arrayData(x, y, ROWS)];
  await refused(t, [{}, data, { steps: 1 }], /the model is an object: give one that Transformer.create/);
  await refused(t, [undefined, data, { steps: 1 }], /the model is undefined/);
  await refused(t, [model, { x, y }, { steps: 1 }], /the data is an object: give arrayData\(x, y, rows\)/);
  await refused(t, [model, undefined, { steps: 1 }], /the data is undefined/);
  await refused(t, [model, data, undefined], /the options are undefined: give at least .* steps/);
  await refused(t, [model, data, {}], /training options: steps is missing: expected a whole number/);
  await refused(t, [model, data, { steps: 1, step: 2 }], /step is no option \(known: steps, /);
  for (const loss of ["mse", null, { kind: "mae" }, { kind: "cross-entropy" }]) {
    await refused(t, [model, data, { steps: 1, loss }], /^loss is .*: expected \{ kind: "mse" \} or/);
  }
});

test("arrays of another type, and numbers that are none, are refused", (t) => {
  const refuse = (message: RegExp, ...args: unknown[]) =>
    t.throws(() => arrayData(...(args as Parameters<typeof arrayData>)), { code: "usage", message });
  refuse(/^x is an array: expected a Float32Array/, [...x], y, ROWS);
  refuse(/^y is a Float64Array: expected a Float32Array/, x, Float64Array.from(y), ROWS);
  refuse(/^labels is an array: expected an Int32Array/, x, y, ROWS, new Array(ROWS).fill(0));
  for (const rows of ["40", 0, 1.5, undefined]) refuse(/^rows is .*: expected a whole number/, x, y, rows);
  const bad = (i: number, value: number) => x.map((one, j) => (j === i ? value : one));
  refuse(/^x holds NaN in row 3 \(from 0\)/, bad(7, Number.NaN), y, ROWS);
  refuse(/^y holds -Infinity in row 39/, x, bad(39, -Infinity).subarray(0, ROWS), ROWS);
});

test("labels that are no classes are refused, those to ignore are not", async (t) => {
  const options: TrainInput = { steps: 1, loss: { kind: "cross-entropy", classes: 3 } };
  const labelled = (label: number) =>
    arrayData(
      x,
      y,
      ROWS,
      Int32Array.from(y, (_, i) => (i === 5 ? label : i % 3)),
    );
  await refused(t, [create(3), labelled(3), options], /^label 3 is none of the 3 classes: labels are 0 to 2/);
  await refused(t, [create(3), labelled(-1), options], /^label -1 is none of the 3 classes/);
  t.is((await train(create(3), labelled(-100), options)).updates, 1);
});
