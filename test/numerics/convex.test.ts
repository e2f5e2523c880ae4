import test from "ava";
import { arrayData } from "../../src/training/data.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { blindness, descentBound, leastSquares, norm } from "../reference/least-squares.js";
import { ReferenceTraining, weightsOf } from "../reference/training.js";

const ROWS = 32;
const problem = leastSquares(ROWS, 3, 2);
const descent: TrainingInput = {
  ...{ steps: 1_000_000, batch: ROWS, optimizer: "sgd", momentum: 0, lr: 0.05 },
  ...{ schedule: "constant", clipNorm: 0 },
};

function byKernels(input: TrainingInput) {
  const model = problem.model();
  const { x, y, rows } = problem.samples;
  return new Trainer(model, { kind: "mse" }, arrayData(x, y, rows), trainingOptions(input));
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>) => norm(Array.from(a, (value, i) => value - b[i]));

/**
 * Gradient descent on least squares contracts: e ← (I − lr·H)·e, so what a step adds by rounding is forgotten, and the
 * distance to float64 stays below one step's error over the contraction, however long it goes on.
 * @returns the update at which it is beyond, or 0
 */
function followDescent(updates: number, alone: number, disturb = (_weights: Float32Array) => {}): number {
  const trainer = byKernels(descent);
  const { model } = trainer;
  const reference = new ReferenceTraining(problem.model(), problem.samples, trainer.options);
  let bound = 0;
  const beyond = () => !(apart(weightsOf(model), reference.weights) <= bound);
  while (reference.updates < updates) {
    bound = descentBound(problem, 0.05, reference.weights, bound);
    reference.step();
    trainer.step();
    disturb(model.weights());
    if (beyond()) return trainer.updates;
  }
  // By then float64 is where it stays, and so is the bound.
  while (trainer.updates < alone) {
    trainer.step();
    disturb(model.weights());
  }
  return beyond() ? trainer.updates : 0;
}

test("gradient descent is within its bound of float64, from the first update to the last", (t) => {
  t.is(followDescent(3000, 100_000), 0);
});

test("a part in 100,000 that each update takes off a weight breaks the bound", (t) => {
  const beyond = followDescent(3000, 3000, (weights) => {
    for (let i = 0; i < weights.length; i++) weights[i] *= 1 - 1e-5;
  });
  t.true(beyond > 0 && beyond < 100, `${beyond}`);
});

test("the minimizer has a gradient of 0, and float64 descends to it", (t) => {
  const { exact } = problem.gradient(problem.minimizer);
  t.true(norm(exact) < 1e-15);
  const reference = new ReferenceTraining(problem.model(), problem.samples, trainingOptions(descent));
  while (reference.updates < 3000) reference.step();
  t.true(problem.distance(reference.weights) < 1e-13);
});

for (const optimizer of ["adam", "adamw"] as const) {
  test(`${optimizer} whose learning rate falls to 0 ends where float32 takes the gradient for 0`, (t) => {
    const input = {
      ...descent,
      optimizer,
      steps: 20_000,
      lr: 1e-3,
      schedule: "cosine",
      minFactor: 0,
    } as const;
    const trainer = byKernels(input);
    while (trainer.updates < input.steps) trainer.step();
    const distance = problem.distance(weightsOf(trainer.model));
    t.true(distance <= blindness(problem), `${distance} of ${blindness(problem)}`);
    const reference = new ReferenceTraining(problem.model(), problem.samples, trainer.options);
    while (reference.updates < input.steps) reference.step();
    t.true(problem.distance(reference.weights) < 1e-13);
  });
}

test("targets that are a hundred-thousandth off lead beyond that", (t) => {
  const input = {
    ...descent,
    optimizer: "adam",
    steps: 5000,
    lr: 1e-2,
    schedule: "cosine",
    minFactor: 0,
  } as const;
  const { x, y, rows } = problem.samples;
  const model = problem.model();
  const off = arrayData(
    x,
    y.map((value) => value + 1e-5),
    rows,
  );
  const trainer = new Trainer(model, { kind: "mse" }, off, trainingOptions(input));
  while (trainer.updates < input.steps) trainer.step();
  t.true(problem.distance(weightsOf(model)) > blindness(problem));
});
