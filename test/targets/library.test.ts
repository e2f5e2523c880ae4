import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { findTarget } from "../../src/targets/registry.js";

const at = (name: string, ...x: number[]) => [
  ...findTarget(name).asFunction(1).evaluate(Float64Array.from(x), 1),
];

const near = (a: number, b: number, by = 1e-12) => Math.abs(a - b) <= by * Math.max(1, Math.abs(b));

test("functions of one input take their known values", (t) => {
  t.true(near(at("sine(3)", 1 / 6)[0], 1));
  t.true(near(at("chirp(2)", Math.sqrt(1 / 8))[0], 1));
  t.is(at("abs", -0.75)[0], 0.75);
  t.true(near(at("cusp(0.25)", -1 / 16)[0], 0.5));
  t.is(at("step", -1e-300)[0], 0);
  t.is(at("step", 0)[0], 1);
  t.is(at("staircase", 0.6)[0], 0.5);
  t.is(at("staircase", -0.1)[0], -0.25);
  t.is(at("runge", 0.2)[0], 0.5);
  t.is(at("runge", 0)[0], 1);
});

test("Chebyshev polynomials satisfy T_n(cos θ) = cos nθ, and so do their derivatives", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.1, max: 3, noNaN: true }), (n, angle) => {
      const f = findTarget(`chebyshev(${n})`).asFunction(1);
      const x = Float64Array.of(Math.cos(angle));
      t.true(near(f.evaluate(x, 1)[0], Math.cos(n * angle), 1e-10));
      const slope = (n * Math.sin(n * angle)) / Math.sin(angle);
      t.true(near(f.vjp!(x, Float64Array.of(1), 1)[0], slope, 1e-8));
    }),
    { numRuns: 50 },
  );
});

test("the Weierstrass function is its sum, satisfies W(x) = a·W(bx) + cos πx, and is as rough as stated", (t) => {
  t.true(near(at("weierstrass", 0)[0], 2, 2 ** -22));
  // W(1) = Σ aⁿ cos(3ⁿπ) = −Σ aⁿ.
  t.true(near(at("weierstrass", 1)[0], -2, 2 ** -22));
  for (const x of [0.1, -0.2, 0.33]) {
    const [whole] = at("weierstrass", x);
    const [scaled] = at("weierstrass", 3 * x);
    t.true(near(whole, 0.5 * scaled + Math.cos(Math.PI * x), 2 ** -22));
  }
  t.is(findTarget("weierstrass(0.5, 4)").smoothness, "C^0, Hölder 0.5");
});

test("piecewise-linear has n pieces, is continuous, and passes through its kinks", (t) => {
  for (const n of [1, 2, 8, 30]) {
    const f = findTarget(`piecewise-linear(${n}, 5)`).asFunction(1);
    const N = 20_000;
    const x = Float64Array.from({ length: N + 1 }, (_, i) => -1 + (2 * i) / N);
    const y = f.evaluate(x, N + 1);
    const slopes = f.vjp!(x, new Float64Array(N + 1).fill(1), N + 1);
    let steepest = 0;
    for (const slope of slopes) steepest = Math.max(steepest, Math.abs(slope));
    for (let i = 0; i < N; i++) {
      if (!(Math.abs(y[i + 1] - y[i]) <= (steepest * 2.001) / N)) t.fail(`jump at ${x[i]}`);
    }
    t.is(new Set(slopes).size, n);
    t.true(y.every((value) => Math.abs(value) <= 1));
  }
});

test("random Fourier series have coefficients below their decay, and none beyond 64", (t) => {
  const N = 256;
  const x = Float64Array.from({ length: N }, (_, i) => -1 + (2 * i) / N);
  for (const s of [0, 1.5]) {
    const y = findTarget(`random-fourier(${s}, 2)`).asFunction(1).evaluate(x, N);
    const decay = (k: number) => k ** -(s + 0.5);
    let sum = 0;
    for (let k = 1; k <= 64; k++) sum += decay(k) * Math.SQRT2;
    let largest = 0;
    for (let k = 0; k < N / 2; k++) {
      let [c, d] = [0, 0];
      for (let i = 0; i < N; i++) {
        c += (2 / N) * y[i] * Math.cos(Math.PI * k * x[i]);
        d += (2 / N) * y[i] * Math.sin(Math.PI * k * x[i]);
      }
      const limit = k >= 1 && k <= 64 ? decay(k) / sum : 0;
      t.true(Math.max(Math.abs(c), Math.abs(d)) <= limit + 1e-12);
      if (limit > 0) largest = Math.max(largest, Math.abs(c) / limit, Math.abs(d) / limit);
    }
    t.true(largest > 0.9);
  }
});

test("functions of several inputs take their known values", (t) => {
  t.is(at("product(3)", 0.5, -0.5, 0.5)[0], -0.125);
  t.true(Math.abs(at("ackley(3)", 0, 0, 0)[0]) < 1e-12);
  t.true(near(at("ackley", 5, 5)[0], 20 * (1 - 1 / Math.E)));
  t.true(near(at("friedman1", 1, 0.5, 1, 1, 1, 0, 0, 0, 0, 0)[0], 10 + 5 + 10 + 5));
  t.true(near(at("friedman1(5)", 0, 0, 0.5, 0, 0)[0], 0));
  const [x, y] = [0.3, 0.7];
  const franke =
    0.75 * Math.exp(-((9 * x - 2) ** 2 + (9 * y - 2) ** 2) / 4) +
    0.75 * Math.exp(-((9 * x + 1) ** 2) / 49 - (9 * y + 1) / 10) +
    0.5 * Math.exp(-((9 * x - 7) ** 2 + (9 * y - 3) ** 2) / 4) -
    0.2 * Math.exp(-((9 * x - 4) ** 2) - (9 * y - 7) ** 2);
  t.true(near(at("franke", x, y)[0], franke));
});

