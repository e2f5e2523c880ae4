import test from "ava";
import { spectrumRecorder } from "../../src/analysis/spectra/spectrum-recorder.js";
import { type Spectrum, spectrum } from "../../src/analysis/spectrum.js";
import { PlateauError } from "../../src/errors.js";
import { mlp } from "../../src/nn/mlp.js";
import { Model } from "../../src/nn/model.js";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import { box, curve } from "../../src/targets/domain.js";
import { type BatchFunction, pointwise } from "../../src/targets/function.js";
import { arrayData } from "../../src/training/data.js";
import { train } from "../../src/training/train.js";

const near = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance;
const wave = (cycles: number, amplitude = 1, phase = 0.2) =>
  pointwise({
    name: `sine ${cycles}`,
    inputs: 1,
    value: ([x]) => amplitude * Math.sin(2 * Math.PI * cycles * x + phase),
  });
const zero = (inputs: number) => pointwise({ name: "zero", inputs, value: () => 0 });
const plus = (...parts: BatchFunction[]) =>
  pointwise({
    name: "sum",
    inputs: parts[0].inputs,
    value: (x) => parts.reduce((total, part) => total + part.evaluate(x, 1)[0], 0),
  });
const powers = ({ bands }: Spectrum, key: "target" | "residual") => bands.map((band) => band[key]);
const unit = box([0], [1]);

test("a pure sine has all its energy, A²/2, in its octave, and none elsewhere", async (t) => {
  for (const [cycles, band] of [
    [5, 2],
    [6, 2],
    [100, 6],
    [1500, 10],
  ]) {
    const result = await spectrum.measure({ model: zero(1), target: wave(cycles, 2), domain: unit });
    t.is(result.bands.length, 11);
    t.true(result.bands[band].low <= cycles && cycles < result.bands[band].high);
    for (const [b, power] of powers(result, "target").entries())
      t.true(near(power, b === band ? 2 : 0, 1e-10));
    // The zero model misses all of it.
    t.deepEqual(
      result.bands.map(({ relativeError }) => relativeError === null),
      result.bands.map((_, b) => b !== band),
    );
    t.true(near(result.bands[band].relativeError!, 1, 1e-12));
    t.is(result.resolved, 0);
  }
});

test("frequencies are in cycles per unit of length", async (t) => {
  // 12 cycles on [−2, 2] are 3 a unit.
  const result = await spectrum.measure({ model: zero(1), target: wave(3), domain: box([-2], [2]) });
  t.is(result.bands[0].low, 0.25);
  const band = result.bands.find(({ target }) => target > 0.1)!;
  t.deepEqual([band.low, band.high], [2, 4]);
});

test("a model that is its target has no residual at all", async (t) => {
  const f = plus(wave(3), wave(40));
  const result = await spectrum.measure({ model: f, target: f, domain: unit });
  t.true(powers(result, "residual").every((power) => power === 0));
  t.is(result.constant.residual, 0);
  t.is(result.resolved, 128 / 2);
  t.regex(spectrum.describe(result), /^every octave of the target is met/);
});

test("a model that has the low frequencies alone is told so, octave by octave", async (t) => {
  const target = plus(wave(5), wave(24, 0.5), wave(200, 0.25));
  const model = plus(wave(5, 0.9), wave(24, 0.3));
  const result = await spectrum.measure({ model, target, domain: unit });
  const told = result.bands.filter(({ relativeError }) => relativeError !== null);
  t.deepEqual(
    told.map(({ low }) => low),
    [4, 16, 128],
  );
  // 10% of the first, 40% of the second, all of the third.
  for (const [i, expected] of [0.1, 0.4, 1].entries()) t.true(near(told[i].relativeError!, expected, 1e-9));
  t.is(result.resolved, 32);
  t.regex(spectrum.describe(result), /below 32 cycles per unit are met/);
  t.regex(spectrum.describe(result), /100% at 128 to 256/);
});

test("octaves that hardly carry the target do not decide what is resolved", async (t) => {
  const target = plus(wave(6), wave(100, 1e-3));
  const result = await spectrum.measure({ model: wave(6), target, domain: unit });
  t.true(near(result.bands[6].relativeError!, 1, 1e-9));
  t.is(result.resolved, 8);
  t.regex(spectrum.describe(result), /^every octave of the target is met/);
});

test("a constant error is no frequency", async (t) => {
  const result = await spectrum.measure({
    model: plus(wave(5), pointwise({ name: "half", inputs: 1, value: () => 0.5 })),
    target: wave(5),
    domain: unit,
  });
  t.true(near(result.constant.residual, 0.25, 1e-12));
  t.true(powers(result, "residual").every((power) => power < 1e-25));
});

