import test from "ava";
import { sampleAlong } from "../../../src/analysis/paths/along.js";
import { expectedRun, flatness, jumpMass, profile } from "../../../src/analysis/paths/flatness.js";
import { chord, curve, type Segment } from "../../../src/targets/domain.js";
import { type PointwiseFunction, pointwise } from "../../../src/targets/function.js";

const interval = (low: number, high: number) => chord("x", Float64Array.of(low), Float64Array.of(high));

async function profileOf(fn: PointwiseFunction, segment: Segment, cells: number) {
  return profile(await sampleAlong(pointwise(fn), segment, cells, () => undefined));
}

const scalar = (value: (x: number) => number, slope?: (x: number) => number): PointwiseFunction => ({
  name: "f",
  inputs: 1,
  value: (x) => value(x[0]),
  ...(slope && { jacobian: (x: Float64Array) => slope(x[0]) }),
});

for (const derivative of ["exact", "increments"] as const) {
  const known = (slope: (x: number) => number) => (derivative === "exact" ? slope : undefined);

  test(`a staircase of width δ: δ̂ = δ within a cell, all flat, all its variation in jumps (${derivative})`, async (t) => {
    const cells = 2000;
    for (const steps of [1, 3, 7, 10, 20]) {
      // Off the grid's borders, too; two units of height a step.
      const f = scalar(
        (x) => 2 * Math.floor(x * steps),
        known(() => 0),
      );
      const p = await profileOf(f, interval(0, 1 - 1e-9), cells);
      const found = flatness(p, 0.05);
      t.is(found.cells, cells);
      t.is(found.borders, 0);
      t.is(p.jumps.length, steps - 1);
      t.true(p.jumps.every(({ height }) => height === 2));
      t.is(p.totalVariation, 2 * (steps - 1));
      const resolution = expectedRun(found, cells) / cells;
      t.true(Math.abs(resolution - 1 / steps) <= 1 / cells, `${steps} steps: ${resolution}`);
      if (steps > 1) for (const share of [0.01, 0.05, 0.1]) t.is(jumpMass(p.increments, share), 1);
    }
  });

  test(`a straight line is flat nowhere, and p of its variation lies in p of its length (${derivative})`, async (t) => {
    const p = await profileOf(
      scalar(
        (x) => 3 * x,
        known(() => 3),
      ),
      interval(-1, 1),
      1000,
    );
    const found = flatness(p, 0.05);
    t.is(found.cells, 0);
    t.is(expectedRun(found, 1000), 0);
    t.is(p.jumps.length, 0);
    for (const share of [0.01, 0.0505, 0.1]) t.true(Math.abs(jumpMass(p.increments, share)! - share) < 1e-12);
  });

  test(`sine has its closed forms (${derivative})`, async (t) => {
    const cells = 2000;
    const p = await profileOf(scalar(Math.sin, known(Math.cos)), interval(0, 2 * Math.PI), cells);
    t.true(Math.abs(p.totalVariation - 4) < 1e-5);
    t.is(p.jumps.length, 0);
    for (const tau of [0.05, 0.2, 0.5]) {
      // |cos x| ≤ τ·4/2π on two runs of 2·asin(2τ/π) each.
      const run = 2 * Math.asin((2 * tau) / Math.PI);
      const found = flatness(p, tau);
      t.is(found.borders, 4);
      const share = run / Math.PI;
      t.true(Math.abs(found.cells / cells - share) <= found.borders / 2 / cells);
      const low = expectedRun(found, cells, -1) / cells;
      const high = expectedRun(found, cells, 1) / cells;
      const expected = (2 * run * run) / (2 * Math.PI) ** 2;
      t.true(low <= expected && expected <= high, `τ = ${tau}: ${expected} in ${low} … ${high}`);
    }
    // The steepest p of a period: p·π/2 on either side of two zeros.
    for (const share of [0.01, 0.05, 0.1]) {
      t.true(Math.abs(jumpMass(p.increments, share)! - Math.sin((share * Math.PI) / 2)) < 1e-5);
    }
  });
}