test("a ridge does not change across its direction, which has norm 1", (t) => {
  const f = findTarget("ridge(2, 1, 3)").asFunction(1);
  const slope = f.vjp!(new Float64Array(2), Float64Array.of(1), 1);
  t.true(near(Math.sqrt(slope[0] ** 2 + slope[1] ** 2), Math.PI));
  const across = Float64Array.of(-slope[1] / Math.PI, slope[0] / Math.PI);
  const [a, b] = f.evaluate(Float64Array.of(0.1, 0.2, 0.1 + across[0], 0.2 + across[1]), 2);
  t.true(near(a, b));
  t.true(Math.abs(slope[0]) > 0.1 && Math.abs(slope[1]) > 0.1);
});

test("sequences", (t) => {
  const x = [3, -1, 2, -1].map((value) => value / 4);
  t.deepEqual(at("cumulative-sum(4)", ...x), [0.75, 0.5, 1, 0.75]);
  t.deepEqual(at("sort(4)", ...x), [-0.25, -0.25, 0.5, 0.75]);
  t.deepEqual(at("reverse(4)", ...x), [-0.25, 0.5, -0.25, 0.75]);
  t.deepEqual(at("running-maximum(4)", ...[-1, 0.5, 0.25, 1]), [-1, 0.5, 0.5, 1]);
  t.deepEqual(at("pairwise-products(4)", ...x), [-3 / 16, -2 / 16, -2 / 16, -3 / 16]);
});

test("in-context regression answers w·q, whatever w, and least squares where the examples disagree", (t) => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 4, maxLength: 4 }), ([w1, w2, q1, q2]) => {
      const examples = [
        [1, 0.25],
        [-0.5, 1],
        [0.75, 0.75],
      ].flatMap(([a, b]) => [a, b, w1 * a + w2 * b]);
      t.true(near(at("in-context-linear(2, 3)", ...examples, q1, q2)[0], w1 * q1 + w2 * q2));
    }),
    { numRuns: 50 },
  );
  // One unknown, x = 1 twice, y = 0 and 1: w = 1/2.
  t.true(near(at("in-context-linear(1, 2)", 1, 0, 1, 1, 0.5)[0], 0.25));
  // No example of any direction: coefficient 0.
  t.is(at("in-context-linear(1, 1)", 0, 1, 1)[0], 0);
});

test("m2n1 and m4n3 as functions of their inputs, and their curve", (t) => {
  t.deepEqual(at("m2n1", 0.5, 0.25), [0.75]);
  const { points, tangents } = findTarget("m2n1")
    .domainOf(1)
    .segments(0, 5)[0]
    .at(Float64Array.of(0, 0.875, 1, 2));
  t.deepEqual([...points], [-1, -1, -0.125, -0.5, 0, 0, 1, 1]);
  // The root's slope at −1/8 is 4/3; at 0, where it is infinite, the tangent is held finite.
  t.true(near(tangents[3], 4 / 3));
  t.is(tangents[5], 2 ** 14 / 3);
  const domain = findTarget("m4n3").domainOf(1);
  const ends = domain.segments(0, 1)[0].at(Float64Array.of(0, 2)).points;
  const x3 = 2 * Math.log(3) + 0.1;
  const expected = [-1, -1, -0.1, 1 / Math.E - 0.1, 1, 1, x3, Math.E + x3];
  t.true(expected.every((value, i) => near(ends[i], value)));
  const [, moved, other] = findTarget("m2n1").domainOf(2).segments(0, 3);
  const [start, end] = [0, 2].map((u) => moved.at(Float64Array.of(u)).points);
  t.deepEqual([start[1], start[3], end[1], end[3]], [-1, -1, 1, 1]);
  t.deepEqual([start[0], start[2]], [end[0], end[2]]);
  t.not(other.at(Float64Array.of(0)).points[1], -1);
});

test("names and parameters that make no sense are refused with what is allowed", (t) => {
  const refused = (name: string, message: RegExp, code = "usage") => {
    const error = t.throws(() => findTarget(name), { instanceOf: PlateauError, message });
    t.is(error?.code as string, code);
  };
  refused("sin", /unknown target: "sin" \(known: m2n1, m4n3, sine, /, "unknown-name");
  refused("sine(1", /unknown target/, "unknown-name");
  refused(`sine${" ".repeat(1e6)}x`, /unknown target/, "unknown-name");
  refused("__proto__", /unknown target/, "unknown-name");
  refused("constructor(1)", /unknown target/, "unknown-name");
  refused("sine(0)", /sine: k is 0: periods, a number from 0.001 to 10000/);
  refused("sine(2, 3)", /2 parameters given; its parameters: k \(periods/);
  refused("sine(j=2)", /unknown parameter "j"; its parameters: k/);
  refused("sine(__proto__=2)", /unknown parameter "__proto__"/);
  refused("sine(two)", /"two" is no number/);
  refused("sine(1e999)", /k is Infinity/);
  refused("abs(1)", /it has no parameters/);
  refused("sort(2.5)", /n is 2.5: tokens, a whole number from 2 to 512/);
  refused("weierstrass(a=0.5, a=0.6)", /a is given twice/);
  refused("weierstrass(0.5, 1.5)", /a·b is 0.75/);
  refused("in-context-linear(3, 2)", /2 examples do not determine 3/);
  t.is(findTarget(" cusp ( alpha = 0.25 ) ").name, "cusp(0.25)");
  t.throws(() => findTarget("sine").asFunction(0), { message: /dim 0 / });
  t.throws(() => findTarget("sine").domainOf(1.5), { message: /dim 1.5 / });
});
