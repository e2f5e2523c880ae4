import test from "ava";
import { Engine } from "../../src/runtime/engine.js";
import { maximumUlp, ulpError, unaryFunctions } from "../kernels/ulp.js";

/** Largest errors bench/exhaustive.ts found over every 97th float32 (tanh: every 13th), rounded up. */
const bounds: Record<string, number> = {
  exp: 0.9,
  expm1: 0.501,
  log: 0.501,
  log1p: 0.501,
  tanh: 1.7,
  erf: 1.5,
  sin: 0.501,
  cos: 0.501,
  cbrt: 0.501,
};

for (const name of Object.keys(unaryFunctions)) {
  test(`${name} is within ${bounds[name]} ulp, from the smallest to the largest float32`, (t) => {
    const { ulp, at, wrong } = maximumUlp(new Engine(), name, 4099);
    t.deepEqual(wrong, []);
    t.true(ulp <= bounds[name], `${ulp} ulp at ${at}`);
  });
}

test("pow is within 0.52 ulp, subnormal results included", (t) => {
  const engine = new Engine();
  const n = 1 << 16;
  const [y, x, e] = [0, 0, 0].map(() => engine.allocate(4 * n));
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < 8; round++) {
    const base = engine.f32(x, n).map(() => 2 ** (uniform() * 250 - 125) * (1 + uniform()));
    // Exponents that bring the result anywhere from 2^-160 to 2^130.
    const power = base.map((value) => (uniform() * 290 - 160) / Math.log2(value));
    engine.f32(x, n).set(base);
    engine.f32(e, n).set(power);
    engine.kernels.vpow(y, x, e, n);
    const got = engine.f32(y, n);
    let worst = 0;
    for (let i = 0; i < n; i++)
      worst = Math.max(worst, ulpError(got[i], engine.kernels.pow64(base[i], power[i])));
    t.true(worst <= 0.52, `${worst} ulp`);
  }
});

test("sin and cos reduce the hardest and the largest arguments", (t) => {
  const engine = new Engine();
  const y = engine.allocate(32);
  const x = engine.allocate(32);
  // Values from 200-digit arithmetic; 16367173·2^72 is the float32 nearest to a multiple of π/2.
  const cases = [
    [16367173 * 2 ** 72, 1.0, -1.6147697982476211e-9],
    [3.4028234663852886e38, -0.5218765233336585, 0.8530210398303042],
    [134217728, -0.7634032288019807, 0.6459222168765452],
    [1e22, -0.7340815352961015, 0.679061337095051],
  ];
  for (const [value, sine, cosine] of cases) {
    engine.f32(x, 1)[0] = value;
    engine.kernels.vsin(y, x, 1);
    t.is(engine.f32(y, 1)[0], Math.fround(sine), `sin ${value}`);
    engine.kernels.vcos(y, x, 1);
    t.is(engine.f32(y, 1)[0], Math.fround(cosine), `cos ${value}`);
  }
});

test("float64 scalars agree with this engine's Math within 2 ulp", (t) => {
  const { kernels } = new Engine();
  const pairs: [string, (x: number) => number, (x: number) => number][] = [
    ["exp", kernels.exp64, Math.exp],
    ["expm1", kernels.expm1_64, Math.expm1],
    ["log", kernels.log64, Math.log],
    ["log1p", kernels.log1p64, Math.log1p],
    ["sin", kernels.sin64, Math.sin],
    ["cos", kernels.cos64, Math.cos],
    ["tanh", kernels.tanh64, Math.tanh],
    ["sqrt", kernels.sqrt64, Math.sqrt],
    ["cbrt", kernels.cbrt64, Math.cbrt],
    ["pow(x, 1.7)", (x) => kernels.pow64(x, 1.7), (x) => x ** 1.7],
  ];
  for (const [name, ours, theirs] of pairs) {
    for (const x of [1e-300, 1e-9, 0.1, 0.5, 1, 1.5, 2, 3, 10, 100.25, 700]) {
      const want = theirs(x);
      t.true(Math.abs(ours(x) - want) <= Math.abs(want) * 2 ** -51, `${name} of ${x}: ${ours(x)}, ${want}`);
    }
  }
});

test("float64 sine and cosine have absolute error below 1.5e-15 where the standard library misreads its table", (t) => {
  const { sin64, cos64 } = new Engine().kernels;
  const worst = (from: number, to: number) => {
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      // Irrational steps: every bit of the argument varies.
      const x = from + ((i * Math.SQRT2) % 1) * (to - from);
      most = Math.max(most, Math.abs(sin64(x) - Math.sin(x)), Math.abs(cos64(-x) - Math.cos(x)));
    }
    return most;
  };
  for (const [from, to] of [
    [1.6e6, 1.7e6],
    [1.7e6, 2 ** 21],
    [2 ** 21, 2 ** 22],
    [2 ** 22, 2 ** 23],
    [1e12, 1e15],
  ]) {
    const most = worst(from, to);
    t.true(most < 1.5e-15, `${from} to ${to}: ${most}`);
  }
  // 3^12·π, an odd multiple of π.
  t.is(cos64(3 ** 12 * Math.PI), -1);
});
