import test from "ava";
import fc from "fast-check";
import { pointwise } from "../../../../src/targets/function.js";
import { findTarget } from "../../../../src/targets/registry.js";
import { buildYun, layersOf, stages, type Yun } from "../../../../src/theory/constructions/yun/build.js";
import { contextNumbers, valuesOf } from "../../../../src/theory/constructions/yun/contextual.js";
import { numbersOf, type YunOptions } from "../../../../src/theory/constructions/yun/grid.js";
import { applyLayer } from "../../../../src/theory/constructions/yun/layers.js";
import { leastGlobal } from "../../../../src/theory/constructions/yun/least-global.js";
import { contexts, cornersOf, numbersBefore } from "../../../../src/theory/constructions/yun/value.js";

const cube = (sides: number) => [new Array<number>(sides).fill(0), new Array<number>(sides).fill(1)] as const;

/** Weights that tell every number of a context apart, and so any order of tokens. */
const weighted = (inputs: number, outputs: number) =>
  pointwise({
    name: "weighted",
    inputs,
    outputs,
    value: (x) =>
      Array.from({ length: outputs }, (_, j) => x.reduce((sum, value, i) => sum + value * (i + 1 + j), 0.1)),
  });

const build = (options: YunOptions) => {
  const { dim: d, inputTokens: m, outputTokens: n } = options;
  return buildYun(weighted(m * d, n * d), options, ...cube(m * d));
};

function corners({ config, box }: Yun): Float64Array {
  return cornersOf(
    config,
    box,
    [...contexts(config)].map((context) => context.slice()),
  );
}

test("on a target that tells tokens apart, d = 1, m = 2, δ = 1/16: f at every corner, as many layers as the formula says", (t) => {
  for (const [name, n] of [
    ["x - 3*y + x*y on x=0:1,y=-1:1", 1],
    ["reverse(2)", 2],
    ["cumulative-sum(2)", 2],
  ] as const) {
    const target = findTarget(name);
    const { low, high } = target.domainOf(1);
    const f = target.asFunction(1);
    const options = { dim: 1, inputTokens: 2, outputTokens: n, cells: 16 };
    const built = buildYun(f, options, low, high);
    const x = corners(built);
    t.is(x.length, 2 * 256);
    t.deepEqual(built.g.evaluate(x, 256), f.evaluate(x, 256), name);
    // d/δ + d, then m/δ + 1, then m/δ².
    t.deepEqual(built.layers, { quantise: 17, contextual: 33, value: 512 });
    t.is(layersOf(built.config), 562);
    t.is([...built.all()].length, 562);
  }
});

const quantised: YunOptions[] = [
  { dim: 1, inputTokens: 2, outputTokens: 2, cells: 7 },
  { dim: 2, inputTokens: 2, outputTokens: 1, cells: 3 },
  { dim: 3, inputTokens: 1, outputTokens: 1, cells: 5 },
];

test("the quantiser sends every cell to its number, corners and all, and leaves nothing in between", (t) => {
  for (const options of quantised) {
    const { dim: d, inputTokens: m, cells: n } = options;
    const low = Array.from({ length: m * d }, (_, i) => -0.3 - i / 7);
    const high = low.map((from, i) => from + 0.7 + i / 3);
    const built = buildYun(weighted(m * d, options.outputTokens * d), options, low, high);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(n - 1), fc.double({ min: 0, max: 1 - 1e-9, noNaN: true })), {
          minLength: m * d,
          maxLength: m * d,
        }),
        fc.boolean(),
        (places, atCorners) => {
          const x = places.map(([k, share], i) => {
            const corner = built.box.corner(i, k);
            const next = k + 1 < n ? built.box.corner(i, k + 1) : high[i];
            return atCorners ? corner : Math.min(corner + share * (next - corner), high[i]);
          });
          const z = built.enter(x);
          built.run("quantise", z);
          for (const [i, [k]] of places.entries()) {
            t.is(z[Math.floor(i / d) * built.width + (i % d)], k);
          }
        },
      ),
      { numRuns: 200 },
    );
    const upper = built.enter(high);
    built.run("quantise", upper);
    for (let i = 0; i < m * d; i++) t.is(upper[Math.floor(i / d) * built.width + (i % d)], n - 1);
  }
});

