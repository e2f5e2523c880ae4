import { Transformer } from "../src/nn/transformer.js";
import { testSource } from "../test/kernels/run.js";
import { stepConfigs } from "./configs.js";
import { digits, scaled } from "./statistics.js";
import type { Suite } from "./suite.js";
import { compare } from "./time.js";

/** What one program of ours computes at a time. */
const ROWS = 256;
const PREDICTED = ["A", "B", "C"];

/**
 * Evaluation and inference: milliseconds of predicting 256 rows, whose decoder reads true outputs
 * (`msTeacher`) or its own, token by token (`ms`); and rows a second of both.
 */
export const suite: Suite = {
  name: "predict",
  *cases() {
    for (const { name, model } of stepConfigs.filter(({ name }) => PREDICTED.includes(name))) {
      yield {
        name: `predict:${name}`,
        run({ build, seconds }) {
          const source = testSource(1);
          const x = source(ROWS * model.inputTokens * model.inputDim);
          const teacher = source(ROWS * model.outputTokens * model.outputDim);
          const made = Transformer.create(model, { build, seed: 1 });
          const calls = [() => made.predict(x), () => made.predict(x, { teacher })];
          const [own, taught] = compare(calls, seconds);
          return {
            ms: scaled(own, 1000),
            msTeacher: scaled(taught, 1000),
            rowsPerSecond: digits(ROWS / own.median),
            rowsPerSecondTeacher: digits(ROWS / taught.median),
          };
        },
      };
    }
  },
};
