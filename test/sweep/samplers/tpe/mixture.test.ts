import test from "ava";
import { streamKey } from "../../../../src/random/keys.js";
import { uniform64 } from "../../../../src/random/uniform.js";
import { Engine } from "../../../../src/runtime/engine.js";
import { axesOf } from "../../../../src/sweep/samplers/tpe/axis.js";
import { Mixture } from "../../../../src/sweep/samplers/tpe/mixture.js";
import { Point } from "../../../../src/sweep/samplers/tpe/point.js";
import { badWidth, goodWidth } from "../../../../src/sweep/samplers/tpe/widths.js";
import type { Parameters } from "../../../../src/sweep/space/parameter.js";
import { Space } from "../../../../src/sweep/space/space.js";
import { exp } from "../../../../src/targets/math.js";

const space = new Space({
  parameters: {
    rule: ["left", "right", "none"],
    fixed: 7,
    depth: { type: "integer", low: 1, high: 6, when: { rule: ["left", "right"] } },
    rate: { type: "log-uniform", low: 1e-4, high: 1, when: { rule: "left" } },
    size: { type: "integer", low: 1, high: 100, log: true },
  },
});
const axes = axesOf(space);
const pointOf = (parameters: Parameters): Point =>
  new Point(
    Float64Array.from(axes, ({ name, place }) => (name in parameters ? place(parameters[name]) : Number.NaN)),
  );
const trials: Parameters[] = [
  { rule: "left", fixed: 7, depth: 2, rate: 1e-3, size: 3 },
  { rule: "left", fixed: 7, depth: 6, rate: 0.9, size: 100 },
  { rule: "right", fixed: 7, depth: 1, size: 20 },
  { rule: "none", fixed: 7, size: 55 },
];
const kernels = trials.map(pointOf);

const draws = 20_000;
const uniforms = uniform64(streamKey(4, "mixture"), 0, draws * (axes.length + 1));
const uniformsOf = (i: number) => uniforms.subarray(i * (axes.length + 1), (i + 1) * (axes.length + 1));
const decode = (drawn: Float64Array) => {
  const u = new Float64Array(space.parameters.length);
  axes.forEach(({ index }, a) => {
    u[index] = drawn[a];
  });
  return space.decode(u);
};

/** Things to count of parameters. */
const events: Record<string, (parameters: Parameters) => boolean> = {
  left: ({ rule }) => rule === "left",
  none: ({ rule }) => rule === "none",
  "right and flat": ({ rule, depth }) => rule === "right" && Number(depth) < 3,
  "left and slow": ({ rule, rate }) => rule === "left" && Number(rate) < 1e-2,
  large: ({ size }) => Number(size) > 40,
};

for (const width of [goodWidth, badWidth]) {
  test(`${width.name}: draws have the density, in all branches of a conditional space`, (t) => {
    const mixture = new Mixture(axes, kernels, {
      weights: [1.5, 1, 0.5, 1],
      priorWeight: 0.5,
      width,
    });
    mixture.settle(new Engine());
    const counts = Object.fromEntries(Object.keys(events).map((name) => [name, { drawn: 0, expected: 0 }]));
    let total = 0;
    for (let i = 0; i < draws; i++) {
      // The mean over the prior of density over prior is 1, and of that times an event its probability.
      const fromPrior = decode(uniformsOf(i).subarray(1));
      const ratio = exp(mixture.logDensity(pointOf(fromPrior))) / draws;
      total += ratio;
      const drawn = decode(mixture.draw(uniformsOf(i)));
      for (const [name, happens] of Object.entries(events)) {
        if (happens(fromPrior)) counts[name].expected += ratio;
        if (happens(drawn)) counts[name].drawn += 1 / draws;
      }
    }
    t.true(Math.abs(total - 1) < 0.03, `${total}`);
    for (const [name, { drawn, expected }] of Object.entries(counts)) {
      t.true(Math.abs(drawn - expected) < 0.03, `${name}: ${drawn} ${expected}`);
    }
  });
}

test("without kernels a mixture is the prior", (t) => {
  const mixture = new Mixture(axes, [], { weights: [], priorWeight: 1, width: goodWidth });
  mixture.settle(new Engine());
  for (let i = 0; i < 20; i++) {
    t.deepEqual(mixture.draw(uniformsOf(i)), uniformsOf(i).slice(1));
    t.is(mixture.logDensity(pointOf(decode(uniformsOf(i).subarray(1)))), 0);
  }
});
