import test from "ava";
import fc from "fast-check";
import { modelFunction } from "../../../../src/analysis/model-function.js";
import { pointwise } from "../../../../src/targets/function.js";
import { findTarget } from "../../../../src/targets/registry.js";
import { certifyConstructed } from "../../../../src/theory/certificates/certify-constructed.js";
import { findConstruction } from "../../../../src/theory/constructions/registry.js";
import { defineTask } from "../../../../src/theory/constructions/task.js";
import { buildYun } from "../../../../src/theory/constructions/yun/build.js";
import { cellEnclosure } from "../../../../src/theory/constructions/yun/cells.js";

const construct = (target: string, size: number, options: object = {}) => {
  const found = findConstruction("yun");
  const checked = { positions: true, constants: "proof", ...options };
  return found.construct(defineTask(findTarget(target)), size, checked as never);
};

test("the registry's yun of δ = 1/16 has the formula's layers, f at the corners, and a model in the engine", (t) => {
  const made = construct("x - 3*y on x=0:1,y=0:1", 16);
  t.is(made.layers, 16 + 1 + 2 * 16 + 1 + 2 * 256);
  const grid = Float64Array.from({ length: 512 }, (_, i) =>
    i % 2 ? ((i >> 1) % 16) / 16 : Math.floor(i / 32) / 16,
  );
  const want = grid.filter((_, i) => i % 2 === 0).map((x, r) => x - 3 * grid[2 * r + 1]);
  t.deepEqual(made.g.evaluate(grid, 256), want);
  t.deepEqual(made.model!.predict(Float32Array.from(grid)), Float32Array.from(want));
  t.is(made.parameters, made.model!.parameterCount);
  t.true(made.notes!.some((note) => note.includes("[ours]")));
});

test("parameters are counted as the models have them, with and without positions, hardmax and softmax", (t) => {
  for (const [target, size, options] of [
    ["sine", 5, {}],
    ["x*y on x=0:1,y=0:1", 6, { positions: false }],
    ["x*y on x=0:1,y=0:1", 4, { positions: false, lambda: 32 }],
    ["reverse(2)", 3, { lambda: 8 }],
  ] as const) {
    const made = construct(target, size, options);
    t.is(made.parameters, made.model!.parameterCount, target);
  }
});

test("cells a side from δ on the target's box", (t) => {
  const yun = findConstruction("yun");
  t.is(yun.sizeOf!(defineTask(findTarget("x on x=0:1")), 1 / 16), 16);
  t.is(yun.sizeOf!(defineTask(findTarget("sine")), 1 / 16), 32);
  const task = defineTask(findTarget("sine"));
  for (let i = 1; i < 40; i++) t.true(yun.ladder(task, i) > yun.ladder(task, i - 1));
});

test("the enclosure holds every value on a box, is attained, and knows where nothing changes", (t) => {
  const f = pointwise({ name: "f", inputs: 4, outputs: 2, value: ([a, b, c, d]) => [a - b * c, d * d] });
  const g = pointwise({ name: "g", inputs: 2, outputs: 1, value: ([a, b]) => a * b });
  for (const built of [
    buildYun(f, { dim: 2, inputTokens: 2, outputTokens: 1, cells: 3 }, [0, -1, 0, 0], [1, 1, 2, 1]),
    buildYun(g, { dim: 1, inputTokens: 2, outputTokens: 1, cells: 7, positions: false }, [0, 0], [1, 1]),
  ]) {
    const enclosure = cellEnclosure(built);
    const { inputs, outputs } = built.g;
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, unit, unit), { minLength: inputs, maxLength: inputs }), (sides) => {
        const at = (share: number, i: number) =>
          (share * built.config.cells - built.box.bias[i]) / built.box.weight[i];
        const low = Float64Array.from(sides, ([a, b], i) => at(Math.min(a, b), i));
        const high = Float64Array.from(sides, ([a, b], i) => at(Math.max(a, b), i));
        const found = enclosure.enclose(low, high);
        const points = [low, high, low.map((from, i) => from + sides[i][2] * (high[i] - from))];
        for (const point of points) {
          const y = built.g.evaluate(point, 1);
          for (let o = 0; o < outputs; o++) t.true(found.low[o] <= y[o] && y[o] <= found.high[o]);
          const here = enclosure.enclose(point, point);
          t.deepEqual([here.low, here.high], [y, y]);
          t.true(here.slopes!.low.every((slope) => slope === 0));
        }
      }),
      { numRuns: 300 },
    );
  }
});

