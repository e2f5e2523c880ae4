import test from "ava";
import fc from "fast-check";
import { errorNorms } from "../../src/analysis/error-norms.js";
import type { Subject } from "../../src/analysis/measure.js";
import { errors } from "../../src/analysis/metrics/errors.js";
import { quantile } from "../../src/analysis/statistics/bootstrap.js";
import { resampledQuantiles } from "../../src/analysis/statistics/error-quantiles.js";
import { PlateauError } from "../../src/errors.js";
import { sharedEngine } from "../../src/runtime/engine.js";
import { box, curve, type Domain } from "../../src/targets/domain.js";
import { type BatchFunction, pointwise } from "../../src/targets/function.js";

const { sin64, cos64, exp64 } = sharedEngine().kernels;

const zero = (inputs = 1, outputs = 1): BatchFunction =>
  pointwise({
    name: "0",
    inputs,
    outputs,
    value: () => new Float64Array(outputs),
    jacobian: () => new Float64Array(inputs * outputs),
  });
const sine = (k: number) =>
  pointwise({
    name: `sin(${k}x)`,
    inputs: 1,
    value: ([x]) => sin64(k * x),
    jacobian: ([x]) => k * cos64(k * x),
  });
const period = box([0], [2 * Math.PI]);

const holds = (interval: { low: number; high: number } | null, value: number) =>
  interval !== null && interval.low <= value && value <= interval.high;

test("sin(kx) against 0: RMSE 1/√2, MAE 2/π, median √½, sup 1, H¹ k/√2", async (t) => {
  for (const k of [1, 5]) {
    const found = await errorNorms.measure({ model: sine(k), target: zero(), domain: period });
    t.is(found.samples, 4096);
    t.true(holds(found.rmse, Math.SQRT1_2));
    t.true(holds(found.mae, 2 / Math.PI));
    t.true(holds(found.quantiles["50"], Math.SQRT1_2));
    // |sin| is below s for a share (2/π)·asin s of a period.
    t.true(holds(found.quantiles["90"], Math.sin((0.9 * Math.PI) / 2)));
    t.true(Math.abs(found.sup!.value - 1) < 1e-12);
    t.true(holds(found.h1!.rms, k / Math.SQRT2));
    t.is(found.h1!.along, "domain");
    t.is(found.relativeL2, null, "the truth has norm 0");
    t.is(found.h1!.relative, null);
    t.is(found.r2, null);
  }
});

test("0 against sin: relative errors are exactly 1", async (t) => {
  const found = await errorNorms.measure({ model: zero(), target: sine(3), domain: period });
  t.deepEqual(found.relativeL2, { value: 1, low: 1, high: 1 });
  t.deepEqual(found.h1!.relative, { value: 1, low: 1, high: 1 });
});

test("a constant shift is every norm at once, and no error of the derivative", async (t) => {
  const shifted = pointwise({
    name: "shifted",
    inputs: 2,
    outputs: 2,
    value: ([x, y]) => [x * y + 0.25, x - y - 0.25],
    jacobian: ([x, y]) => [y, x, 1, -1],
  });
  const target = pointwise({
    name: "target",
    inputs: 2,
    outputs: 2,
    value: ([x, y]) => [x * y, x - y],
    jacobian: ([x, y]) => [y, x, 1, -1],
  });
  const found = await errorNorms.measure({ model: shifted, target, domain: box([0, -1], [3, 1]) });
  const same = (one: { value: number; low: number; high: number } | null) => {
    for (const value of [one!.value, one!.low, one!.high]) t.true(Math.abs(value - 0.25) < 1e-12);
  };
  for (const one of [found.rmse, found.mae, ...Object.values(found.quantiles)]) same(one);
  t.true(Math.abs(found.sup!.value - 0.25) < 1e-12);
  t.is(found.h1!.rms!.high, 0);
  t.is(found.h1!.relative!.high, 0);
  // Variance of xy is E x²·E y² − 0 = 3·(1/3), of x − y it is 9/12 + 1/3.
  t.true(holds(found.r2, 1 - (2 * 0.0625) / (1 + 13 / 12)));
});

