import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import type { ObjectiveContext } from "../../src/sweep/objective.js";
import { arrayData } from "../../src/training/data.js";
import { train } from "../../src/training/train.js";
import { testSource } from "../../test/kernels/run.js";

/** What trials of a soak come to, each in its turn: most train, some break down in each way there is. */
export const fates = ["exit", "trap", "throw", "nan", "reject"] as const;

// (module (memory 1) (func (export "trap") unreachable)), by hand.
const TRAP = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 11],
);

/** A trial of a second, compressed: trains for some ten milliseconds, with reports and a checkpoint, and waits. */
export default async function soaked({ parameters, seed, ...context }: ObjectiveContext) {
  const fate = String(parameters["fate"]);
  if (fate === "exit") process.exit(3);
  if (fate === "throw") throw new Error("no luck");
  if (fate === "reject") return Promise.reject(new Error("no luck either"));
  if (fate === "hang") for (;;);
  if (fate === "nan") await context.report(1, Number.NaN);
  if (fate === "trap") {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(TRAP));
    (exports as { trap: () => void }).trap();
  }
  const source = testSource(seed);
  const data = arrayData(source(256), source(128), 64);
  const model = new Model(mlp({ inputDim: 4, outputDim: 2, hidden: [32, 32] }), { seed });
  const evaluate = async (step: number) => {
    const [value] = model.predict(source(4));
    await context.report(step, value * value);
    await context.saveCheckpoint(new Uint8Array(model.weights().slice().buffer));
    return value * value;
  };
  const { loss } = await train(model, data, { steps: 40, batch: 32, seed, evaluate, evaluateEvery: 10 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  return { value: loss, result: { seed } };
}
