import test from "ava";
import fc from "fast-check";
import { climb, type Objective, worstApart } from "../../../src/analysis/search/climb.js";

/** A concave quadratic with its top at c, on the unit box. */
const hill = (c: readonly number[], widths: readonly number[], derivative: boolean): Objective => {
  const n = c.length;
  return {
    size: n,
    values: (z, count) =>
      Float64Array.from({ length: count }, (_, r) =>
        c.reduce((sum, at, k) => sum - ((z[r * n + k] - at) / widths[k]) ** 2, 0),
      ),
    ...(derivative && {
      gradients: (z: Float64Array) =>
        Float64Array.from(z, (at, i) => (-2 * (at - c[i % n])) / (widths[i % n] * widths[i % n])),
    }),
    project(z) {
      for (let i = 0; i < z.length; i++) z[i] = Math.min(Math.max(z[i], 0), 1);
    },
  };
};

test("a hill is climbed to its top, from every start, by either method", async (t) => {
  for (const derivative of [true, false]) {
    const found = await climb(
      hill([0.3, 0.8], [1, 0.2], derivative),
      Float64Array.of(0, 0, 1, 1, 0.9, 0.05),
      3,
      { step: 0.05 },
    );
    t.true(found.values.every((value) => value > -1e-12));
    t.true(found.points.every((at, i) => Math.abs(at - (i % 2 ? 0.8 : 0.3)) < 1e-6));
  }
});

test("a top outside the box is approached along its side", async (t) => {
  for (const derivative of [true, false]) {
    const found = await climb(hill([1.5, 0.4], [1, 1], derivative), Float64Array.of(0.2, 0.9), 1, {
      step: 0.1,
    });
    t.is(found.points[0], 1);
    t.true(Math.abs(found.points[1] - 0.4) < 1e-6);
  }
});

test("gradient ascent alone takes a badly scaled hill in many dimensions", async (t) => {
  const c = Array.from({ length: 30 }, (_, k) => (k + 1) / 32);
  const widths = c.map((_, k) => (k % 3 ? 1 : 0.1));
  const found = await climb(hill(c, widths, true), new Float64Array(30).fill(0.5), 1, { step: 0.02 });
  t.is(found.method, "gradient ascent");
  t.true(found.values[0] > -1e-10, `${found.values[0]}`);
});

test("property: no value is below its start, none outside, wrong gradients or not", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
      fc.array(fc.double({ min: -5, max: 5 }), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      async (starts, [a, b, c, d], derivative) => {
        const { project } = hill([0, 0], [1, 1], false);
        const value = (x: number, y: number) =>
          a * x * y + b * Math.abs(x - 0.3) - c * y * y + (x > 0.7 ? d : 0);
        const objective: Objective = {
          size: 2,
          values: (z, count) => Float64Array.from({ length: count }, (_, r) => value(z[2 * r], z[2 * r + 1])),
          ...(derivative && {
            gradients: (z: Float64Array) => Float64Array.from(z, (at, i) => (i % 2 ? d : a) * at),
          }),
          project,
        };
        const from = Float64Array.from(starts);
        const found = await climb(objective, from, 3, { step: 0.1, evaluations: 500 });
        const inside = found.points.every((at) => at >= 0 && at <= 1);
        return (
          inside &&
          found.values.every((reached, r) => {
            const start = value(from[2 * r], from[2 * r + 1]);
            return (
              Number.isNaN(start) ||
              (reached >= start && reached === value(found.points[2 * r], found.points[2 * r + 1]))
            );
          })
        );
      },
    ),
  );
  t.pass();
});

test("starts are the worst points, spread apart, without those that have no value", (t) => {
  const z = Float64Array.of(0.5, 0.51, 0.1, 0.9, 0.3);
  t.deepEqual(worstApart(z, Float64Array.of(9, 8, 1, Number.NaN, 5), 1, 3), [0, 4, 2]);
  t.deepEqual(worstApart(z, new Float64Array(5).fill(Number.NaN), 1, 3), []);
});
