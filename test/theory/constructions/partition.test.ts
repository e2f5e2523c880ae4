import test from "ava";
import fc from "fast-check";
import { attentionWeights } from "../../../src/nn/attention-weights.js";
import { expressionTarget } from "../../../src/targets/expression/target.js";
import { findTarget } from "../../../src/targets/registry.js";
import { partition } from "../../../src/theory/constructions/partition.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { measuredError } from "../../../src/theory/measured-error.js";
import { testSource } from "../../kernels/run.js";

const task = (text: string, domain: string) => defineTask(expressionTarget(text, domain));
const first = { order: 1 as const, sharpness: 1 };
const second = { order: 2 as const, sharpness: 1 };

test("weights are the Gaussian shares of the distances to the centres, and sum to 1", (t) => {
  const { model } = partition.construct(task("x + y", "x=-1:1,y=0:3"), 12, first);
  const { program, emitted } = model!.attending();
  const x = Float32Array.from([0.3, 1.1, -1, 0, 1, 3]);
  program.f32(emitted.x).set(x);
  program.forward();
  // 3 cells a side.
  const weights = attentionWeights(program, emitted.attention[0]);
  for (let row = 0; row < 3; row++) {
    const shares = Array.from({ length: 9 }, (_, i) => {
      const [cx, cy] = [-1 + ((Math.floor(i / 3) + 0.5) * 2) / 3, (i % 3) + 0.5];
      return Math.exp(-(((x[2 * row] - cx) / (2 / 3)) ** 2) - (x[2 * row + 1] - cy) ** 2);
    });
    const total = shares.reduce((a, b) => a + b);
    let sum = 0;
    for (let i = 0; i < 9; i++) {
      sum += weights[row * 9 + i];
      t.true(Math.abs(weights[row * 9 + i] - shares[i] / total) < 1e-6);
    }
    t.true(Math.abs(sum - 1) < 1e-6);
  }
});

test("a constant comes out as it is, and order 2 gives linear functions back", (t) => {
  t.true(
    measuredError(
      task("0*x + 0.75", "x=-2:5"),
      partition.construct(task("0*x + 0.75", "x=-2:5"), 9, first).g,
      "sup",
    ) < 1e-6,
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 1000 }), (n, seed) => {
      const [a, b, c] = testSource(seed)(3, -2, 2);
      const linear = task(`${a}*x + ${b}*y + ${c}`, "x=-1:1,y=2:3");
      const { g, layers } = partition.construct(linear, n * n, second);
      return layers === 2 && measuredError(linear, g, "sup", 500) < 2e-5;
    }),
    { numRuns: 25 },
  );
});

test("errors fall as theory says: h for a kink, h² for order 2", (t) => {
  const kink = task("abs(x - 1/3)", "x=0:1");
  const smooth = task("sin(6*x)", "x=0:1");
  const error = (of: typeof kink, n: number, options: typeof first | typeof second) =>
    measuredError(of, partition.construct(of, n, options).g, "sup");
  t.true(Math.abs(error(kink, 32, first) / error(kink, 64, first) - 2) < 0.1);
  t.true(Math.abs(error(smooth, 32, second) / error(smooth, 64, second) - 4) < 0.2);
});

test("several inputs, tokens and outputs: each output is its own function", (t) => {
  const several = task("x*y, x - y, 1", "x=0:1,y=0:1");
  const { g, model, parameters, size } = partition.construct(several, 400, second);
  t.true(measuredError(several, g, "sup") < 5e-3);
  t.is(size, 400);
  t.is(parameters, model!.parameterCount);
  const copies = defineTask(expressionTarget("x*y", "x=0:1,y=0:1"), 2);
  t.is(copies.f.inputs, 4);
  t.true(measuredError(copies, partition.construct(copies, 6 ** 4, first).g, "sup", 2000) < 0.3);
});

test("a size is rounded down to whole cells, δ up", (t) => {
  const plane = task("x + y", "x=0:1,y=0:2");
  t.is(partition.construct(plane, 30, first).size, 25);
  t.is(partition.sizeOf!(plane, 1 / 8), 16 ** 2);
  t.is(partition.sizeOf!(task("x", "x=0:1"), 0.1), 10);
});

test("what does not suit is refused, saying what would", (t) => {
  const says = (run: () => unknown, code: string, pattern: RegExp) => {
    const error = t.throws(run, { any: true }) as { code: string; message: string };
    t.is(error.code, code);
    t.regex(error.message, pattern);
  };
  says(
    () => partition.construct(defineTask(findTarget("friedman1")), 10, first),
    "usage",
    /at most 4 inputs/,
  );
  says(() => partition.construct(task("x", "x=0:1"), 1.5, first), "usage", /whole number of memory tokens/);
  says(
    () => partition.construct(task("x", "x=0:1"), 2 ** 27, first),
    "memory",
    /at most \d+ tokens fit \(δ = /,
  );
  says(() => task("log(x)", "x=0:1"), "usage", /logarithm/);
  says(() => partition.construct(defineTask(findTarget("weierstrass")), 8, second), "usage", /no derivative/);
});
