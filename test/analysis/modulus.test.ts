import test from "ava";
import fc from "fast-check";
import type { Subject } from "../../src/analysis/measure.js";
import { type ModulusCurve, modulus } from "../../src/analysis/modulus.js";
import { contract } from "../../src/analysis/search/pairs.js";
import { widestGaps } from "../../src/analysis/statistics/windows.js";
import { PlateauError } from "../../src/errors.js";
import { sharedEngine } from "../../src/runtime/engine.js";
import { box, curve, type Domain } from "../../src/targets/domain.js";
import { type BatchFunction, pointwise } from "../../src/targets/function.js";

const { pow64, sin64, cos64, log64 } = sharedEngine().kernels;

/** |x|^α, singular at 0. */
const cusp = (alpha: number, derivative: boolean): BatchFunction =>
  pointwise({
    name: `|x|^${alpha}`,
    inputs: 1,
    value: ([x]) => (x === 0 ? 0 : pow64(Math.abs(x), alpha)),
    ...(derivative && {
      jacobian: ([x]: Float64Array) => (x === 0 ? 0 : Math.sign(x) * alpha * pow64(Math.abs(x), alpha - 1)),
    }),
  });

/** Σ aⁿ·cos(bⁿπx), up to terms that no h of a test resolves. */
const weierstrass = (a: number, b: number, terms: number): BatchFunction =>
  pointwise({
    name: "Weierstrass",
    inputs: 1,
    value([x]) {
      let [sum, height, frequency] = [0, 1, Math.PI];
      for (let n = 0; n < terms; n++) {
        sum += height * cos64(frequency * x);
        height *= a;
        frequency *= b;
      }
      return sum;
    },
  });

const omegaOf = ({ points }: ModulusCurve, law: (h: number) => number, tolerance: number) =>
  points.every(({ h, omega }) => omega <= law(h) * (1 + 1e-11) && omega >= law(h) * (1 - tolerance));

test("|x|^α has exponent α and constant 1, with a derivative and without, wherever the cusp lies", async (t) => {
  for (const alpha of [0.25, 0.5, 1]) {
    for (const derivative of [true, false]) {
      const subject = { model: cusp(alpha, derivative), domain: box([-0.7], [1]) };
      const { model } = await modulus.measure(subject, { samples: 1000, starts: 4 });
      // The search comes within rounding of the cusp: 1e-16 to the α is what it misses.
      t.true(
        omegaOf(model, (h) => pow64(Math.min(h, 1), alpha), 3e-3),
        `α = ${alpha}`,
      );
      t.true(Math.abs(model.holder!.exponent.value - alpha) < 1e-3);
      t.true(Math.abs(model.holder!.constant.value - 1) < 2e-3);
    }
  }
});

test("Weierstrass functions have exponent −log a / log b", async (t) => {
  for (const [a, b, terms, largest] of [
    [Math.SQRT1_2, 2, 50, 1],
    [pow64(2, -0.3), 2, 60, 1],
    [0.5, 3, 24, 0.02],
    [0.7, 3, 30, 0.02],
  ]) {
    const alpha = -log64(a) / log64(b);
    const { model } = await modulus.measure(
      { model: weierstrass(a, b, terms), domain: box([-1], [1]) },
      { largest, samples: 8192, starts: 8 },
    );
    const { value, low, high } = model.holder!.exponent;
    t.true(Math.abs(value - alpha) < 0.025, `a = ${a}, b = ${b}: ${value}, not ${alpha}`);
    // Where b is no power of the grid's ratio, ω waves around its law.
    t.true(low - 0.01 < alpha && alpha < high + 0.01, `${low} to ${high}, not ${alpha}`);
  }
});

test("sine: ω(h) = 2 sin(kh/2) up to half a wave, α = 1 and C = k; a step has none", async (t) => {
  const k = 3;
  const model = pointwise({
    name: "sin",
    inputs: 1,
    value: ([x]) => sin64(k * x),
    jacobian: ([x]) => k * cos64(k * x),
  });
  const step = pointwise({ name: "step", inputs: 1, value: ([x]) => (x > 0.3 ? 1 : 0) });
  const found = await modulus.measure(
    { model, target: step, domain: box([0], [6]) },
    { samples: 8192, starts: 4 },
  );
  t.true(omegaOf(found.model, (h) => 2 * sin64(Math.min(k * h, Math.PI) / 2), 1e-9));
  const { exponent, constant } = found.model.holder!;
  t.true(exponent.low <= 1 && 1 <= exponent.high && Math.abs(exponent.value - 1) < 0.01);
  t.true(Math.abs(constant.value - k) < 0.05);
  t.true(found.target!.points.every(({ omega }) => omega === 1));
  t.is(found.target!.holder, null);
  t.regex(modulus.describe(found), /^The model changes by up to 3·h\^α .* α = 1 .*; the target shows no/);
});