test("bounds of the model hold what it gives in float32, near the borders of cells too", (t) => {
  for (const [target, size, options] of [
    ["x - 3*y + 0.1*x*y on x=-0.3:1.1,y=0.7:5", 7, {}],
    ["x*y on x=-0.3:1.1,y=-0.3:1.1", 11, { positions: false }],
  ] as const) {
    const { model, modelEnclosure } = construct(target, size, options);
    const { low, high } = defineTask(findTarget(target));
    const cell = low.map((from, i) => (high[i] - from) / size);
    // On borders as float32 has them, a unit beside them, and anywhere.
    const place = fc.tuple(
      fc.nat(size),
      fc.constantFrom(-1, 0, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 2 }), fc.boolean(), (places, border) => {
        const x = Float32Array.from(places, ([k, units, share], i) => {
          const at = border
            ? low[i] + k * cell[i] + units * 2 ** -23 * Math.max(Math.abs(low[i]), high[i])
            : low[i] + share * (high[i] - low[i]);
          return Math.min(Math.max(at, Math.fround(low[i])), Math.fround(high[i]));
        });
        const point = Float64Array.from(x);
        const { low: least, high: most, rounding } = modelEnclosure!.enclose(point, point);
        const [y] = model!.predict(x);
        t.true(least[0] - rounding![0] <= y && y <= most[0] + rounding![0], `${x}: ${y}`);
      }),
      { numRuns: 500 },
    );
  }
});

test("beyond the box, too, bounds hold what is computed: half a cell outside of it that is 0", (t) => {
  for (const [target, size, options] of [
    ["y*(1-y)+0*x+0.25 on x=0:1,y=0:1", 8, {}],
    ["x - 3*y + 2 on x=-0.3:1.1,y=0.7:5", 5, {}],
    ["x*y + 1 on x=-0.3:1.1,y=-0.3:1.1", 7, { positions: false }],
  ] as const) {
    const { g, model, enclosure, modelEnclosure } = construct(target, size, options);
    const { low, high } = defineTask(findTarget(target));
    let zeros = 0;
    const place = fc.tuple(
      fc.constantFrom(-1e9, -40, -2, -0.5, 0, 0.5, 0.9, size + 0.5, size + 2, 1e5),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.tuple(place, place), fc.constantFrom(1, 1e-3, 1e-6), (places, near) => {
        const cell = low.map((from, i) => (high[i] - from) / size);
        const sides = places.map(([at, off, length, share], i) => {
          const from = Math.fround(low[i] + (at + near * off) * cell[i]);
          const to = Math.fround(from + near * length * cell[i]);
          return { from, to, x: Math.min(to, Math.max(from, Math.fround(from + share * (to - from)))) };
        });
        const [from, to] = [
          Float64Array.from(sides, (side) => side.from),
          Float64Array.from(sides, (side) => side.to),
        ];
        for (const x of [from, to, Float64Array.from(sides, (side) => side.x)]) {
          for (const [bounds, value] of [
            [enclosure!, g.evaluate(x, 1)[0]],
            [modelEnclosure!, model!.predict(Float32Array.from(x))[0]],
          ] as const) {
            if (value === 0) zeros++;
            const found = bounds.enclose(from, to);
            const off = found.rounding?.[0] ?? 0;
            t.true(found.low[0] - off <= value && value <= found.high[0] + off, `${value} at ${x}`);
          }
        }
      }),
      { numRuns: 500 },
    );
    t.true(zeros > 100);
  }
});

test("a model is not certified beyond its own box, where it answers 0", async (t) => {
  const { model, modelEnclosure } = construct("y*(1-y)+0*x on x=0:1,y=0:1", 8);
  const task = defineTask(findTarget("y*(1-y)+0*x on x=-0.0626:1,y=0:1"));
  const subject = { construction: "yun", model, g: modelFunction(model!), enclosure: modelEnclosure };
  const { verdict, error } = await certifyConstructed(task, subject, {
    epsilon: 0.2,
    samples: 16,
    boxes: 2000,
  });
  t.not(verdict, "holds");
  t.true(error.upper >= 0.25);
});