test("outputs are summed over", async (t) => {
  const both = pointwise({
    name: "two waves",
    inputs: 1,
    outputs: 2,
    value: ([x]) => [Math.sin(2 * Math.PI * 6 * x), 2 * Math.sin(2 * Math.PI * 12 * x)],
  });
  const none = pointwise({ name: "none", inputs: 1, outputs: 2, value: () => [0, 0] });
  const result = await spectrum.measure({ model: none, target: both, domain: unit });
  t.true(near(result.bands[2].target, 0.5, 1e-10));
  t.true(near(result.bands[3].target, 2, 1e-10));
});

test("white noise is flat: an octave's energy is its number of frequencies, within its interval", async (t) => {
  const N = 4096;
  const noise: BatchFunction = {
    name: "noise",
    inputs: 1,
    outputs: 1,
    evaluate: (_, count) => uniform64(streamKey(5, "noise"), 0, count).map((u) => u - 0.5),
  };
  for (const window of ["hann", "none"] as const) {
    const { bands } = await spectrum.measure({ model: zero(1), target: noise, domain: unit }, { window });
    for (const [b, { target }] of bands.entries()) {
      const frequencies = b === 10 ? 1025 : 2 ** b;
      // Each has mean σ²·2/N (the last one half of it) and as large a deviation; Hann's window, which
      // makes neighbours depend on each other, widens the sum's by √(35/18).
      const expected = (frequencies - (b === 10 ? 0.5 : 0)) * ((1 / 12) * (2 / N));
      const deviation = Math.sqrt((window === "hann" ? 35 / 18 : 1) / frequencies);
      t.true(Math.abs(target / expected - 1) < 4 * deviation, `octave ${b}: ${target / expected}`);
    }
  }
});

test("a plane wave lies in the octave of its frequency vector's length, along chords it is slower", async (t) => {
  const plane = pointwise({
    name: "plane wave",
    inputs: 2,
    value: ([x, y]) => Math.sin(2 * Math.PI * (4 * x + 5 * y)),
  });
  const result = await spectrum.measure({ model: zero(2), target: plane, domain: box([0, 0], [1, 1]) });
  const grid = result.grid!;
  t.is(grid.samples, 128);
  t.is(grid.segments, 1);
  for (const [b, power] of powers(grid, "target").entries()) t.true(near(power, b === 2 ? 0.5 : 0, 1e-9));
  t.is(grid.bands[2].low, 4);
  t.is(result.segments, 32);
  t.true(result.bands.every(({ relativeError }) => relativeError === null || near(relativeError, 1, 1e-12)));
  // No chord can show more than |k| = 6.4 cycles a unit; Hann's skirts reach a little further.
  const fast = result.bands.filter(({ low }) => low >= 12).reduce((sum, { target }) => sum + target, 0);
  const all = powers(result, "target").reduce((sum, power) => sum + power, 0);
  t.true(fast < 0.01 * all);
});

test("sides of different length count by their length", async (t) => {
  const plane = pointwise({
    name: "plane wave",
    inputs: 2,
    value: ([x, y]) => Math.sin(2 * Math.PI * (6 * x + 0 * y)),
  });
  const { grid } = await spectrum.measure(
    { model: zero(2), target: plane, domain: box([0, 0], [1, 4]) },
    { segments: 1 },
  );
  t.is(grid!.bands[0].low, 0.25);
  const band = grid!.bands.find(({ target }) => target > 0.4)!;
  t.deepEqual([band.low, band.high], [4, 8]);
});

test("a domain that is a curve in the plane gets no grid unless asked", async (t) => {
  const square = box([-1, 0], [1, 1]);
  const parabola = {
    ...square,
    sample: (seed: number, start: number, count: number) => {
      const x = square.sample(seed, start, count);
      for (let i = 0; i < count; i++) x[2 * i + 1] = x[2 * i] * x[2 * i];
      return x;
    },
    segments: () => [
      curve({
        name: "the parabola",
        length: 2,
        inputs: 2,
        point: (s, point, tangent) => {
          point.set([s - 1, (s - 1) ** 2]);
          tangent.set([1, 2 * (s - 1)]);
        },
      }),
    ],
  };
  const target = pointwise({
    name: "wave along x",
    inputs: 2,
    value: ([x]) => Math.sin(2 * Math.PI * 3 * x),
  });
  const result = await spectrum.measure({ model: zero(2), target, domain: parabola });
  t.is(result.grid, null);
  t.is(result.segments, 1);
  t.true(near(result.bands[2].target, 0.5, 1e-10));
  t.is(result.bands[2].interval, null);
  t.truthy((await spectrum.measure({ model: zero(2), target, domain: parabola }, { grid: 16 })).grid);
});

