import test from "ava";
import fc from "fast-check";
import { type GridOptions, GridSampler, grid, MOST_CELLS } from "../../../src/sweep/samplers/grid.js";
import type { ParameterSpec, Parameters } from "../../../src/sweep/space/parameter.js";
import { Space, type SpaceInput } from "../../../src/sweep/space/space.js";
import { check } from "../../../src/validate.js";
import { discreteSpaces, enumerate } from "./spaces.js";

const make = (input: SpaceInput, options: object = {}, seed = 1) =>
  new GridSampler({
    space: new Space(input),
    seed,
    direction: "minimize",
    options: check("grid", grid.schema, options) as GridOptions,
  });

function all(sampler: GridSampler): Parameters[] {
  const cells: Parameters[] = [];
  for (let n = 0; ; n++) {
    const cell = sampler.suggest(n);
    if (cell === null) return cells;
    cells.push(cell);
  }
}
const texts = (cells: readonly Parameters[]) => cells.map((cell) => JSON.stringify(cell));

test("every cell of any space once: those of brute force, no more, shuffled or not", (t) => {
  fc.assert(
    fc.property(discreteSpaces, fc.boolean(), (input, shuffle) => {
      const expected = texts(enumerate(input)).sort();
      if (expected.length === 0) {
        t.throws(() => make(input, { shuffle }).suggest(0), { code: "usage", message: /^grid: none of its/ });
        return;
      }
      const sampler = make(input, { shuffle });
      t.deepEqual(texts(all(sampler)).sort(), expected);
      t.is(make(input, { shuffle }).cells, expected.length);
      t.is(sampler.suggest(expected.length + 5), null);
      t.is(JSON.stringify(sampler.suggest(0)), JSON.stringify(make(input, { shuffle }).suggest(0)));
    }),
    { numRuns: 300 },
  );
});

test("cells come in the order of nested loops, a condition's parameter inside what it asks", (t) => {
  const cells = all(
    make({
      parameters: {
        beta: { type: "choice", values: [1, 2], when: { optimizer: "adam" } },
        optimizer: ["sgd", "adam"],
        layers: { type: "integer", low: 1, high: 3, step: 2 },
        bias: true,
      },
    }),
  );
  t.deepEqual(texts(cells), [
    '{"optimizer":"sgd","layers":1,"bias":true}',
    '{"optimizer":"sgd","layers":3,"bias":true}',
    '{"beta":1,"optimizer":"adam","layers":1,"bias":true}',
    '{"beta":1,"optimizer":"adam","layers":3,"bias":true}',
    '{"beta":2,"optimizer":"adam","layers":1,"bias":true}',
    '{"beta":2,"optimizer":"adam","layers":3,"bias":true}',
  ]);
});

test("real numbers are evenly spaced on their own scale, both ends among them", (t) => {
  const values = (spec: ParameterSpec, points: unknown) =>
    all(make({ parameters: { x: spec } }, { points })).map(({ x }) => x);
  t.deepEqual(
    values({ type: "uniform", low: 0, high: 1 }, 11),
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  );
  t.deepEqual(values({ type: "uniform", low: -0.1, high: 0.2 }, 4), [-0.1, 0, 0.1, 0.2]);
  t.deepEqual(
    values({ type: "log-uniform", low: 1e-5, high: 1 }, { x: 6 }),
    [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1],
  );
  t.deepEqual(
    values({ type: "integer", low: 1, high: 1024, log: true }, { x: 6 }),
    [1, 4, 16, 64, 256, 1024],
  );
  t.deepEqual(values({ type: "integer", low: 1, high: 3, log: true }, { x: 9 }), [1, 2, 3]);
  t.deepEqual(values({ type: "integer", low: 0, high: 25, step: 5 }, { x: 3 }), [0, 15, 25]);
  // A number for all is of real numbers only.
  t.deepEqual(values({ type: "integer", low: 1, high: 5 }, 2), [1, 2, 3, 4, 5]);
});

test("spacing holds for any range", (t) => {
  const ends = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
  fc.assert(
    fc.property(ends, ends, fc.integer({ min: 2, max: 40 }), (a, b, points) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(high - low > 1e-6 * Math.max(1, Math.abs(low), Math.abs(high)));
      const xs = all(make({ parameters: { x: { type: "uniform", low, high } } }, { points })).map(({ x }) =>
        Number(x),
      );
      t.is(xs.length, points);
      t.true(xs[0] === low);
      t.true(xs[points - 1] === high);
      const step = (high - low) / (points - 1);
      for (let i = 1; i < points; i++) t.true(Math.abs(xs[i] - xs[i - 1] - step) < 1e-5 * step);
    }),
  );
});