const withPositions = [
  [1, 1, 8],
  [1, 2, 8],
  [1, 3, 4],
  [1, 4, 3],
  [2, 2, 3],
  [2, 3, 2],
  [2, 4, 2],
] as const;
const withoutPositions = [
  [1, 2, 8],
  [1, 3, 6],
  [1, 4, 5],
  [2, 2, 3],
  [2, 3, 3],
  [3, 2, 2],
] as const;

for (const positions of [true, false]) {
  test(`the contextual mapping ${positions ? "with" : "without"} positions gives every token of every context its own number, shifting in order`, (t) => {
    for (const [d, m, n] of positions ? withPositions : withoutPositions) {
      const symmetric = pointwise({
        name: "sum",
        inputs: m * d,
        outputs: d,
        value: () => new Array(d).fill(1),
      });
      const options = { dim: d, inputTokens: m, outputTokens: 1, cells: n, positions };
      const built = buildYun(symmetric, options, ...cube(m * d));
      const { u, range, largest } = numbersOf(built.config);
      const seen = new Set<number>();
      const l = new Float64Array(m);
      let count = 0;
      for (const context of contexts(built.config)) {
        count++;
        numbersBefore(built.config, context, l);
        const before = Array.from(l);
        t.true(before.every((value) => value >= 0 && value < range));
        const z = new Float64Array(m * built.width);
        const digits = (value: number, i: number) => Math.floor(value / n ** i) % n;
        for (let j = 0; j < m; j++) {
          for (let i = 0; i < d; i++)
            z[j * built.width + i] = digits(context[j], i) + (positions ? j * n : 0);
        }
        const read = () =>
          Array.from({ length: m }, (_, j) =>
            u.reduce((sum, weight, i) => sum + weight * z[j * built.width + i], 0),
          );
        t.deepEqual(read(), before);
        // Layer by layer: only the token whose turn it is moves, beyond all others; each once.
        const values = valuesOf(built.config);
        const moved: number[] = [];
        let now = before;
        for (const [index, layer] of built.contextual.slice(0, -1).entries()) {
          applyLayer(layer, z, built.width);
          const after = read();
          const changed = after.flatMap((value, j) => (value === now[j] ? [] : [j]));
          t.deepEqual(
            changed,
            m === 1 ? [] : now.flatMap((value, j) => (value === values[index] ? [j] : [])),
          );
          for (const j of changed) t.true(now.every((value, other) => other === j || after[j] > value));
          moved.push(...changed);
          now = after;
        }
        const ascending = [...before.keys()].sort((a, b) => before[a] - before[b]);
        t.deepEqual(moved, m === 1 ? [] : ascending);
        applyLayer(built.contextual[built.contextual.length - 1], z, built.width);
        contextNumbers(built.config, l);
        t.deepEqual(read(), Array.from(l));
        for (const value of l) {
          t.true(value <= largest);
          t.false(seen.has(value), `d = ${d}, m = ${m}, n = ${n}: ${value} stands for two tokens`);
          seen.add(value);
        }
      }
      t.is(seen.size, count * m);
      t.is(seen.size, built.layers.value);
    }
  });
}

test("with positions the shift of the case without them, δ^−d, does not do", (t) => {
  // d = 1, m = 2, δ = 1/4: (l₀, l₁) with c = 4 instead of R/δ + 1 = 9.
  const n = 4;
  const twice: number[][] = [];
  for (let a = 0; a < n; a++) {
    for (let b = n; b < 2 * n; b++) {
      const l = [a, b];
      const moves = [0, 0];
      for (let value = 0; value < 2 * n; value++) {
        const [least, most] = [Math.min(...l), Math.max(...l)];
        for (const j of [0, 1]) {
          if (l[j] !== value) continue;
          l[j] += n * (most - least);
          moves[j]++;
        }
      }
      if (moves.some((times) => times > 1)) twice.push([a, b]);
    }
  }
  t.true(twice.length > 0);
  t.is(numbersOf({ dim: 1, inputTokens: 2, cells: n, positions: true }).shift, 9);
});

