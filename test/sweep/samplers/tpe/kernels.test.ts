import test from "ava";
import fc from "fast-check";
import { streamKey } from "../../../../src/random/keys.js";
import { uniform64 } from "../../../../src/random/uniform.js";
import { Engine } from "../../../../src/runtime/engine.js";
import { axesOf } from "../../../../src/sweep/samplers/tpe/axis.js";
import type { Kernels } from "../../../../src/sweep/samplers/tpe/kernels.js";
import type { ParameterSpec } from "../../../../src/sweep/space/parameter.js";
import { Space } from "../../../../src/sweep/space/space.js";
import { exp } from "../../../../src/targets/math.js";

function axisOf(spec: ParameterSpec) {
  const space = new Space({ parameters: { x: spec } });
  const [axis] = axesOf(space);
  return { axis, decode: (u: number) => axis.place(space.decode([u])["x"]), parameter: space.parameters[0] };
}

const engine = new Engine();

/** Log densities of the first kernels. */
function logDensities(kernels: Kernels, place: number, count = 1): number[] {
  return engine.scoped(() => {
    const terms = engine.allocate(8 * count);
    kernels.settle(engine);
    kernels.addLogDensity(place, terms);
    return [...engine.f64(terms, count)];
  });
}

/** Density over the prior's, of the first kernel. */
const density = (kernels: Kernels, place: number): number => exp(logDensities(kernels, place)[0]);

const width = fc.double({ min: 0.01, max: 3, noNaN: true });

test("a kernel of real numbers integrates to 1", (t) => {
  const { axis } = axisOf({ type: "uniform", low: -3, high: 5 });
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), width, (center, w) => {
      const kernels = axis.kernels(new Float64Array([center]), w);
      const n = 2000;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += density(kernels, (i + 0.5) / n) / n;
      return Math.abs(sum - 1) < 1e-3;
    }),
    { numRuns: 30 },
  );
  t.pass();
});

const discrete: Record<string, ParameterSpec> = {
  integers: { type: "integer", low: -3, high: 17 },
  "integers with a step": { type: "integer", low: 1, high: 31, step: 3 },
  "integers by their logarithm": { type: "integer", low: 1, high: 30, log: true },
  "many integers, of which some parts are narrow": { type: "integer", low: 1, high: 400, log: true },
  choices: { type: "choice", values: ["a", "b", "c", null, 7] },
};
for (const [name, spec] of Object.entries(discrete)) {
  test(`${name}: probabilities sum to 1, and draws have them`, (t) => {
    const { axis, decode } = axisOf(spec);
    const { cardinality } = axis;
    // The prior: how many of many even u decode to each.
    const draws = 20_000;
    const prior = new Float64Array(cardinality);
    for (let i = 0; i < draws; i++) prior[decode((i + 0.5) / draws)] += 1 / draws;
    const uniforms = uniform64(streamKey(1, name), 0, draws);
    for (const w of [0.03, 0.2, 0.9]) {
      for (const own of [0, Math.floor(cardinality / 2), cardinality - 1]) {
        const kernels = axis.kernels(new Float64Array([own]), w);
        const drawn = new Float64Array(cardinality);
        for (const u of uniforms) drawn[decode(kernels.draw(0, u))] += 1 / draws;
        let [sum, apart] = [0, 0];
        for (let n = 0; n < cardinality; n++) {
          const probability = density(kernels, n) * prior[n];
          sum += probability;
          apart += Math.abs(probability - drawn[n]) / 2;
        }
        t.true(Math.abs(sum - 1) < 0.01, `${w} ${own}: sum ${sum}`);
        // Total variation of n draws from c values is about sqrt(c / (2 π n)).
        t.true(apart < 0.005 + Math.sqrt(cardinality / draws) / 2, `${w} ${own}: ${apart}`);
      }
    }
  });
}

test("draws of real numbers have the density", (t) => {
  const { axis } = axisOf({ type: "log-uniform", low: 1e-5, high: 1 });
  const draws = 20_000;
  const bins = 20;
  const uniforms = uniform64(streamKey(2, "draws"), 0, draws);
  for (const center of [0, 0.3, 1]) {
    for (const w of [0.05, 0.5]) {
      const kernels = axis.kernels(new Float64Array([center]), w);
      const counts = new Float64Array(bins);
      for (const u of uniforms) counts[Math.floor(kernels.draw(0, u) * bins)] += 1 / draws;
      let apart = 0;
      for (let b = 0; b < bins; b++) {
        let mass = 0;
        for (let i = 0; i < 100; i++) mass += density(kernels, (b + (i + 0.5) / 100) / bins) / (100 * bins);
        apart += Math.abs(mass - counts[b]) / 2;
      }
      t.true(apart < 0.015, `${center} ${w}: ${apart}`);
    }
  }
});

test("a kernel without a place on the axis says nothing", (t) => {
  for (const spec of [{ type: "uniform", low: 0, high: 1 } as const, ...Object.values(discrete)]) {
    const { axis } = axisOf(spec);
    const [none, one] = logDensities(axis.kernels(new Float64Array([Number.NaN, 0]), 0.1), 0, 2);
    t.is(none, 0);
    t.true(one > 0);
  }
});
