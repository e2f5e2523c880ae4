import test from "ava";
import fc from "fast-check";
import { modelFunction } from "../../../src/analysis/model-function.js";
import { expressionTarget } from "../../../src/targets/expression/target.js";
import { findTarget } from "../../../src/targets/registry.js";
import { relu } from "../../../src/theory/constructions/relu.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { gridNodes } from "../../../src/theory/grid.js";
import { measuredError } from "../../../src/theory/measured-error.js";
import { testSource } from "../../kernels/run.js";

const task = (text: string, domain: string) => defineTask(expressionTarget(text, domain));
const wide = { variant: "wide" as const };
const deep = { variant: "deep" as const };

/** sup |f − g| at the nodes of a grid of n cells a side. */
function atNodes(of: ReturnType<typeof task>, g: { evaluate: typeof of.f.evaluate }, n: number): number {
  const x = Float64Array.from(gridNodes(of.low, of.high, n), Math.fround);
  const count = x.length / of.f.inputs;
  const [y, z] = [of.f.evaluate(x, count), g.evaluate(x, count)];
  return y.reduce((most, value, i) => Math.max(most, Math.abs(value - z[i])), 0);
}

test("on a line: n hidden units, exact at all knots, linear between them", (t) => {
  const property = fc.property(
    fc.integer({ min: 1, max: 60 }),
    fc.double({ min: -3, max: 3, noNaN: true }),
    (n, shift) => {
      const line = task(`sin(3*x + ${shift}) + abs(x)`, "x=-1:2");
      const { g, model, layers } = relu.construct(line, n, wide);
      const { hidden } = model!.config as { hidden: number[] };
      if (layers !== 1 || hidden[0] !== n || atNodes(line, g, n) > 3e-6 * n) return false;
      // In the middle of a piece, the mean of its ends.
      const ends = gridNodes(line.low, line.high, n);
      const middles = Float64Array.from({ length: n }, (_, i) => 0.5 * (ends[i] + ends[i + 1]));
      const at = line.f.evaluate(ends, n + 1);
      return g
        .evaluate(middles, n)
        .every((value, i) => Math.abs(value - 0.5 * (at[i] + at[i + 1])) < 1e-5 * n);
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 40 }));
});

for (const [d, sizes, domain, text] of [
  [2, [1, 2, 5, 9], "x=-1:1,y=0:3", "sin(2*x - y) + x*y"],
  [3, [1, 2, 4], "x=-1:1,y=0:3,z=2:2.5", "sin(2*x - y) + x*y*z"],
] as const) {
  test(`in ${d} dimensions: exact at all nodes, and linear functions come back`, (t) => {
    for (const n of sizes) {
      const of = task(text, domain);
      const { g, layers } = relu.construct(of, n, wide);
      t.is(layers, d);
      t.true(atNodes(of, g, n) < 2e-5, `${n}: ${atNodes(of, g, n)}`);
      const linear = task(d === 2 ? "x - 2*y + 0.3" : "x - 2*y + z", domain);
      t.true(measuredError(linear, relu.construct(linear, n, wide).g, "sup", 2000) < 2e-5);
    }
  });
}

test("in the plane: on each triangle of Kuhn's triangulation the plane through its corners", (t) => {
  const n = 4;
  const of = task("sin(5*x)*cos(3*y)", "x=0:1,y=0:1");
  const { g } = relu.construct(of, n, wide);
  const at = (x: number, y: number) => of.f.evaluate(Float64Array.of(x, y), 1)[0];
  const shares = testSource(5)(200, 0, 1);
  for (let i = 0; i < 100; i++) {
    const [x, y] = [shares[2 * i], shares[2 * i + 1]].map(Math.fround);
    const [i0, j0] = [Math.min(n - 1, Math.floor(x * n)), Math.min(n - 1, Math.floor(y * n))];
    const [u, v] = [x * n - i0, y * n - j0];
    const [a, c] = [at(i0 / n, j0 / n), at((i0 + 1) / n, (j0 + 1) / n)];
    const b = u >= v ? at((i0 + 1) / n, j0 / n) : at(i0 / n, (j0 + 1) / n);
    const [most, least] = [Math.max(u, v), Math.min(u, v)];
    const expected = (1 - most) * a + (most - least) * b + least * c;
    t.true(Math.abs(g.evaluate(Float64Array.of(x, y), 1)[0] - expected) < 1e-5);
  }
});

