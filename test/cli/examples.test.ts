import { readdirSync } from "node:fs";
import test from "ava";
import { startScript } from "./plateau.js";

const wanted: Record<string, RegExp> = {
  "train-m2n1.mjs": /^43204 parameters, 500 updates\na (very )?close fit .*\nweights sha256 [0-9a-f]{64}\n$/,
  "approximate-your-function.mjs": /mean square error \S+\n0.5 · 0.5 = 0.250, predicted 0.2[3-7]/,
  "pytorch-weights.mjs":
    /^26 tensors, the first of them encoder.layers.0.linear1.bias\nsame weights: true\nsame outputs: true\n$/,
  "sweep.mjs": /^(trial \d+ (complete|pruned) \S+\n){20}best: trial \d+, RMSE 0.0\d+, \{"dModel":/,
};

test("every example is tested", (t) => {
  t.deepEqual(readdirSync("examples").sort(), Object.keys(wanted).sort());
});

for (const [name, output] of Object.entries(wanted)) {
  test.serial(`example ${name} runs`, async (t) => {
    const { code, stdout, stderr } = await startScript([`examples/${name}`]).ended;
    t.is(stderr, "");
    t.is(code, 0);
    t.regex(stdout, output);
  });
}