/** A bump of height 1 and width w at c, off the grid of anything. */
const bump = (c: readonly number[], w: number, derivative: boolean): BatchFunction =>
  pointwise({
    name: "bump",
    inputs: c.length,
    value: (x) => exp64(-squared(x, c) / (w * w)),
    ...(derivative && {
      jacobian: (x: Float64Array) => {
        const height = exp64(-squared(x, c) / (w * w));
        return c.map((at, k) => ((-2 * (x[k] - at)) / (w * w)) * height);
      },
    }),
  });
const squared = (x: ArrayLike<number>, c: readonly number[]) =>
  c.reduce((sum, at, k) => sum + (x[k] - at) * (x[k] - at), 0);

test("the top of a bump is found to 1e-6 from few samples, with a derivative and without", async (t) => {
  for (const derivative of [true, false]) {
    for (const c of [[0.123456], [0.31, -0.77], [0.2, 0.4, -0.6, 0.1]]) {
      const domain = box(
        c.map(() => -1),
        c.map(() => 1),
      );
      const subject = { model: bump(c, 0.5, derivative), target: zero(c.length), domain };
      const { sup } = await errorNorms.measure(subject, { samples: 64 });
      t.true(sup!.sampled < 1 - 1e-6, "samples alone do not find it");
      t.true(Math.abs(sup!.value - 1) < 1e-6, `${c.length} inputs: ${sup!.value}`);
      for (const [k, at] of c.entries()) t.true(Math.abs(sup!.at[k] - at) < 1e-3);
      t.is(sup!.method, derivative ? "gradient ascent, then compass search" : "compass search");
    }
  }
});

test("in many dimensions gradient ascent alone finds it, and an ill-conditioned one", async (t) => {
  const c = Array.from({ length: 24 }, (_, k) => Math.sin(k) / 2);
  const scale = c.map((_, k) => 1 + 9 * (k / 23));
  const model = pointwise({
    name: "paraboloid",
    inputs: 24,
    value: (x) =>
      7 - c.reduce((sum, at, k) => sum + scale[k] * scale[k] * (x[k] - at) * (x[k] - at), 0) / 1e3,
    jacobian: (x) => c.map((at, k) => (-2 * scale[k] * scale[k] * (x[k] - at)) / 1e3),
  });
  const domain = box(
    c.map(() => -1),
    c.map(() => 1),
  );
  const { sup } = await errorNorms.measure({ model, target: zero(24), domain }, { samples: 100 });
  t.is(sup!.method, "gradient ascent");
  t.true(7 - sup!.sampled > 0.05);
  t.true(Math.abs(sup!.value - 7) < 1e-6, `${sup!.value}`);
});

test("the largest error at a corner and at a kink is exact", async (t) => {
  const corner = pointwise({
    name: "x + 2y",
    inputs: 2,
    value: ([x, y]) => x + 2 * y,
    jacobian: () => [1, 2],
  });
  const found = await errorNorms.measure({ model: corner, target: zero(2), domain: box([0, 0], [1, 3]) });
  t.is(found.sup!.value, 7);
  t.deepEqual(found.sup!.at, [1, 3]);
  const kink = pointwise({
    name: "1 − |x − π/10|",
    inputs: 1,
    value: ([x]) => 1 - Math.abs(x - Math.PI / 10),
    jacobian: ([x]) => (x < Math.PI / 10 ? 1 : -1),
  });
  const top = await errorNorms.measure(
    { model: kink, target: zero(), domain: box([0], [1]) },
    { samples: 32 },
  );
  t.true(Math.abs(top.sup!.value - 1) < 1e-6);
});

/** The study's curve: points (u, ∛u) only. */
const onCurve: Domain = (() => {
  const { cbrt64 } = sharedEngine().kernels;
  const segment = curve({
    name: "x ↦ (x³, x)",
    length: 2,
    inputs: 2,
    point(s, point, tangent) {
      const x = s - 1;
      point[0] = x * x * x;
      point[1] = x;
      tangent[0] = 3 * x * x;
      tangent[1] = 1;
    },
  });
  const line = box([-1], [1]);
  return {
    inputs: 2,
    low: [-1, -1],
    high: [1, 1],
    sample(seed, start, count) {
      const u = line.sample(seed, start, count);
      return Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 ? cbrt64(u[i >> 1]) : u[i >> 1]));
    },
    segments: () => [segment],
  };
})();