test("depth against width: L layers of 4 units have 2^L linear regions, the shallow interpolant's", (t) => {
  for (const L of [1, 2, 3, 5, 8]) {
    const of = task("3*x^2 - 2*x + 1", "x=-1:1");
    const deepOne = relu.construct(of, 2 ** L, deep);
    const shallow = relu.construct(of, 2 ** L, wide);
    t.is(deepOne.layers, L);
    t.deepEqual(deepOne.details!["hidden"], new Array(L).fill(4));
    // Slopes in the middle of each of 2^L cells are all different: no fewer pieces would do.
    const cells = 2 ** L;
    const middles = Float64Array.from({ length: cells }, (_, i) => -1 + (2 * (i + 0.5)) / cells);
    const slopes = modelFunction(deepOne.model!).vjp!(middles, new Float64Array(cells).fill(1), cells);
    for (let i = 1; i < cells; i++) t.true(slopes[i] > slopes[i - 1] + 1 / cells);
    const x = Float64Array.from(testSource(L)(500, -1, 1), Math.fround);
    const [a, b] = [deepOne.g.evaluate(x, 500), shallow.g.evaluate(x, 500)];
    // The shallow one sums 2^L terms, 12 in all, in float32: each addition may round half a unit of that.
    t.true(a.every((value, i) => Math.abs(value - b[i]) < 12 * 2 ** L * 2 ** -24));
    if (L >= 5) t.true(deepOne.parameters < shallow.parameters * (L === 5 ? 1.4 : 0.3));
  }
});

test("interpolation errs by M·h²/8 at most, and where it must by all of that", (t) => {
  const of = task("x^2", "x=0:1");
  for (const n of [2, 8, 32]) {
    const error = measuredError(of, relu.construct(of, n, wide).g, "sup");
    t.true(error <= 2 / (8 * n * n) + 1e-6 && error > 0.99 * (2 / (8 * n * n)));
  }
});

