import test from "ava";
import { stepConfigs } from "../../bench/configs.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { Transformer } from "../../src/nn/transformer.js";
import { sharedEngine } from "../../src/runtime/engine.js";
import { arrayData } from "../../src/training/data.js";
import { HYPER, setConstants, setUpdate } from "../../src/training/optimizer.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import { createSchedule } from "../../src/training/schedule.js";
import { Trainer } from "../../src/training/trainer.js";
import { philox } from "../kernels/philox.js";
import { testSource } from "../kernels/run.js";
import { UNIT } from "../reference/tape.js";
import { ReferenceTraining, type Samples } from "../reference/training.js";

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
    for (let update = 1; update <= MILLION; update += update < 2000 || update > MILLION - 2000 ? 1 : 97) {
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

/**
 * Gradient descent on least squares contracts: e ← (I − lr·H)·e, so what a step adds by rounding is forgotten, and the
 * distance to float64 stays below one step's error over the contraction, however long it goes on.
 */
test("a linear model stays within its bound of float64, from the first update to the last", (t) => {
  const [rows, inputs, outputs] = [32, 3, 2];
  const data = samples(rows, inputs, outputs);
  const architecture = mlp({ inputDim: inputs, outputDim: outputs, hidden: [] });
  const lr = 0.05;
  const input: TrainingInput = {
    ...{ steps: MILLION, batch: rows, optimizer: "sgd", momentum: 0, lr },
    ...{ schedule: "constant", clipNorm: 0 },
  };
  const options = trainingOptions(input);
  const model = new Model(architecture, { seed: 2 });
  const reference = new ReferenceTraining(new Model(architecture, { seed: 2 }), data, options);
  const trainer = new Trainer(model, { kind: "mse" }, arrayData(data.x, data.y, rows), options);
  const bound = driftBound(data, inputs, outputs, lr, reference.weights);
  let worst = 0;
  for (let update = 1; update <= 3000; update++) {
    trainer.step();
    reference.step();
    worst = Math.max(worst, distance(model, reference));
  }
  t.true(worst <= bound, `${worst} of ${bound}`);
  // By then both are where they stay; float32 goes on to a hundred thousand by itself.
  for (let update = 3001; update <= 100_000; update++) trainer.step();
  t.true(distance(model, reference) <= bound, `${distance(model, reference)} of ${bound}`);
});

/** 2-norm of float32 weights less float64 ones. */
function distance(model: Model, { weights }: ReferenceTraining): number {
  let place = 0;
  let squares = 0;
  for (const { shape, offset } of model.parameters) {
    const n = shape.reduce((product, extent) => product * extent, 1);
    const found = model.weights().subarray(offset, offset + n);
    for (const value of found) squares += (value - weights[place++]) ** 2;
  }
  return Math.sqrt(squares);
}

/**
 * ‖ε‖/(lr·μ): ε what one update rounds, μ the least eigenvalue of the Hessian. With N rows and n outputs the gradient of
 * the mean square is 2/(N·n)·Zᵀ(Z·w − y), Z the inputs and a column of ones: γ = (N + inputs + 4)·u of the sum of
 * magnitudes of its terms is its error (Higham 2002, 3.1), that of the weight two roundings.
 */
function driftBound(
  { x, y, rows }: Samples,
  inputs: number,
  outputs: number,
  lr: number,
  begin: ArrayLike<number>,
): number {
  const Z = Array.from({ length: rows }, (_, r) => [...x.subarray(r * inputs, (r + 1) * inputs), 1]);
  const width = inputs + 1;
  const factor = 2 / (rows * outputs);
  const hessian = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => factor * Z.reduce((sum, z) => sum + z[i] * z[j], 0)),
  );
  const mu = leastEigenvalue(hessian);
  // Weights stay in the ball of the first ones and the solution, which is no further than they are from 0 together.
  const reach = 2 * Math.max(1, ...Array.from(begin, Math.abs));
  const largest = reach * width + Math.max(...y.map(Math.abs));
  const gamma = (rows + inputs + 4) * UNIT;
  const gradient = gamma * factor * rows * largest * Math.sqrt(width * outputs);
  const rounding = 2 * UNIT * reach * Math.sqrt(width * outputs);
  return (lr * gradient + rounding) / (lr * mu);
}

/** Of a symmetric positive matrix, by inverse iteration: Gauss elimination, then power steps. */
function leastEigenvalue(matrix: readonly (readonly number[])[]): number {
  let vector = matrix.map((_, i) => 1 + i / 7);
  let value = 0;
  for (let round = 0; round < 200; round++) {
    const solved = solve(matrix, vector);
    const norm = Math.sqrt(solved.reduce((sum, v) => sum + v * v, 0));
    value = 1 / norm;
    vector = solved.map((v) => v / norm);
  }
  return value;
}

function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const share = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= share * rows[i][k];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const known = x.reduce((sum, v, k) => (k > i ? sum + rows[i][k] * v : sum), 0);
    x[i] = (rows[i][n] - known) / rows[i][i];
  }
  return x;
}
