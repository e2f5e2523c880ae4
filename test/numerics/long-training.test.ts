import test from "ava";
import { stepConfigs } from "../../bench/configs.js";
import { Model } from "../../src/nn/model.js";
import { Transformer } from "../../src/nn/transformer.js";
import { sharedEngine } from "../../src/runtime/engine.js";
import { arrayData } from "../../src/training/data.js";
import { HYPER, setConstants, setUpdate } from "../../src/training/optimizer.js";
import { trainingOptions } from "../../src/training/options.js";
import { createSchedule } from "../../src/training/schedule.js";
import { Trainer } from "../../src/training/trainer.js";
import { philox } from "../kernels/philox.js";
import { testSource } from "../kernels/run.js";
import { UNIT } from "../reference/tape.js";
import type { Samples } from "../reference/training.js";

const MILLION = 1_000_000;

function samples(rows: number, inputs: number, outputs: number): Samples {
  return { x: testSource(5)(rows * inputs), y: testSource(6)(rows * outputs), rows };
}

test("learning rate and bias corrections of a million updates are float64's, rounded once", (t) => {
  const { kernels } = sharedEngine();
  for (const schedule of ["cosine", "linear", "constant"] as const) {
    const options = trainingOptions({ steps: MILLION, schedule, warmup: 1000, beta1: 0.9, beta2: 0.999 });
    const { lr, steps, warmup, minFactor } = options;
    const given = { kind: schedule, lr, steps, warmup, minFactor };
    const [ours, plain] = [createSchedule(given, kernels.cos64), createSchedule(given, Math.cos)];
    const hyper = new Float32Array(HYPER.length);
    setConstants(hyper, options);
    let worst = 0;
    for (let update = 1; update <= MILLION; update++) {
      setUpdate(hyper, update, options, ours, kernels);
      const want = [plain(update), 1 - 0.9 ** update, Math.sqrt(1 - 0.999 ** update)];
      for (const [i, place] of [HYPER.lr, HYPER.bias1, HYPER.bias2].entries()) {
        worst = Math.max(worst, Math.abs(hyper[place] / want[i] - 1));
      }
    }
    // One rounding to float32; the float64 before it are off by some 1e-13 at most, where 1 − β^t cancels.
    t.true(worst <= UNIT * (1 + 1e-4), `${schedule}: ${worst / UNIT} u`);
  }
});

test("batches and dropout of update 1,000,000 are those of a run that begins there", (t) => {
  const model = () =>
    new Model(Transformer.create({ ...stepConfigs[0].model, dropout: 0.25 }, { seed: 1 }).architecture, {
      seed: 1,
    });
  const data = samples(40, 8, 4);
  const options = trainingOptions({ steps: MILLION + 10, batch: 16, seed: 3, optimizer: "sgd", lr: 1e-30 });
  const at = (update: number) => {
    const trainer = new Trainer(model(), { kind: "mse" }, arrayData(data.x, data.y, data.rows), options);
    trainer.continueFrom(update, 1);
    trainer.step();
    return trainer.loss;
  };
  // Deterministic, and of its own: other batches and other masks than those of the updates around it.
  t.is(at(MILLION), at(MILLION));
  t.is(new Set([MILLION - 1, MILLION, MILLION + 1, 0, 1].map(at)).size, 5);
  // The counter is the update's number itself, far below where its 32 bits end.
  const words = philox([0, 1, MILLION, 0], [1, 2]);
  t.notDeepEqual(words, philox([0, 1, MILLION - 1, 0], [1, 2]));
});
