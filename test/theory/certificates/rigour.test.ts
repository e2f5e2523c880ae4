import test from "ava";
import { modelFunction } from "../../../src/analysis/model-function.js";
import type { Architecture } from "../../../src/nn/architecture.js";
import { mlp } from "../../../src/nn/mlp.js";
import { Model } from "../../../src/nn/model.js";
import { partition } from "../../../src/nn/partition.js";
import { transformer } from "../../../src/nn/transformer.js";
import { box } from "../../../src/targets/domain.js";
import { expressionTarget } from "../../../src/targets/expression/target.js";
import { certify } from "../../../src/theory/certificates/certify.js";
import { difference } from "../../../src/theory/certificates/difference.js";
import { networkEnclosure } from "../../../src/theory/certificates/network-enclosure.js";
import { targetEnclosure } from "../../../src/theory/certificates/target-enclosure.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { testSource } from "../../kernels/run.js";

/** Small networks of two inputs and one output, of every kind that certificates know. */
const architectures: Record<string, Architecture> = {
  "a linear map": mlp({ inputDim: 1, outputDim: 1, inputTokens: 2, hidden: [] }),
  "one ReLU layer": mlp({ inputDim: 1, outputDim: 1, inputTokens: 2, hidden: [7], activation: "relu" }),
  "three ReLU layers": mlp({
    inputDim: 1,
    outputDim: 1,
    inputTokens: 2,
    hidden: [5, 6, 4],
    activation: "relu",
  }),
  GELU: mlp({ inputDim: 1, outputDim: 1, inputTokens: 2, hidden: [6, 5], activation: "gelu" }),
  "tanh GELU": mlp({ inputDim: 1, outputDim: 1, inputTokens: 2, hidden: [6, 5], activation: "gelu-tanh" }),
  "a partition": partition({ inputDim: 1, outputDim: 1, inputTokens: 2, memory: 9 }),
  "a partition of order 2": partition({ inputDim: 1, outputDim: 1, inputTokens: 2, memory: 7, order: 2 }),
  "a pre-norm decoder": transformer({
    ...{ kind: "encoder-decoder", inputDim: 1, outputDim: 1, inputTokens: 2, outputTokens: 1 },
    ...{ dModel: 4, heads: 2, ff: 6, encoderLayers: 1, decoderLayers: 1, normFirst: true },
  }),
  "a post-norm decoder": transformer({
    ...{ kind: "encoder-decoder", inputDim: 1, outputDim: 1, inputTokens: 2, outputTokens: 1 },
    ...{ dModel: 6, heads: 1, ff: 5, encoderLayers: 1, decoderLayers: 1, activation: "relu" },
  }),
};

const targets = [
  "sin(3*x) + y^2",
  "abs(x - y)",
  "exp(-x*y)/(2 + x)",
  "max(x, y)*0.3",
  "sqrt(4 + x)*cos(y)",
  "0*x + 0*y + 1",
];
const RADII = [1e-6, 1e-3, 0.1, 1];
const SCALES = [0.5, 1, 3];
/** 9 kinds, 4 radii and 3 scales: 3024 networks. */
const DRAWS = 28;
const SAMPLES = 40;

for (const [name, architecture] of Object.entries(architectures)) {
  test(`no sample of ${name} exceeds the upper bound`, async (t) => {
    const model = new Model(architecture, { seed: 3 });
    const g = modelFunction(model);
    const first = model.weights().slice();
    let [most, unsafe, checked] = [0, 0, 0];
    for (let draw = 0; draw < DRAWS; draw++) {
      for (const [r, radius] of RADII.entries()) {
        for (const [s, scale] of SCALES.entries()) {
          const seed = 1 + draw + 100 * r + 1000 * s;
          const noise = testSource(seed)(first.length, -1, 1);
          model.weights().set(first.map((w, i) => scale * (w + 0.7 * noise[i])));
          const [cx, cy] = testSource(seed + 7)(2, -1, 1);
          const text = targets[(draw + r + s) % targets.length];
          const sides = `x=${cx - radius}:${cx + radius},y=${cy - radius}:${cy + radius}`;
          const task = defineTask(expressionTarget(text, sides));
          const { f, low, high } = task;
          const subject = { f, g, target: targetEnclosure(task), model: networkEnclosure(model), low, high };
          const { error, conditions } = await certify(subject, {
            boxes: 1 + 2 * (draw % 5),
            samples: 4,
            seed,
          });
          t.deepEqual(conditions, []);
          // Points of float32, which is what networks read.
          const drawn = box(low, high).sample(seed, 0, SAMPLES);
          const x = Float64Array.from(drawn, Math.fround).map((value, i) =>
            value >= low[i % 2] && value <= high[i % 2]
              ? value
              : Math.fround(0.5 * (low[i % 2] + high[i % 2])),
          );
          const [y, z] = [f.evaluate(x, SAMPLES), g.evaluate(x, SAMPLES)];
          const worst = y.reduce((a, value, i) => Math.max(a, Math.abs(value - z[i])), 0);
          checked++;
          if (!(worst <= error.upper * (1 + 1e-12) + 1e-14) || !(error.lower <= error.upper)) {
            t.fail(`${text} on ${sides}, seed ${seed}: ${worst} > ${error.upper} (lower ${error.lower})`);
            return;
          }
          if (Number.isFinite(error.upper)) most = Math.max(most, worst / error.upper);
          // What the bound would be without its rounding.
          const exact = {
            ...subject.model,
            enclose: (a: Float64Array, b: Float64Array) => ({
              ...subject.model.enclose(a, b),
              rounding: undefined,
            }),
          };
          const [from, to] = [Float64Array.from(low), Float64Array.from(high)];
          if (radius < 1e-5 && worst > difference(subject.target, exact, from, to).upper) unsafe++;
        }
      }
    }
    t.is(checked, DRAWS * RADII.length * SCALES.length);
    t.log(
      `${checked} networks; sample/bound up to ${most.toFixed(4)}; float32 alone would break ${unsafe} bounds`,
    );
    t.true(most > 0.9, "the property would be empty if all bounds were far off");
    // Two products and a sum are too few for their rounding to stand out.
    t.true(
      unsafe > 0 || name === "a linear map",
      "float32's rounding should show somewhere, or its bound is not tested",
    );
  });
}