test("on a curve refinement and derivatives stay on the curve", async (t) => {
  // y − x is 2 in a corner of the box; on the curve y − y³ is 2/(3√3) at most.
  const model = pointwise({ name: "y − x", inputs: 2, value: ([x, y]) => y - x, jacobian: () => [-1, 1] });
  const found = await errorNorms.measure({ model, target: zero(2), domain: onCurve }, { samples: 50 });
  t.true(Math.abs(found.sup!.value - 2 / (3 * Math.sqrt(3))) < 1e-9);
  t.true(Math.abs(found.sup!.at[0] - found.sup!.at[1] ** 3) < 1e-12);
  t.is(found.h1!.along, "segments");
  // A function that vanishes on the curve has no error there, whatever it does beside it.
  const beside = pointwise({
    name: "y³ − x",
    inputs: 2,
    value: ([x, y]) => 5 * (y * y * y - x),
    jacobian: ([, y]) => [-5, 15 * y * y],
  });
  const none = await errorNorms.measure({ model: beside, target: zero(2), domain: onCurve }, { samples: 50 });
  t.true(none.sup!.value < 1e-14 && none.h1!.rms!.value < 1e-14);
});

test("on a domain with a chart refinement searches the chart's box", async (t) => {
  // The paraboloid z = u² + v²; on it z − 3x is greatest at u = −1, v = ±1, 2x − z at u = 1, v = 0.
  const sheet = box([-1, -1], [1, 1]);
  const map = pointwise({
    name: "paraboloid",
    inputs: 2,
    outputs: 3,
    value: ([u, v]) => [u, v, u * u + v * v],
    jacobian: ([u, v]) => [1, 0, 0, 1, 2 * u, 2 * v],
  });
  const domain: Domain = {
    inputs: 3,
    low: [-1, -1, 0],
    high: [1, 1, 2],
    sample: (seed, start, count) => map.evaluate(sheet.sample(seed, start, count), count),
    segments: () => [],
    chart: { low: sheet.low, high: sheet.high, map },
  };
  const linear = (x: number, z: number, derivative: boolean) =>
    pointwise({
      name: "linear",
      inputs: 3,
      value: (at) => 10 + x * at[0] + z * at[2],
      ...(derivative && { jacobian: () => [x, 0, z] }),
    });
  for (const derivative of [true, false]) {
    const target = pointwise({ name: "0", inputs: 3, value: () => 0 });
    const subject = { target: derivative ? zero(3) : target, domain };
    const corner = await errorNorms.measure(
      { ...subject, model: linear(-3, 1, derivative) },
      { samples: 50 },
    );
    t.is(corner.sup!.value, 15);
    t.is(corner.sup!.method, derivative ? "gradient ascent, then compass search" : "compass search");
    // Derivatives are compared along segments, of which there are none here.
    t.deepEqual(
      corner.h1,
      derivative ? { samples: 0, along: "segments", rms: null, relative: null, notFinite: 0 } : null,
    );
    const inside = await errorNorms.measure(
      { ...subject, model: linear(2, -1, derivative) },
      { samples: 50 },
    );
    t.true(Math.abs(inside.sup!.value - 11) < 1e-9);
    t.true(Math.abs(inside.sup!.at[2] - inside.sup!.at[0] ** 2 - inside.sup!.at[1] ** 2) < 1e-12);
  }
});

test("what segments miss, points of the domain still count: sup is never below the largest of them", async (t) => {
  const short = curve({
    name: "a part of it",
    length: 0.5,
    inputs: 2,
    point(s, point, tangent) {
      [point[0], point[1]] = [s * s * s, s];
      [tangent[0], tangent[1]] = [3 * s * s, 1];
    },
  });
  const model = pointwise({ name: "y", inputs: 2, value: ([, y]) => y });
  const found = await errorNorms.measure(
    { model, target: zero(2), domain: { ...onCurve, segments: () => [short] } },
    { samples: 100 },
  );
  t.true(found.largest! > 0.9);
  t.is(found.sup!.value, found.largest!);
  t.is(Math.abs(found.sup!.at[1]), found.largest!);
});