test("a context with a token outside of the box gets outputs 0, whatever the others are", (t) => {
  for (const [d, m, n, positions] of [
    [1, 2, 4, true],
    [1, 2, 4, false],
    [2, 2, 2, true],
    [1, 3, 3, true],
  ] as const) {
    const one = pointwise({ name: "one", inputs: m * d, outputs: d, value: () => new Array(d).fill(1) });
    const options = { dim: d, inputTokens: m, outputTokens: 1, cells: n, positions };
    const built = buildYun(one, options, ...cube(m * d));
    const least = buildYun(one, { ...options, global: leastGlobal(built.config) }, ...cube(m * d));
    for (const context of contexts(built.config)) {
      const x = cornersOf(built.config, built.box, [context]);
      t.deepEqual([...built.g.evaluate(x, 1)], new Array(d).fill(1));
      for (let i = 0; i < m * d; i++) {
        for (const away of [-7, 1.9, 1e9]) {
          const moved = x.slice();
          moved[i] = away;
          for (const { g } of [built, least]) {
            t.deepEqual([...g.evaluate(moved, 1)], new Array(d).fill(0), `${moved}`);
          }
        }
      }
    }
  }
});

test("looking a value up is the same as running all layers of the value mapping", (t) => {
  for (const positions of [true, false]) {
    const f = positions
      ? weighted(4, 4)
      : pointwise({ name: "sum", inputs: 4, outputs: 4, value: (x) => x.map((value) => value * 3 + 0.25) });
    const built = buildYun(f, { dim: 2, inputTokens: 2, outputTokens: 2, cells: 3, positions }, ...cube(4));
    for (const context of contexts(built.config)) {
      const z = built.enter(cornersOf(built.config, built.box, [context]));
      built.run("quantise", z);
      built.run("contextual", z);
      const sequential = z.slice();
      for (let i = 0; i < built.layers.value; i++) applyLayer(built.value.layer(i), sequential, built.width);
      built.run("value", z);
      t.deepEqual(z, sequential);
      t.true(built.leave(z).some((value) => value !== 0));
    }
  }
});

test("without positions it is equivariant, all over the cells, and takes C(δ^−d, m) contexts", (t) => {
  const f = pointwise({
    name: "pairs",
    inputs: 3,
    outputs: 3,
    value: ([a, b, c]) => [a * (b + c), b * (a + c), c * (a + b)],
  });
  const built = buildYun(
    f,
    { dim: 1, inputTokens: 3, outputTokens: 3, cells: 8, positions: false },
    ...cube(3),
  );
  t.is(built.layers.value, 3 * 56);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(7), { minLength: 3, maxLength: 3 }),
      fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { minLength: 3, maxLength: 3 }),
      (cells, within) => {
        const corner = Float64Array.from(cells, (k) => k / 8);
        const inside = corner.map((from, i) => from + within[i] / 8);
        t.deepEqual(built.g.evaluate(inside, 1), f.evaluate(corner, 1));
      },
    ),
  );
});

test("every stage can be run by itself, and all together are g", (t) => {
  const built = build({ dim: 2, inputTokens: 2, outputTokens: 2, cells: 4 });
  const x = Float64Array.of(0.3, 0.9, 0.51, 0);
  const z = built.enter(x);
  for (const stage of stages) built.run(stage, z);
  t.deepEqual(built.leave(z), built.g.evaluate(x, 1));
  t.deepEqual(built.g.evaluate(x, 1), weighted(4, 4).evaluate(Float64Array.of(0.25, 0.75, 0.5, 0), 1));
});
