import test from "ava";
import fc from "fast-check";
import { findTarget } from "../../../src/targets/registry.js";
import {
  asNumber,
  choose,
  exactly,
  plus,
  power,
  roughly,
  sayMagnitude,
  times,
} from "../../../src/theory/bounds/magnitude.js";
import {
  holderDelta,
  modulusDelta,
  neededDelta,
  sufficientDelta,
} from "../../../src/theory/bounds/resolution.js";
import { yunCounts } from "../../../src/theory/bounds/yun-counts.js";
import { findConstruction } from "../../../src/theory/constructions/registry.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { layersOf } from "../../../src/theory/constructions/yun/build.js";
import { yunConfig } from "../../../src/theory/constructions/yun/grid.js";
import { parametersOf } from "../../../src/theory/constructions/yun/network.js";

const near = (a: number, b: number, by = 1e-9) => Math.abs(a - b) <= by * Math.max(1, Math.abs(b));

test("magnitudes are exact to 60 digits, and near beyond", (t) => {
  const whole = fc.bigInt({ min: 0n, max: 10n ** 25n });
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      t.is(times(exactly(a), exactly(b)).exact, String(a * b));
      t.is(plus(exactly(a), exactly(b)).exact, String(a + b));
    }),
  );
  t.is(choose(exactly(52), 5).exact, "2598960");
  t.is(choose(exactly(3), 5).exact, "0");
  t.is(power(exactly(2), 199).exact, String(2n ** 199n));
  t.is(power(exactly(2), 200).exact, null);
  t.true(near(power(exactly(2), 10_000).log10, 10_000 * Math.log10(2)));
  t.true(near(choose(power(exactly(10), 70), 3).log10, 210 - Math.log10(6)));
  t.true(near(choose(exactly(10n ** 40n), 4).log10, 160 - Math.log10(24)));
  t.true(near(plus(roughly(400), roughly(400)).log10, 400 + Math.log10(2)));
  t.true(near(asNumber(roughly(2)), 100));
  t.is(asNumber(roughly(4000)), Number.POSITIVE_INFINITY);
  t.deepEqual([exactly(0), exactly(562), exactly(1214417952), roughly(1234.4)].map(sayMagnitude), [
    "0",
    "562",
    "1.2e+9",
    "10^1234",
  ]);
});

test("counts of Yun's construction are those of what is built, with and without positions", (t) => {
  for (const positions of [true, false]) {
    for (const [dim, inputTokens, cells] of [
      [1, 1, 7],
      [1, 2, 16],
      [1, 3, 5],
      [2, 2, 3],
      [3, 2, 2],
    ]) {
      const shape = { dim, inputTokens, outputTokens: 1, cells, positions };
      const config = yunConfig(shape);
      const counts = yunCounts(shape);
      t.is(counts.layers.total.exact, String(layersOf(config)));
      t.is(counts.parameters.exact, String(parametersOf(config)));
    }
  }
  const { model, layers } = findConstruction("yun").construct(defineTask(findTarget("reverse(2)")), 5, {
    positions: true,
    constants: "proof",
  } as never);
  const counts = yunCounts({ dim: 1, inputTokens: 2, cells: 5, positions: true });
  t.is(String(layers), counts.layers.total.exact!);
  t.is(String(model!.parameterCount), counts.parameters.exact!);
});

test("FLOPs are those of the matrix products and attention of the program", (t) => {
  const { model } = findConstruction("yun").construct(defineTask(findTarget("reverse(2)")), 4, {
    positions: true,
    constants: "proof",
  } as never);
  const { program } = model!.program({ batch: 1, inputTokens: 2, outputTokens: 2 });
  let flops = 0;
  for (const line of program.listing()) {
    const args = /\((.*)\)$/.exec(line)![1].split(", ").map(Number);
    // gemmNT(C, A, B, bias, M, N, K, …); attentionForward(out, probs, q, k, v, mask, B, T, S, H, E, …).
    if (line.includes("gemmNT(")) flops += 2 * args[4] * args[5] * args[6];
    if (line.includes("attentionForward(")) flops += 4 * args[7] * args[8] * args[9] * args[10];
  }
  t.is(String(flops), yunCounts({ dim: 1, inputTokens: 2, cells: 4, positions: true }).flops.exact!);
});