test("derivatives along a curve are by arc length", async (t) => {
  const model = pointwise({ name: "y", inputs: 2, value: ([, y]) => y, jacobian: () => [0, 1] });
  const { h1 } = await errorNorms.measure({ model, target: zero(2), domain: onCurve });
  // (dy/ds)² = 1/(1 + 9y⁴), averaged over arc length: ∫(1 + 9y⁴)^−½ dy / ∫(1 + 9y⁴)^½ dy.
  let top = 0;
  let bottom = 0;
  for (let i = 0; i < 20_000; i++) {
    const y = (i + 0.5) / 20_000;
    const speed = Math.sqrt(1 + 9 * y ** 4);
    top += 1 / speed;
    bottom += speed;
  }
  t.true(holds(h1!.rms, Math.sqrt(top / bottom)));
});

test("with many outputs signs stand for the rows of the Jacobian", async (t) => {
  const q = 20;
  const model = pointwise({
    name: "sines",
    inputs: 2,
    outputs: q,
    value: ([x, y]) => Float64Array.from({ length: q }, (_, j) => sin64(x + j) + 0.1 * j * y),
    jacobian: ([x]) =>
      Float64Array.from({ length: 2 * q }, (_, i) => (i % 2 ? 0.05 * (i - 1) : cos64(x + i / 2))),
  });
  const domain = box([0, 0], [2 * Math.PI, 1]);
  const { h1 } = await errorNorms.measure({ model, target: zero(2, q), domain }, { samples: 100 });
  t.true(holds(h1!.rms, Math.sqrt(0.5 + (0.01 * ((q - 1) * q * (2 * q - 1))) / 6 / q)), JSON.stringify(h1));
});

test("property: refining never lowers the largest error, and stays in the box", async (t) => {
  const wave = fc.record({
    a: fc.double({ min: -3, max: 3, noNaN: true }),
    w: fc.double({ min: -40, max: 40, noNaN: true }),
    u: fc.double({ min: -40, max: 40, noNaN: true }),
    kink: fc.boolean(),
    derivative: fc.boolean(),
    seed: fc.nat(1000),
  });
  await fc.assert(
    fc.asyncProperty(wave, async ({ a, w, u, kink, derivative, seed }) => {
      const inside = (x: Float64Array) => a * sin64(w * x[0] + u * x[1]) + x[0] * x[1];
      const model = pointwise({
        name: "wave",
        inputs: 2,
        value: (x) => (kink ? Math.abs(inside(x)) : inside(x)),
        ...(derivative && {
          jacobian: (x: Float64Array) => {
            const c = a * cos64(w * x[0] + u * x[1]);
            const sign = kink && inside(x) < 0 ? -1 : 1;
            return [sign * (c * w + x[1]), sign * (c * u + x[0])];
          },
        }),
      });
      const domain = box([-1, 0], [2, 1]);
      const subject = { model, target: zero(2), domain };
      const { sup } = await errorNorms.measure(subject, {
        samples: 40,
        starts: 4,
        seed,
        derivativeSamples: 2,
      });
      const { at, value, sampled } = sup!;
      return (
        value >= sampled &&
        at.every((x, k) => x >= domain.low[k] && x <= domain.high[k]) &&
        Math.abs(value - Math.abs(model.evaluate(Float64Array.from(at), 1)[0])) < 1e-12
      );
    }),
    { numRuns: 30 },
  );
  t.pass();
});

test("quantiles of resamples are those of the resampled numbers", (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 24 }),
      fc.integer({ min: 1, max: 3 }),
      fc.infiniteStream(fc.nat(1e6)),
      (values, width, draws) => {
        const n = Math.floor(values.length / width);
        if (n < 1) return true;
        const counts = new Uint32Array(n);
        for (let i = 0; i < n; i++) counts[draws.next().value % n]++;
        const all: number[] = [];
        for (let i = 0; i < n * width; i++) {
          for (let c = 0; c < counts[Math.floor(i / width)]; c++) all.push(values[i]);
        }
        all.sort((a, b) => a - b);
        const levels = [0, 0.5, 0.9, 0.99, 1];
        const found = resampledQuantiles(
          Float64Array.from(values.slice(0, n * width)),
          width,
          levels,
        )(counts);
        return levels.every((level, k) => Math.abs(found[k] - quantile(all, level)) < 1e-12);
      },
    ),
  );
  t.pass();
});