test("what does not suit is refused", (t) => {
  const says = (run: () => unknown, pattern: RegExp, code = "usage") => {
    const error = t.throws(run, { any: true }) as { code: string; message: string };
    t.is(error.code, code);
    t.regex(error.message, pattern);
  };
  says(() => relu.construct(task("sin(x)", "x=0:1"), 8, deep), /quadratics only/);
  says(() => relu.construct(task("x*y", "x=0:1,y=0:1"), 8, deep), /one input and one output/);
  says(() => relu.construct(task("x^2", "x=0:1"), 2 ** 21, deep), /at most 2\^20 pieces/);
  says(() => relu.construct(task("x", "x=1:1.000001"), 100, wide), /does not tell knots/);
  says(() => relu.construct(defineTask(findTarget("product(4)")), 2, wide), /at most 3 inputs/);
  says(
    () => relu.construct(task("x*y*z", "x=0:1,y=0:1,z=0:1"), 40, wide),
    /at most 24 cells a side fit \(δ = /,
    "memory",
  );
});

test("on a grid the interpolant's own bounds hold what the network computes, in values and slopes", (t) => {
  const domains = [
    ["x=0:1,y=0:1", "sin(5*x)*cos(3*y) + 2"],
    ["x=-3:2,y=100:101", "sin(x)*(y - 100)^2, x - y"],
    ["x=0:1,y=-1:1,z=2:4", "x*y + sin(3*z)"],
  ] as const;
  let [tight, rounded] = [0, 0];
  for (const [domain, text] of domains) {
    for (const n of [1, 3, 4, 7]) {
      const of = task(text, domain);
      const { g, enclosure, model } = relu.construct(of, n, wide);
      const { inputs: d, outputs } = of.f;
      const own = modelFunction(model!);
      for (let draw = 0; draw < 60; draw++) {
        const radius = [1e-6, 1e-3, 0.05, 0.4][draw % 4];
        const shares = testSource(100 * n + draw)(d, 0, 1);
        const side = (k: number) => of.high[k] - of.low[k];
        const middle = shares.map((share, k) => of.low[k] + share * side(k));
        const low = Float64Array.from(middle, (x, k) => Math.max(of.low[k], x - radius * side(k)));
        const high = Float64Array.from(middle, (x, k) => Math.min(of.high[k], x + radius * side(k)));
        const found = enclosure!.enclose(low, high);
        const x = Float64Array.from(testSource(draw + 7)(20 * d, 0, 1), (share, i) => {
          const k = i % d;
          const at = Math.fround(low[k] + share * (high[k] - low[k]));
          return at >= low[k] && at <= high[k] ? at : Math.fround(middle[k]);
        });
        const inside = Array.from({ length: 20 }, (_, i) => i).filter((i) =>
          middle.every((_, k) => x[i * d + k] >= low[k] && x[i * d + k] <= high[k]),
        );
        const values = g.evaluate(x, 20);
        for (const i of inside) {
          for (let o = 0; o < outputs; o++) {
            const [value, room] = [values[i * outputs + o], found.rounding![o]];
            t.true(found.low[o] - room <= value && value <= found.high[o] + room);
            // Around the middle, by the slopes.
            let reach = 0;
            for (let k = 0; k < d; k++) {
              const [a, b] = [found.slopes!.low[o * d + k], found.slopes!.high[o * d + k]];
              const by = x[i * d + k] - 0.5 * (low[k] + high[k]);
              reach += Math.max(Math.abs(a * by), Math.abs(b * by));
            }
            t.true(
              value <= found.middle!.high[o] + reach + room && value >= found.middle!.low[o] - reach - room,
            );
            if (value > found.middle!.high[o] + reach || value < found.middle!.low[o] - reach) rounded++;
            if (found.high[o] - found.low[o] < 10) tight++;
          }
        }
        if (radius > 1e-4) continue;
        // A small box in the inside of a simplex has one slope: the network's.
        const w = Float64Array.from({ length: outputs }, (_, o) => (o === 0 ? 1 : 0));
        const slope = own.vjp!(Float64Array.from(middle, Math.fround), w, 1);
        for (let k = 0; k < d; k++) {
          const [a, b] = [found.slopes!.low[k], found.slopes!.high[k]];
          if (b - a < 1e-9) t.true(Math.abs(slope[k] - a) < 1e-3 * (1 + Math.abs(a)), `${slope[k]}, ${a}`);
        }
      }
    }
  }
  t.true(tight > 1000, String(tight));
  t.true(rounded > 100, `${rounded} values outside of the exact bounds, all within their rounding`);
});

test("beyond the box of the grid the bounds are those of the network's graph", (t) => {
  const of = task("x*y", "x=0:1,y=0:1");
  const { g, enclosure } = relu.construct(of, 3, wide);
  const [low, high] = [Float64Array.of(0.9, -0.4), Float64Array.of(1.6, 0.2)];
  const found = enclosure!.enclose(low, high);
  const shares = testSource(3)(400, 0, 1);
  const x = Float64Array.from(shares, (share, i) =>
    Math.fround(low[i % 2] + share * (high[i % 2] - low[i % 2])),
  );
  for (const value of g.evaluate(x, 200)) {
    t.true(found.low[0] - found.rounding![0] <= value && value <= found.high[0] + found.rounding![0]);
  }
});