test("float32 rounding of a smooth model does not make it rough", async (t) => {
  const rounded = pointwise({
    name: "float32",
    inputs: 1,
    value: ([x]) => Math.fround(5 + sin64(2 * Math.fround(x))),
    jacobian: ([x]) => Math.fround(2 * cos64(2 * Math.fround(x))),
  });
  const { model } = await modulus.measure({ model: rounded, domain: box([-1], [1]) }, { samples: 4096 });
  t.true(Math.abs(model.holder!.exponent.value - 1) < 0.02, JSON.stringify(model));
  t.true(Math.abs(model.holder!.constant.value - 2) < 0.2);
});

test("several inputs and outputs: linear maps have their spectral norm, cusps their exponent", async (t) => {
  // Singular values 3 and 1, turned.
  const [c, s] = [0.6, 0.8];
  const A = [3 * c, 3 * s, -s, c];
  const model = pointwise({
    name: "A",
    inputs: 2,
    outputs: 2,
    value: ([x, y]) => [A[0] * x + A[1] * y, A[2] * x + A[3] * y],
    jacobian: () => A,
  });
  const root = pointwise({
    name: "‖x − c‖^½",
    inputs: 2,
    outputs: 2,
    value: ([x, y]) => [Math.sqrt(Math.sqrt((x - 0.1) ** 2 + (y + 0.2) ** 2)), 0],
  });
  const found = await modulus.measure(
    { model, target: root, domain: box([-1, -1], [1, 1]) },
    { samples: 4000 },
  );
  t.true(omegaOf({ ...found.model, points: found.model.points.slice(0, -2) }, (h) => 3 * h, 1e-6));
  t.true(Math.abs(found.model.holder!.exponent.value - 1) < 1e-3);
  t.true(Math.abs(found.target!.holder!.exponent.value - 0.5) < 1e-3);
});

test("on a curve pairs stay on it, at most h apart in the domain's own coordinates", async (t) => {
  // The unit circle: y − x between points a chord h apart changes by √2·h at most, and h·√2·√(1 − h²/4) is less.
  const circle = curve({
    name: "circle",
    length: 2 * Math.PI,
    inputs: 2,
    point(s, point, tangent) {
      point[0] = cos64(s);
      point[1] = sin64(s);
      tangent[0] = -point[1];
      tangent[1] = point[0];
    },
  });
  const domain: Domain = {
    inputs: 2,
    low: [-1, -1],
    high: [1, 1],
    sample: () => new Float64Array(0),
    segments: () => [circle],
  };
  const linear = (derivative: boolean) =>
    pointwise({
      name: "y − x",
      inputs: 2,
      value: ([x, y]) => y - x,
      ...(derivative && { jacobian: () => [-1, 1] }),
    });
  for (const derivative of [true, false]) {
    const { model } = await modulus.measure(
      { model: linear(derivative), domain },
      { samples: 2000, largest: 1 },
    );
    // A chord that lies along (−1, 1) is the steepest.
    t.true(omegaOf(model, (h) => Math.SQRT2 * h, 1e-6));
  }
});