test("what makes no grid is refused, and says why", (t) => {
  const x = { type: "uniform", low: 0, high: 1 } as const;
  const refuses = (input: SpaceInput, options: object, message: RegExp) =>
    t.throws(() => make(input, options), { code: "usage", message });
  refuses({ parameters: { x } }, {}, /^grid: "x" takes real numbers: say with option points/);
  refuses({ parameters: { x, y: x } }, { points: { x: 3 } }, /^grid: "y" takes real numbers/);
  refuses({ parameters: { x } }, { points: { x: 3, z: 3 } }, /^grid: points: "z" is no parameter/);
  refuses({ parameters: { x, c: [1, 2] } }, { points: { c: 3 } }, /^grid: points: "c" is a choice/);
  refuses({ parameters: { x } }, { points: 1 }, /^grid: points is 1: expected at least 2/);
  refuses({ parameters: { x } }, { point: 3 }, /^grid: point is no option/);
  refuses(
    { parameters: { x: { type: "uniform", low: 1, high: 1 + 2 ** -50 } } },
    { points: 9 },
    /^grid: points: there are not 9 different numbers in the range of "x"/,
  );
});

test("a grid too large to be meant is refused before it costs anything, by the parameter to blame", (t) => {
  const wide = { type: "integer", low: 0, high: 2 ** 52 } as const;
  t.throws(() => make({ parameters: { a: [1, 2], wide } }), {
    code: "usage",
    message:
      /^grid: 9007199254740994 cells, at most 10000000 are allowed; most values has "wide", 4503599627370497/,
  });
  const many = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`p${i}`, [0, 1]]));
  t.throws(() => make({ parameters: many }), { code: "usage", message: /most values has "p0", 2/ });
  // Conditions that all wait for the last parameter: 2^100 ways to get there.
  const tangled = Object.fromEntries([
    ...Array.from({ length: 100 }, (_, i) => [`a${i}`, [0, 1]]),
    ["z", [0, 1]],
    ...Array.from({ length: 100 }, (_, i) => [
      `b${i}`,
      { type: "choice", values: [0, 1], when: { [`a${i}`]: 1, z: 1 } },
    ]),
  ]);
  t.throws(() => make({ parameters: tangled }), {
    code: "usage",
    message: /too many ways to count its cells/,
  });
});

test("conditions of many values and wide spaces are counted, not listed", (t) => {
  // Ten families of a thousand cells each; their full product would be 10^31.
  const families = Array.from({ length: 10 }, (_, f) => f);
  const sampler = make({
    parameters: {
      family: families,
      ...Object.fromEntries(
        families.flatMap((f) =>
          ["x", "y", "z"].map((name) => [
            `${name}${f}`,
            { type: "integer", low: 0, high: 9, when: { family: f } } as const,
          ]),
        ),
      ),
    },
  });
  t.is(sampler.cells, 10_000);
  t.is(new Set(texts(all(sampler))).size, 10_000);
  const wide = make({
    parameters: {
      width: { type: "integer", low: 0, high: 999_999 },
      extra: { type: "choice", values: [1, 2], when: { width: [5, 6, 999_999] } },
    },
  });
  t.is(wide.cells, 1_000_003);
  t.deepEqual(wide.suggest(1_000_002), { width: 999_999, extra: 2 });
  t.deepEqual(wide.suggest(8), { width: 6, extra: 2 });
  t.deepEqual(wide.suggest(9), { width: 7 });
});

test("a million cells, constrained and shuffled: each once", (t) => {
  const side = { type: "integer", low: 1, high: 1000 } as const;
  const input = { parameters: { a: side, b: side }, constraints: ["a divides b"] };
  const sampler = make(input, { shuffle: true });
  // Σ ⌊1000 / a⌋
  t.is(sampler.cells, 7069);
  const cells = all(sampler) as { a: number; b: number }[];
  t.is(new Set(cells.map(({ a, b }) => 1001 * a + b)).size, 7069);
  t.true(cells.every(({ a, b }) => b % a === 0));
  t.true(1_000_000 < MOST_CELLS);
});

test("a shuffled grid is a fair sample: every cell is as likely at every place", (t) => {
  const input = { parameters: { c: [0, 1, 2, 3] } };
  const counts = new Float64Array(16);
  const seeds = 2000;
  for (let seed = 0; seed < seeds; seed++) {
    const sampler = make(input, { shuffle: true }, seed);
    for (let n = 0; n < 4; n++) counts[4 * n + Number(sampler.suggest(n)!["c"])]++;
  }
  // χ² of 16 counts with 9 degrees of freedom: above 27.9 with probability 0.001.
  const expected = seeds / 4;
  t.true(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) < 27.9);
});

test("seeds decide a shuffled order, and nothing of another", (t) => {
  const input = { parameters: { c: Array.from({ length: 30 }, (_, i) => i) } };
  const order = (shuffle: boolean, seed: number) => texts(all(make(input, { shuffle }, seed))).join();
  t.is(order(true, 1), order(true, 1));
  t.not(order(true, 1), order(true, 2));
  t.not(order(true, 1), order(false, 1));
  t.is(order(false, 1), order(false, 2));
});

test("known answers: a seed means the same order for ever", (t) => {
  const sampler = make({ parameters: { c: [0, 1, 2, 3, 4, 5, 6, 7] } }, { shuffle: true }, 42);
  t.deepEqual(
    all(sampler).map(({ c }) => c),
    [0, 1, 6, 4, 5, 7, 2, 3],
  );
});