test("over many segments the relative error has an interval around it, seeded", async (t) => {
  const target = pointwise({ name: "product", inputs: 3, value: ([x, y, z]) => Math.sin(9 * x) * y + z });
  const model = pointwise({ name: "no z", inputs: 3, value: ([x, y]) => Math.sin(9 * x) * y });
  const subject = { model, target, domain: box([0, 0, 0], [1, 1, 1]) };
  const result = await spectrum.measure(subject, { samples: 300, segments: 20, perLine: true, seed: 3 });
  t.is(result.samples, 256);
  t.is(result.lines.length, 20);
  for (const { relativeError, interval } of result.bands) {
    if (relativeError === null) continue;
    t.true(interval!.low <= relativeError && relativeError <= interval!.high);
    t.true(interval!.low < interval!.high);
  }
  t.deepEqual(JSON.parse(JSON.stringify(result)), result);
  t.deepEqual(
    await spectrum.measure(subject, { samples: 300, segments: 20, perLine: true, seed: 3 }),
    result,
  );
  t.notDeepEqual(
    await spectrum.measure(subject, { samples: 300, segments: 20, perLine: true, seed: 4 }),
    result,
  );
});

test("a target that does not vary has no spectrum, and is not divided by", async (t) => {
  const constant = pointwise({ name: "seven", inputs: 1, value: () => 7 });
  const result = await spectrum.measure({ model: wave(3), target: constant, domain: unit });
  t.true(result.bands.every(({ relativeError }) => relativeError === null));
  t.regex(spectrum.describe(result), /does not vary/);
});

test("what makes no sense is refused, an abort is heard", async (t) => {
  const refused = (message: RegExp, subject: object, options = {}) =>
    t.throwsAsync(spectrum.measure({ model: zero(1), target: wave(1), domain: unit, ...subject }, options), {
      instanceOf: PlateauError,
      message,
    });
  await refused(/no target/, { target: undefined });
  await refused(/2 inputs/, { target: zero(2) });
  await refused(/window is "flat"/, {}, { window: "flat" });
  await refused(/samples is 8: expected at least 16/, {}, { samples: 8 });
  await refused(/grid needs 2 inputs/, {}, { grid: 64 });
  await refused(/is NaN at x/, { model: pointwise({ name: "lost", inputs: 1, value: () => Number.NaN }) });
  await refused(/sample is no option/, {}, { sample: 64 });
  await refused(/aborted/, {}, { signal: AbortSignal.abort() });
});

test("a recorder sees low frequencies learned before high ones", async (t) => {
  const rows = 512;
  const x = Float32Array.from({ length: rows }, (_, i) => -1 + (2 * (i + 0.5)) / rows);
  const f = (u: number) => Math.sin(2 * Math.PI * u) + Math.sin(2 * Math.PI * 2.5 * u);
  const network = new Model(mlp({ inputDim: 1, outputDim: 1, hidden: [32, 32, 32] }), { seed: 2 });
  const model: BatchFunction = {
    name: "network",
    inputs: 1,
    outputs: 1,
    evaluate: (points) => Float64Array.from(network.predict(new Float32Array(points))),
  };
  const target = pointwise({ name: "two sines", inputs: 1, value: ([u]) => f(u) });
  const recorder = spectrumRecorder({ model, target, domain: box([-1], [1]) }, { samples: 256 });
  recorder.record(0);
  await train(network, arrayData(x, Float32Array.from(x, f), rows), {
    steps: 1000,
    batch: 64,
    lr: 1e-2,
    warmup: 50,
    evaluateEvery: 50,
    evaluate: () => 0,
    onEvaluation: recorder.onEvaluation,
  });
  const { bands, steps } = recorder.history();
  t.deepEqual(
    steps.map(({ step }) => step),
    Array.from({ length: 21 }, (_, i) => 50 * i),
  );
  // One cycle a unit is two on the domain, two and a half are five.
  const slow = bands[1];
  const fast = bands[2];
  t.deepEqual([slow.low, fast.low], [1, 2]);
  t.true(slow.learnedAt !== null && fast.learnedAt !== null, JSON.stringify(bands));
  t.true(slow.learnedAt! < fast.learnedAt!, JSON.stringify(bands));
  t.true(steps[0].relativeError[1]! > 0.5);
  t.deepEqual(JSON.parse(JSON.stringify(recorder.history())), recorder.history());
});