test("property: ω never falls with h, halves hold half, and a Lipschitz constant bounds it", async (t) => {
  const wave = fc.record({
    a: fc.double({ min: 0.1, max: 3, noNaN: true }),
    w: fc.double({ min: 0.1, max: 30, noNaN: true }),
    phase: fc.double({ min: 0, max: 6, noNaN: true }),
    derivative: fc.boolean(),
    seed: fc.nat(1000),
  });
  await fc.assert(
    fc.asyncProperty(wave, async ({ a, w, phase, derivative, seed }) => {
      const model = pointwise({
        name: "wave",
        inputs: 1,
        value: ([x]) => a * sin64(w * x + phase),
        ...(derivative && { jacobian: ([x]: Float64Array) => a * w * cos64(w * x + phase) }),
      });
      const { points } = (
        await modulus.measure({ model, domain: box([0], [2]) }, { seed, samples: 200, scales: 6, starts: 2 })
      ).model;
      return points.every(
        ({ h, omega }, i) =>
          omega <= a * w * h * (1 + 1e-9) &&
          omega <= 2 * a &&
          (i === 0 || (omega >= points[i - 1].omega && omega <= 2 * points[i - 1].omega * (1 + 1e-9))),
      );
    }),
    { numRuns: 25 },
  );
  t.pass();
});

test("the widest gaps in windows are those over all pairs", (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -9, max: 9 })), {
        minLength: 1,
        maxLength: 40,
      }),
      fc.integer({ min: 0, max: 20 }),
      (steps, h) => {
        let at = 0;
        const x = Float64Array.from(steps, ([step]) => (at += step));
        const y = Float64Array.from(steps, ([, value]) => (value === 9 ? Number.NaN : value));
        const { pairs, sizes } = widestGaps(x, 1, y, 1, h);
        let widest = 0;
        let all = 0;
        for (let r = 0; r < x.length; r++) {
          if (!Number.isNaN(sizes[r])) {
            const [a, b] = pairs.subarray(2 * r, 2 * r + 2);
            if (Math.abs(x[a] - x[b]) > h || Math.abs(y[a] - y[b]) !== sizes[r]) return false;
            widest = Math.max(widest, sizes[r]);
          }
          for (let s = 0; s < r; s++)
            if (x[r] - x[s] <= h && Math.abs(y[r] - y[s]) > all) all = Math.abs(y[r] - y[s]);
        }
        return widest === all;
      },
    ),
  );
  t.pass();
});

test("pairs that are contracted lie in the box, at most h apart, about the same middle", (t) => {
  const chart = { low: [-1, 0, 2], high: [1, 3, 2.5] };
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -2, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 }),
      fc.double({ min: 1e-6, max: 3, noNaN: true }),
      (numbers, h) => {
        const z = Float64Array.from(numbers);
        contract(chart, h, z, 1);
        const again = z.slice();
        contract(chart, h, again, 1);
        const distance = Math.hypot(z[0] - z[3], z[1] - z[4], z[2] - z[5]);
        const inside = z.every((value, i) => value >= chart.low[i % 3] && value <= chart.high[i % 3]);
        return inside && distance <= h + 1e-15 && again.every((value, i) => Math.abs(value - z[i]) < 1e-14);
      },
    ),
  );
  t.pass();
});

test("same seed, same result; JSON keeps it all; constants and functions without values are told", async (t) => {
  const subject: Subject = { model: cusp(0.5, true), target: cusp(1, false), domain: box([-1], [1]) };
  const options = { samples: 300, scales: 6, starts: 2 };
  const one = await modulus.measure(subject, { ...options, seed: 3 });
  t.deepEqual(await modulus.measure(subject, { ...options, seed: 3 }), one);
  t.deepEqual(JSON.parse(JSON.stringify(one)), one);
  t.is(one.model.points.length, 6);
  for (const value of [2, Number.NaN]) {
    const model = pointwise({ name: "constant", inputs: 1, value: () => value });
    const found = await modulus.measure({ model, domain: box([0], [1]) }, options);
    t.true(found.model.points.every(({ omega }) => omega === 0));
    t.is(found.model.holder, null);
    t.is(found.target, null);
  }
});

test("what makes no sense is refused, and an abort is heard", async (t) => {
  const subject: Subject = { model: cusp(1, true), domain: box([-1], [1]) };
  const usage = (message: RegExp) => ({ instanceOf: PlateauError, code: "usage", message });
  await t.throwsAsync(
    modulus.measure(subject, { scales: 3 }),
    usage(/modulus: scales is 3: expected at least 5/),
  );
  await t.throwsAsync(modulus.measure(subject, { largest: 0 }), usage(/largest is 0/));
  await t.throwsAsync(modulus.measure({ ...subject, domain: box([0, 0], [1, 1]) }), usage(/points have 2/));
  await t.throwsAsync(modulus.measure(subject, { signal: AbortSignal.abort() }), { code: "aborted" });
});
