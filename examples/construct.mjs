// A network that is written down and not trained: its error, certified everywhere, falls as theory has it.
// Then training begins from its weights, and from drawn ones in the same network.
import { certifyConstructed, defineTask, findConstruction, findTarget, run } from "plateau";

const target = "sin(6*x) on x=0:1";
const task = defineTask(findTarget(target));
const partition = findConstruction("partition");
for (const tokens of [8, 16, 32]) {
  const built = partition.construct(task, tokens, { order: 2 });
  const { error } = await certifyConstructed(task, built, { boxes: 5000 });
  const [lower, upper] = [error.lower, error.upper].map((bound) => bound.toPrecision(3));
  console.log(`${tokens} memory tokens, ${built.parameters} parameters: error from ${lower} to ${upper}`);
}

const common = { target, steps: 300, seed: 1, testRows: 2000 };
const written = await run({ ...common, init: "construct:partition(16, order=2)", lr: 1e-4 });
const drawn = await run({ ...common, init: "random:partition(16, order=2)", lr: 1e-2 });
console.log(`trained from written weights: RMSE ${written.result.test.rmse.toPrecision(3)}`);
console.log(`trained from drawn weights: RMSE ${drawn.result.test.rmse.toPrecision(3)}`);
