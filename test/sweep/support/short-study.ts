// node short-study.js FILE: a finished study of five trials.
import { Study } from "../../../src/sweep/study.js";

const [, , file] = process.argv;
const study = await Study.open(file, {
  name: "short",
  sampler: "random",
  space: { parameters: { x: { type: "uniform", low: 0, high: 1 } } },
});
for await (const _ of study.run({
  trials: 5,
  workers: 1,
  objective: ({ parameters }) => Number(parameters["x"]),
}));
study.close();
