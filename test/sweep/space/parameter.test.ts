import test from "ava";
import fc from "fast-check";
import { defineParameter, type Parameter, type ParameterSpec } from "../../../src/sweep/space/parameter.js";

const define = (spec: ParameterSpec) => defineParameter("p", spec);
const ALMOST_1 = 1 - 2 ** -53;
const unit = fc.double({ min: 0, max: ALMOST_1, noNaN: true });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });

const integers = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(5000), fc.integer({ min: 1, max: 60 }))
  .map(([low, span, step]) => define({ type: "integer", low, high: low + span, step }));
const logIntegers = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 20 }), fc.integer({ min: 0, max: 2 ** 40 }))
  .map(([low, span]) => define({ type: "integer", low, high: low + span, log: true }));
const values = fc.oneof(finite, fc.string(), fc.boolean(), fc.constant(null));
const choices = fc
  .uniqueArray(values, { minLength: 1, selector: (value) => (Object.is(value, -0) ? 0 : value) })
  .map((list) => define(list));
const constants = values.map((value) => define({ type: "constant", value }));
const uniforms = fc
  .uniqueArray(finite, { minLength: 2, maxLength: 2, comparator: (a, b) => a === b })
  .map((ends) => define({ type: "uniform", low: Math.min(...ends), high: Math.max(...ends) }));
const logUniforms = fc
  .tuple(
    fc.double({ min: 1e-300, max: 1e290, noNaN: true }),
    fc.double({ min: 1.001, max: 1e10, noNaN: true }),
  )
  .map(([low, ratio]) => define({ type: "log-uniform", low, high: low * ratio }));

test("what is drawn is in the range, whatever the kind", (t) => {
  const any = fc.oneof(integers, logIntegers, choices, constants, uniforms, logUniforms);
  fc.assert(
    fc.property(any, unit, (parameter, u) => {
      for (const point of [u, 0, ALMOST_1]) {
        const value = parameter.decode(point);
        t.true(parameter.has(value), `${String(value)} at ${point}`);
        const back = parameter.encode(value);
        t.true(back >= 0 && back <= 1);
      }
    }),
    { numRuns: 500 },
  );
});

test("integers, choices and constants: a value's u gives the value back, exactly", (t) => {
  fc.assert(
    fc.property(fc.oneof(integers, logIntegers, choices, constants), unit, (parameter, u) => {
      const value = parameter.decode(u);
      t.is(parameter.decode(parameter.encode(value)), value);
    }),
    { numRuns: 500 },
  );
});

test("real numbers: a value's u gives the value back to rounding", (t) => {
  fc.assert(
    fc.property(fc.oneof(uniforms, logUniforms), unit, (parameter, u) => {
      const { low, high, log } = parameter.range!;
      const value = Number(parameter.decode(u));
      const again = Number(parameter.decode(parameter.encode(value)));
      // On a logarithmic scale an error of u is multiplied by the logarithm of the ratio, and exp's argument is below 700.
      const scale = log ? value * 700 : Math.abs(low) + Math.abs(high);
      t.true(Math.abs(again - value) <= 8 * Number.EPSILON * scale, `${value} ${again}`);
      if (!log) t.true(parameter.decode(0) === low);
    }),
    { numRuns: 500 },
  );
});

test("values rise with u", (t) => {
  fc.assert(
    fc.property(fc.oneof(integers, logIntegers, uniforms, logUniforms), unit, unit, (parameter, a, b) => {
      const [below, above] = [Math.min(a, b), Math.max(a, b)].map((u) => Number(parameter.decode(u)));
      // exp is exact to less than two units in the last place, not monotone in it.
      t.true(below <= above + (parameter.range!.log ? 4 * Number.EPSILON * above : 0));
    }),
  );
});

/** The u in [0, 1] at which a parameter reaches a value, by bisection. */
function reaches(parameter: Parameter, value: number): number {
  let [low, high] = [0, 1];
  while (high - low > 2 ** -51) {
    const middle = (low + high) / 2;
    if (Number(parameter.decode(middle)) >= value) high = middle;
    else low = middle;
  }
  return high;
}

test("logarithmic integers: n has exactly the probability of [n − ½, n + ½] on a logarithmic scale", (t) => {
  for (const [low, high] of [
    [1, 2],
    [1, 10],
    [3, 17],
    [100, 120],
  ]) {
    const parameter = define({ type: "integer", low, high, log: true });
    for (let n = low; n < high; n++) {
      const expected = Math.log((n + 0.5) / (low - 0.5)) / Math.log((high + 0.5) / (low - 0.5));
      t.true(Math.abs(reaches(parameter, n + 1) - expected) < 1e-13, `${n} of ${low} to ${high}`);
    }
  }
});