test("a jump inside a slope is found, and breaks no flat run", async (t) => {
  const p = await profileOf(
    scalar(
      (x) => x + (x > 0.3003 ? 0.25 : 0),
      () => 1,
    ),
    interval(0, 1),
    1000,
  );
  t.deepEqual(
    p.jumps.map(({ cell }) => cell),
    [300],
  );
  t.true(Math.abs(p.jumps[0].height - 0.251) < 1e-12);
  t.is(flatness(p, 0.05).cells, 0);
});

test("steps finer than the grid leave runs of one cell", async (t) => {
  const p = await profileOf(
    scalar(
      (x) => Math.floor(x * 5000),
      () => 0,
    ),
    interval(0, 1),
    1000,
  );
  const found = flatness(p, 0.05);
  t.is(p.jumps.length, 1000);
  t.is(found.cells, 1000);
  t.true(expectedRun(found, 1000) <= 1);
});

test("the infinite derivative of a cube root is no jump, wherever the grid meets it", async (t) => {
  const root = scalar(Math.cbrt, (x) => 1 / (3 * Math.cbrt(x) ** 2));
  for (let shift = 0; shift <= 1; shift += 0.05) {
    const h = 0.002;
    const p = await profileOf(root, interval(-1 + shift * h, 1 + shift * h), 1000);
    t.is(p.jumps.length, 0, `shift ${shift}`);
    t.is(flatness(p, 0.05).cells, 0);
    t.true(Number.isFinite(p.totalVariation));
  }
  // In a middle of a cell: the derivative there is infinite, which is not flat.
  const odd = await profileOf(root, interval(-1, 1), 1001);
  t.is(odd.speeds[500], Number.POSITIVE_INFINITY);
  t.is(flatness(odd, 0.05).cells, 0);
});

test("an infinite tangent makes no NaN", async (t) => {
  // The study's curve: (x, ∛x), here for x·y, whose gradient is (y, x).
  const along = curve({
    name: "data",
    length: 2,
    inputs: 2,
    point(u, point, tangent) {
      const x = u - 1;
      point[0] = x;
      point[1] = Math.cbrt(x);
      tangent[0] = 1;
      tangent[1] = 1 / (3 * Math.cbrt(x) ** 2);
    },
  });
  const p = await profileOf(
    { name: "product", inputs: 2, value: (x) => x[0] * x[1], jacobian: (x) => [x[1], x[0]] },
    along,
    1001,
  );
  // At x = 0 the product 0·∞ has no value.
  t.is(p.speeds[500], Number.POSITIVE_INFINITY);
  t.false(p.speeds.some(Number.isNaN));
  // d/dx x^(4/3) = 4/3·∛x.
  const middle = -1 + 700.5 * (2 / 1001);
  t.true(Math.abs(p.speeds[700] - (4 / 3) * Math.cbrt(middle)) < 1e-12);
});

test("several outputs are judged by their norm, several inputs along the tangent", async (t) => {
  const p = await profileOf(
    {
      name: "A",
      inputs: 2,
      outputs: 2,
      value: (x) => [x[0] + 2 * x[1], 3 * x[0]],
      jacobian: () => [1, 2, 3, 0],
    },
    chord("d", Float64Array.of(0, 0), Float64Array.of(3, 4)),
    100,
  );
  // Direction (3, 4)/5: A·(0.6, 0.8) = (2.2, 1.8).
  const speed = Math.sqrt(2.2 * 2.2 + 1.8 * 1.8);
  t.true(p.speeds.every((one) => Math.abs(one - speed) < 1e-12));
  t.true(Math.abs(p.totalVariation - 5 * speed) < 1e-10);
});

test("what does not vary beyond rounding is flat, without jumps", async (t) => {
  const constant = await profileOf(
    scalar(() => 0.1),
    interval(0, 1),
    100,
  );
  t.true(constant.constant);
  t.is(flatness(constant, 0.05).cells, 100);
  t.is(expectedRun(flatness(constant, 0.05), 100), 100);
  t.is(jumpMass(constant.increments, 0.01), null);
  const noisy = await profileOf(
    scalar(
      (x) => Math.fround(1 + 1e-7 * Math.floor(1000 * x * x)) - 0,
      () => 1e-7,
    ),
    interval(0, 0.05),
    100,
  );
  t.deepEqual([noisy.constant, noisy.jumps.length, flatness(noisy, 0.05).cells], [true, 0, 100]);
});
