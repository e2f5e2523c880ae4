// A file of its own: other models in the same process would make V8's call sites polymorphic, which boxes
// the few float64 numbers (learning rate, bias corrections) that a step hands to WebAssembly: some 80 bytes.
import test from "ava";
import { Transformer } from "../../src/nn/transformer.js";
import { arrayData } from "../../src/training/data.js";
import { trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { testSource } from "../kernels/run.js";

test("a training step allocates nothing on the JavaScript heap", (t) => {
  const model = Transformer.create({
    inputDim: 3,
    outputDim: 3,
    inputTokens: 2,
    outputTokens: 1,
    dModel: 8,
    heads: 2,
    ff: 16,
    encoderLayers: 1,
    decoderLayers: 1,
    dropout: 0.1,
  });
  const rows = 400;
  const data = arrayData(testSource(1)(rows * 6), testSource(2)(rows * 3), rows);
  const one = new Trainer(model, { kind: "mse" }, data, trainingOptions({ steps: 1_000_000, batch: 16 }));
  const bytesPerStep = () => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 2000; i++) one.step();
    return (process.memoryUsage().heapUsed - before) / 2000;
  };
  // Code that is not yet optimised boxes its numbers, so the steady state is waited for.
  let least = Number.POSITIVE_INFINITY;
  for (let window = 0; window < 50 && least >= 16; window++) {
    const bytes = bytesPerStep();
    if (bytes >= 0) least = Math.min(least, bytes);
  }
  t.true(least < 16, `${least} bytes a step`);
});
