import test from "ava";
import fc from "fast-check";
import {
  powerSpectrum,
  powerSpectrum2,
  type Window,
  windowWeights,
} from "../../../src/analysis/spectra/fourier.js";
import { PlateauError } from "../../../src/errors.js";

const near = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance;
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** By the definition, in the plainest way. */
function slow(y: Float64Array, window: Window): number[] {
  const N = y.length;
  const w = windowWeights(N, window);
  const squares = sum(w.map((one) => one * one));
  const mean = sum(w.map((one, j) => one * y[j])) / sum(w);
  return Array.from({ length: N / 2 + 1 }, (_, k) => {
    let re = 0;
    let im = 0;
    for (let j = 0; j < N; j++) {
      re += w[j] * (y[j] - mean) * Math.cos((2 * Math.PI * j * k) / N);
      im += w[j] * (y[j] - mean) * Math.sin((2 * Math.PI * j * k) / N);
    }
    return ((k > 0 && k < N / 2 ? 2 : 1) * (re * re + im * im)) / (N * squares);
  });
}

const samples = fc
  .integer({ min: 2, max: 7 })
  .chain((log) =>
    fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2 ** log, maxLength: 2 ** log }),
  );

for (const window of ["hann", "none"] as const) {
  test(`power with window ${window} is that of the plain sum, and adds up to the mean square`, (t) => {
    fc.assert(
      fc.property(samples, (list) => {
        const y = Float64Array.from(list);
        const { power, constant } = powerSpectrum(y, window);
        const expected = slow(y, window);
        t.true(expected.every((value, k) => near(value, power[k], 1e-10)));
        const w = windowWeights(y.length, window);
        const squares = sum(w.map((one) => one * one));
        const mean = sum(w.map((one, j) => one * y[j])) / sum(w);
        t.true(near(constant, mean * mean, 1e-10));
        const energy = sum(y.map((value, j) => (w[j] * (value - mean)) ** 2)) / squares;
        t.true(near(sum(power), energy, 1e-10));
      }),
      { numRuns: 60 },
    );
  });
}

test("Hann's weights are symmetric with mean 1/2 and mean square 3/8", (t) => {
  const w = windowWeights(64, "hann");
  t.true(near(sum(w) / 64, 1 / 2, 1e-15));
  t.true(near(sum(w.map((one) => one * one)) / 64, 3 / 8, 1e-15));
  t.true(w.every((one, j) => near(one, w[63 - j], 1e-15)));
});

test("a sine of k whole cycles has A²/2, under Hann's window at k and its neighbours as 1/6, 2/3, 1/6", (t) => {
  const N = 256;
  const y = Float64Array.from(
    { length: N },
    (_, j) => 3 * Math.sin((2 * Math.PI * 20 * (j + 0.5)) / N + 0.3) + 7,
  );
  const plain = powerSpectrum(y, "none");
  t.true(near(plain.power[20], 4.5, 1e-12));
  t.true(near(plain.constant, 49, 1e-10));
  t.true(near(sum(plain.power), 4.5, 1e-12));
  const { power, constant } = powerSpectrum(y, "hann");
  t.true(near(sum(power), 4.5, 1e-12));
  t.true(near(constant, 49, 1e-10));
  // Hann: ½ at k, ¼ at k ± 1 in amplitude, over a mean square of 3/8.
  for (const [k, share] of [
    [19, 1 / 6],
    [20, 2 / 3],
    [21, 1 / 6],
  ]) {
    t.true(near(power[k], share * 4.5, 1e-12));
  }
});

test("a plane wave lies at its frequency vector; two dimensions keep Parseval's theorem", (t) => {
  const N = 32;
  const [a, b] = [3, -5];
  const y = Float64Array.from({ length: N * N }, (_, i) =>
    Math.cos((2 * Math.PI * (a * Math.floor(i / N) + b * (i % N))) / N + 0.1),
  );
  const { power } = powerSpectrum2(y, N, "none");
  // (3, −5) and (−3, 5) are one; k₁ ≥ 0 keeps the second.
  t.true(near(power[(N - 3) * (N / 2 + 1) + 5], 0.5, 1e-12));
  t.true(near(sum(power), 0.5, 1e-12));
  const windowed = powerSpectrum2(y, N, "hann");
  t.true(near(sum(windowed.power), 0.5, 1e-12));
});

test("a product of one-dimensional samples has the product of their spectra", (t) => {
  const N = 16;
  const f = Float64Array.from(
    { length: N },
    (_, j) => Math.sin((2 * Math.PI * 2 * j) / N) + 0.5 * Math.cos((2 * Math.PI * 7 * j) / N),
  );
  const g = Float64Array.from({ length: N }, (_, j) => Math.cos((2 * Math.PI * 3 * j) / N));
  const product = Float64Array.from({ length: N * N }, (_, i) => f[Math.floor(i / N)] * g[i % N]);
  const { power } = powerSpectrum2(product, N, "none");
  const F = powerSpectrum(f, "none").power;
  const G = powerSpectrum(g, "none").power;
  for (let k0 = 1; k0 < N / 2; k0++) {
    for (let k1 = 1; k1 < N / 2; k1++) {
      const both = power[k0 * (N / 2 + 1) + k1] + power[(N - k0) * (N / 2 + 1) + k1];
      t.true(near(both, F[k0] * G[k1], 1e-12));
    }
  }
});

test("no bit comes from the engine's own sines", (t) => {
  const y = Float64Array.from({ length: 512 }, (_, j) => ((j * j) % 37) / 37);
  const { cos, sin } = Math;
  try {
    // A size that no other test has made a table for.
    Math.cos = () => Number.NaN;
    Math.sin = () => Number.NaN;
    t.true(powerSpectrum(y, "hann").power.every(Number.isFinite));
  } finally {
    Object.assign(Math, { cos, sin });
  }
  const expected = slow(y, "hann");
  t.true(powerSpectrum(y, "hann").power.every((value, k) => near(value, expected[k], 1e-13)));
});

test("lengths that are no power of two are refused", (t) => {
  for (const N of [0, 2, 12, 100]) {
    t.throws(() => powerSpectrum(new Float64Array(N), "none"), {
      instanceOf: PlateauError,
      message: /power of two/,
    });
  }
});