test("intervals hold the true norm in about 95% of seeds", async (t) => {
  let hits = 0;
  const subject: Subject = { model: sine(1), target: zero(), domain: period };
  for (let seed = 0; seed < 40; seed++) {
    const { rmse } = await errorNorms.measure(subject, {
      seed,
      samples: 100,
      starts: 1,
      steps: 0,
      derivativeSamples: 2,
    });
    if (holds(rmse, Math.SQRT1_2)) hits++;
  }
  // Binomial(40, 0.95) is below 34 with probability 0.003.
  t.true(hits >= 34, `${hits} of 40`);
});

test("same seed, same result; norms are those of the plain function; JSON keeps it all", async (t) => {
  const subject: Subject = { model: sine(2), target: sine(1), domain: period };
  const one = await errorNorms.measure(subject, { seed: 7, samples: 300 });
  t.deepEqual(await errorNorms.measure(subject, { seed: 7, samples: 300 }), one);
  t.notDeepEqual(await errorNorms.measure(subject, { seed: 8, samples: 300 }), one);
  t.deepEqual(JSON.parse(JSON.stringify(one)), one);
  const x = period.sample(7, 0, 300);
  const plain = errors(subject.model.evaluate(x, 300), subject.target!.evaluate(x, 300), 1);
  t.is(one.rmse!.value, plain.rmse);
  t.is(one.r2!.value, plain.r2);
  t.is(one.largest, plain.sup);
  t.regex(errorNorms.describe(one), /^RMSE 1 \(95% interval .*largest found is 1\.76/);
  const rough = await errorNorms.measure(subject, { seed: 7, samples: 300, resamples: 100 });
  t.is(rough.rmse!.value, one.rmse!.value);
  t.not(rough.rmse!.low, one.rmse!.low);
  t.deepEqual(rough.sup, one.sup);
});

test("test data are used as they are; without a target there is no sup and no H¹", async (t) => {
  const test = { x: Float32Array.of(0, 1, 2, 3), y: Float32Array.of(1, 1, 1, -3), count: 4 };
  const found = await errorNorms.measure({ model: zero(), domain: box([0], [3]), test });
  t.is(found.source, "test data");
  t.is(found.rmse!.value, Math.sqrt(3));
  t.is(found.largest, 3);
  t.is(found.sup, null);
  t.is(found.h1, null);
});

test("a model that is not finite somewhere has no norms, and says where it stands", async (t) => {
  const model = pointwise({ name: "log", inputs: 1, value: ([x]) => (x < 0.5 ? Number.NaN : x) });
  const found = await errorNorms.measure({ model, target: zero(), domain: box([0], [1]) }, { samples: 100 });
  t.is(found.rmse, null);
  t.true(found.notFinite > 30 && found.notFinite < 70);
  t.is(found.sup!.value, 1);
  t.regex(errorNorms.describe(found), /not finite at \d+ of 100 points/);
  t.deepEqual(JSON.parse(JSON.stringify(found)), found);
});

test("what makes no sense is refused, and an abort is heard", async (t) => {
  const subject: Subject = { model: zero(), target: zero(), domain: period };
  const usage = (message: RegExp) => ({ instanceOf: PlateauError, code: "usage", message });
  await t.throwsAsync(errorNorms.measure(subject, { starts: 0 }), usage(/errors: starts is 0/));
  await t.throwsAsync(errorNorms.measure(subject, { resamples: 2 }), usage(/errors: resamples is 2/));
  await t.throwsAsync(errorNorms.measure(subject, { start: 1 } as object), usage(/start is no option/));
  await t.throwsAsync(
    errorNorms.measure({ model: zero(), domain: period }),
    usage(/give a target or test data/),
  );
  await t.throwsAsync(
    errorNorms.measure({ ...subject, domain: box([0, 0], [1, 1]) }),
    usage(/domain's points have 2/),
  );
  await t.throwsAsync(errorNorms.measure(subject, { signal: AbortSignal.abort() }), { code: "aborted" });
});
