import test from "ava";
import { Engine } from "../../src/runtime/engine.js";

test("Philox4x32-10 gives the known answers of Random123", (t) => {
  const engine = new Engine();
  const out = engine.allocate(16);
  // kat_vectors of Random123: counter, key, words.
  const answers = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [-1, -1, -1, -1],
      [-1, -1],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [[c0, c1, c2, c3], [key0, key1], words] of answers) {
    engine.kernels.philoxFill(out, 4, key0, key1, c1, c2, c3, c0);
    t.deepEqual([...engine.u32(out, 4)], words);
  }
});

/** Sample moments of `draw`, which fills n float32 numbers. */
function moments(draw: (engine: Engine, out: number, n: number) => void, n: number) {
  const engine = new Engine();
  const out = engine.allocate(4 * n);
  draw(engine, out, n);
  const x = engine.f32(out, n);
  const mean = x.reduce((sum, v) => sum + v, 0) / n;
  const central = (k: number) => x.reduce((sum, v) => sum + (v - mean) ** k, 0) / n;
  return { x, mean, variance: central(2), third: central(3), fourth: central(4) };
}

test("randomUniform stays in its interval with mean ½ and variance 1/12 within 5 standard errors", (t) => {
  const n = 1 << 20;
  const { x, mean, variance } = moments(
    (engine, out) => engine.kernels.randomUniform(out, n, 0, 1, 1, 2, 3, 0),
    n,
  );
  t.true(x.every((v) => v >= 0 && v < 1));
  t.true(Math.abs(mean - 0.5) < 5 / Math.sqrt(12 * n), `mean ${mean}`);
  t.true(Math.abs(variance - 1 / 12) < 5 / Math.sqrt(180 * n), `variance ${variance}`);
});

test("randomNormal has the first four moments of a normal within 5 standard errors", (t) => {
  const n = 1 << 20;
  const { mean, variance, third, fourth } = moments(
    (engine, out) => engine.kernels.randomNormal(out, n, 0, 1, 1, 2, 3, 0),
    n,
  );
  t.true(Math.abs(mean) < 5 / Math.sqrt(n), `mean ${mean}`);
  t.true(Math.abs(variance - 1) < 5 * Math.sqrt(2 / n), `variance ${variance}`);
  t.true(Math.abs(third) < 5 * Math.sqrt(6 / n), `third ${third}`);
  t.true(Math.abs(fourth - 3) < 5 * Math.sqrt(96 / n), `fourth ${fourth}`);
});

test("randomPermutation gives each of the 24 orders of 4 equally often", (t) => {
  const engine = new Engine();
  const out = engine.allocate(16);
  const counts = new Map<string, number>();
  const rounds = 24000;
  for (let stream = 0; stream < rounds; stream++) {
    engine.kernels.randomPermutation(out, 4, 1, 2, stream);
    const order = engine.u32(out, 4).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.is(counts.size, 24);
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // 23 degrees of freedom: 99.99 % of samples lie below 58.
  t.true(chiSquared < 58, `χ² = ${chiSquared}`);
});

test("dropout drops its share within 5 standard errors, other elements every step", (t) => {
  const engine = new Engine();
  const n = 1 << 18;
  const x = engine.allocate(4 * n);
  const y = engine.allocate(4 * n);
  const kept = engine.allocate(n / 8);
  const rng = engine.allocate(16);
  engine.f32(x, n).fill(1);
  const dropped = [0, 1].map((step) => {
    engine.u32(rng, 4).set([1, 2, step, 0]);
    engine.kernels.dropoutForward(y, kept, x, n, rng, 5, 6554, 1);
    return engine.f32(y, n).map((v) => 1 - v);
  });
  const p = 6554 / 65536;
  for (const mask of dropped) {
    const share = mask.reduce((sum, v) => sum + v, 0) / n;
    t.true(Math.abs(share - p) < 5 * Math.sqrt((p * (1 - p)) / n), `share ${share}`);
  }
  const both = dropped[0].reduce((sum, v, i) => sum + v * dropped[1][i], 0) / n;
  t.true(Math.abs(both - p * p) < 5 * Math.sqrt((p * p) / n), `both steps ${both}`);
});
