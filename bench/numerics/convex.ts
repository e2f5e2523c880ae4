// Least squares for a million updates in float32 beside float64: node dist/bench/numerics/convex.js [--steps N]. Prints
// how far gradient descent is from float64 and how far it may be, at 1, 10, 100, … updates, and how far from the
// minimizer Adam ends whose learning rate falls to 0. Exits 1 where it is further than the bound at any update.

import { arrayData } from "../../src/training/data.js";
import { type TrainingInput, trainingOptions } from "../../src/training/options.js";
import { Trainer } from "../../src/training/trainer.js";
import { blindness, descentBound, leastSquares, norm } from "../../test/reference/least-squares.js";
import { ReferenceTraining, weightsOf } from "../../test/reference/training.js";
import { scriptOptions } from "../../test/support/script-options.js";

const { values } = scriptOptions(import.meta.url, {
  options: { steps: { type: "string", default: "1000000" } },
});
const steps = Number(values.steps);
const rows = 32;
const problem = leastSquares(rows, 3, 2);
const { samples } = problem;

function pair(input: TrainingInput) {
  const options = trainingOptions({ batch: rows, clipNorm: 0, ...input });
  const model = problem.model();
  const kernels = new Trainer(model, { kind: "mse" }, arrayData(samples.x, samples.y, rows), options);
  const reference = new ReferenceTraining(problem.model(), samples, options);
  return { kernels, reference, weights: () => weightsOf(model) };
}

const lr = 0.05;
const descent = pair({ steps, optimizer: "sgd", momentum: 0, lr, schedule: "constant" });
let [bound, next, worst] = [0, 1, 0];
for (let update = 1; update <= steps; update++) {
  bound = descentBound(problem, lr, descent.reference.weights, bound);
  descent.reference.step();
  descent.kernels.step();
  const weights = descent.weights();
  const distance = norm(Array.from(weights, (value, i) => value - descent.reference.weights[i]));
  worst = Math.max(worst, distance / bound);
  if (update !== next && update !== steps) continue;
  next *= 10;
  console.log(`descent, ${update}: ${distance.toExponential(1)} of ${bound.toExponential(1)}`);
}
console.log(`descent: at most ${worst.toFixed(3)} of the bound, at any update`);

const adam = pair({ steps, optimizer: "adam", lr: 1e-3, minFactor: 0 });
for (let update = 1; update <= steps; update++) {
  adam.kernels.step();
  adam.reference.step();
}
const [ours, exact] = [adam.weights(), adam.reference.weights].map(problem.distance);
const most = blindness(problem);
console.log(
  `adam, ${steps}: ${ours.toExponential(1)} of ${most.toExponential(1)} from the minimizer (float64: ${exact.toExponential(1)})`,
);
process.exitCode = worst <= 1 && ours <= most ? 0 : 1;
