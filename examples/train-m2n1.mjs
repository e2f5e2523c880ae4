// Trains a Transformer on the study's first function and prints what it is worth.
import { run } from "plateau";

const { model, result } = await run({ target: "m2n1", seed: 7, steps: 500 });
console.log(`${model.parameterCount} parameters, ${result.steps} updates`);
console.log(result.verdict);
console.log(`weights sha256 ${result.weightsSha256}`);