test("counts stay finite where they explode, and follow their order", (t) => {
  const shape = { dim: 256, inputTokens: 1024, cells: 1e6, positions: true };
  const { layers, parameters, flops } = yunCounts(shape);
  t.true(near(layers.total.log10, Math.log10(1024) + 256 * 1024 * 6));
  t.true([parameters, flops].every(({ log10 }) => Number.isFinite(log10) && log10 > layers.total.log10));
  // Without positions fewer by about m!.
  const some = { dim: 2, inputTokens: 5, cells: 1e9 };
  const ratio =
    yunCounts({ ...some, positions: true }).layers.value.log10 -
    yunCounts({ ...some, positions: false }).layers.value.log10;
  t.true(near(ratio, Math.log10(120), 1e-6));
});

test("the best constants on cubes err as the formulas say, for linear functions", (t) => {
  // ∫ over [−½, ½]² of |s·x|^p, midpoint rule.
  const N = 400;
  for (const s of [
    [1, 0],
    [3, -4],
  ]) {
    let [square, top] = [0, 0];
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        const value = s[0] * ((i + 0.5) / N - 0.5) + s[1] * ((j + 0.5) / N - 0.5);
        square += value * value;
        top = Math.max(top, Math.abs(value));
      }
    }
    const delta = 0.25;
    const l2 = delta * Math.sqrt(square / (N * N));
    t.true(near(neededDelta(l2, Math.hypot(...s)), delta, 1e-4));
    t.true(near(neededDelta(delta * top, Math.abs(s[0]) + Math.abs(s[1]), Infinity), delta, 1e-2));
  }
  // |x| along one axis: (δ/2)(p + 1)^(−1/p).
  for (const p of [1, 2.5, 4]) {
    let sum = 0;
    for (let i = 0; i < 1e5; i++) sum += Math.abs((i + 0.5) / 1e5 - 0.5) ** p;
    t.true(near(neededDelta((sum / 1e5) ** (1 / p), 1, p), 1, 1e-6));
  }
});

test("sufficient δ: the function that changes fastest errs by ε, and no more", (t) => {
  const [dim, inputTokens] = [1, 2];
  const extent = { dim, inputTokens };
  t.is(sufficientDelta(0.1, 2, extent), 0.1);
  t.is(sufficientDelta(0.1, 2, extent, { at: "corner" }), 0.05);
  // f = L·‖x − c‖_∞ on a square of side δ, in L^p.
  for (const p of [1, 2, 3]) {
    const delta = sufficientDelta(0.1, 2, extent, { p });
    let sum = 0;
    const N = 500;
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        const r = Math.max(Math.abs((i + 0.5) / N - 0.5), Math.abs((j + 0.5) / N - 0.5)) * delta;
        sum += (2 * r) ** p;
      }
    }
    t.true(near((sum / (N * N)) ** (1 / p), 0.1, 1e-4));
  }
  const holder = { constant: 3, exponent: 0.5 };
  const delta = holderDelta(0.1, holder, extent, "corner");
  t.true(near(3 * Math.sqrt(delta * Math.SQRT2), 0.1));
  t.true(near(holderDelta(0.1, holder, extent), 2 * delta));
});

test("δ from a modulus that is known at distances", (t) => {
  const points = [1, 2, 4].map((h) => ({ h, omega: 3 * h }));
  const one = { dim: 1, inputTokens: 1 };
  t.is(modulusDelta(9, points, one, "corner"), 3);
  t.is(modulusDelta(9, points, one), 6);
  t.is(modulusDelta(9, points, { dim: 2, inputTokens: 2 }, "corner"), 1.5);
  t.is(modulusDelta(100, points, one, "corner"), 4);
  t.is(modulusDelta(2, points, one), null);
});

test("what makes no sense is refused", (t) => {
  t.throws(() => neededDelta(0, 1), { message: /epsilon 0/ });
  t.throws(() => neededDelta(1, 1, 0.5), { message: /p 0.5/ });
  t.is(neededDelta(1, 0), Number.POSITIVE_INFINITY);
});