test("integers and choices: all values have the same probability, exactly", (t) => {
  const parameter = define({ type: "integer", low: -4, high: 10, step: 3 });
  t.is(parameter.cardinality, 5);
  t.deepEqual(parameter.range, { low: -4, high: 8, log: false });
  for (let k = 0; k < 5; k++) {
    t.is(parameter.decode(k / 5), -4 + 3 * k);
    t.is(parameter.decode((k + 1) / 5 - 2 ** -52), -4 + 3 * k);
    t.is(parameter.encode(-4 + 3 * k), (k + 0.5) / 5);
  }
  const list = define(["a", "b", "c", "d"]);
  t.deepEqual(
    [0, 0.25, 0.5, 0.75].map((u) => list.decode(u)),
    ["a", "b", "c", "d"],
  );
  t.is(list.decode(0.25 - 2 ** -54), "a");
});

test("log-uniform: the logarithm is even", (t) => {
  const parameter = define({ type: "log-uniform", low: 1e-6, high: 1e2 });
  for (const [u, value] of [
    [0.25, 1e-4],
    [0.5, 1e-2],
    [0.75, 1],
  ]) {
    t.true(Math.abs(Number(parameter.decode(u)) / value - 1) < 1e-14);
    t.true(Math.abs(parameter.encode(value) - u) < 1e-15);
  }
});

test("plain values are constants, lists are choices", (t) => {
  t.is(define(3).kind, "constant");
  t.is(define(null).decode(0.9), null);
  t.is(define(["x"]).kind, "choice");
  t.is(define("text").cardinality, 1);
  t.is(define({ type: "uniform", low: 0, high: 1 }).cardinality, Number.POSITIVE_INFINITY);
});

test("what a parameter has, and nothing that only looks like it", (t) => {
  const k = define({ type: "integer", low: 2, high: 10, step: 4 });
  for (const [value, has] of [
    [2, true],
    [6, true],
    [10, true],
    [4, false],
    [14, false],
    [-2, false],
    [6.5, false],
    ["6", false],
    [Number.NaN, false],
    [null, false],
  ] as const) {
    t.is(k.has(value), has, String(value));
  }
  const list = define([1, "1", null, false]);
  for (const value of [1, "1", null, false]) t.true(list.has(value));
  for (const value of [0, "", undefined, true, "null"]) t.false(list.has(value));
  const x = define({ type: "uniform", low: 0, high: 1 });
  t.true(x.has(0) && x.has(1));
  t.false(x.has(1.1) || x.has("0.5") || x.has(Number.NaN) || x.has(Number.POSITIVE_INFINITY));
});

test("descriptions that make no sense are refused, quoting what is wrong", (t) => {
  const refuses = (spec: ParameterSpec, message: RegExp) =>
    t.throws(() => define(spec), { code: "usage", message });
  refuses({ type: "uniform", low: 1, high: 1 }, /^space: parameter "p": low is 1, not below high \(1\)/);
  refuses({ type: "uniform", low: Number.NaN, high: 1 }, /low is NaN: expected a finite number/);
  refuses({ type: "uniform", low: -1e308, high: 1e308 }, /from -1e\+308 to 1e\+308 is too far for float64/);
  refuses({ type: "log-uniform", low: 0, high: 1 }, /low is 0: a logarithmic range begins above 0/);
  refuses({ type: "integer", low: 1.5, high: 3 }, /low is 1\.5: expected a whole number/);
  refuses({ type: "integer", low: 4, high: 3 }, /low is 4, above high \(3\)/);
  refuses({ type: "integer", low: 0, high: 3, step: 0 }, /step is 0: expected at least 1/);
  refuses({ type: "integer", low: 0, high: 3, log: true }, /low is 0: a logarithmic range begins above 0/);
  refuses({ type: "integer", low: 1, high: 9, step: 2, log: true }, /log and step together make no sense/);
  refuses({ type: "integer", low: -(2 ** 53) + 1, high: 2 ** 53 - 1 }, /too far for exact whole numbers/);
  refuses([], /values is \[\]: expected a list of at least one/);
  refuses([1, 2, 1], /1 stands twice among its values/);
  refuses([Number.POSITIVE_INFINITY], /Infinity is no value/);
});
