import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { expressionTarget } from "../../src/targets/expression/target.js";

/** Values and slopes of an expression in x at a point. */
function at(text: string, x: number, domain = "x=1:2"): { y: number; slope: number } {
  const f = expressionTarget(text, domain).asFunction(1);
  const point = Float64Array.of(x);
  return { y: f.evaluate(point, 1)[0], slope: f.vjp!(point, Float64Array.of(1), 1)[0] };
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));

test("operators bind as in mathematics", (t) => {
  const values: [text: string, value: number][] = [
    ["-x^2", -2.25],
    ["(-x)^2", 2.25],
    ["2^-x*x^0", 2 ** -1.5],
    ["2^3^2", 512],
    ["2**3**2", 512],
    ["-2^2", -4],
    ["2*x^2", 4.5],
    ["2/x/3", 2 / 1.5 / 3],
    ["1 - x - 2", -2.5],
    ["-(x + 1)*+2", -5],
    ["--x", 1.5],
    ["2 * -x", -3],
    ["1 + 2*x", 4],
    ["x < 1.5 ? 1 : x <= 1.5 ? 2 : 3", 2],
    ["(x > 1 ? x : 0)^2", 2.25],
    [".5e1 + 1E-1", 5.1],
    ["pi + e", Math.PI + Math.E],
    ["pow(x, 2)", 2.25],
    ["\tx\n", 1.5],
  ];
  for (const [text, value] of values) t.true(near(at(text, 1.5).y, value), text);
});

test("every function has its value and derivative", (t) => {
  const x = 0.7;
  const cases: [text: string, value: number, slope: number][] = [
    ["sin(x)", Math.sin(x), Math.cos(x)],
    ["cos(x)", Math.cos(x), -Math.sin(x)],
    ["tan(x)", Math.tan(x), 1 / Math.cos(x) ** 2],
    ["exp(x)", Math.exp(x), Math.exp(x)],
    ["expm1(x)", Math.expm1(x), Math.exp(x)],
    ["log(x)", Math.log(x), 1 / x],
    ["log1p(x)", Math.log1p(x), 1 / (1 + x)],
    ["sqrt(x)", Math.sqrt(x), 0.5 / Math.sqrt(x)],
    ["cbrt(x)", Math.cbrt(x), 1 / (3 * Math.cbrt(x) ** 2)],
    ["abs(-x)", x, 1],
    ["sign(x)", 1, 0],
    ["floor(x)", 0, 0],
    ["ceil(x)", 1, 0],
    ["min(x, 1)", x, 1],
    ["max(x, 1)", 1, 0],
    ["tanh(x)", Math.tanh(x), 1 - Math.tanh(x) ** 2],
    ["sigmoid(x)", 1 / (1 + Math.exp(-x)), Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
    ["x/(1 + x)", x / (1 + x), 1 / (1 + x) ** 2],
    ["x^x", x ** x, x ** x * (Math.log(x) + 1)],
    ["x*x - x", x * x - x, 2 * x - 1],
    ["x > 0 ? log(x) : 0", Math.log(x), 1 / x],
  ];
  for (const [text, value, slope] of cases) {
    const found = at(text, x, "x=0.1:2");
    t.true(near(found.y, value) && near(found.slope, slope), `${text}: ${JSON.stringify(found)}`);
  }
  t.true(near(at("sigmoid(x)", -800, "x=-900:0").y, 0));
  // The other branch is not looked at.
  t.is(at("x > 0 ? log(x) : 7", -1, "x=-1:1").y, 7);
});

test("derivatives of random expressions are those of central differences", (t) => {
  const leaf = fc.constantFrom("x", "y", "2", "0.5");
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc
        .tuple(tie("tree"), fc.constantFrom("+", "-", "*"), tie("tree"))
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(fc.constantFrom("sin", "tanh", "sigmoid", "cos"), tie("tree")).map(([f, a]) => `${f}(${a})`),
      tie("tree").map((a) => `-${a}^2`),
      tie("tree").map((a) => `1/(2 + sin(${a}))`),
    ),
  }));
  fc.assert(
    fc.property(tree, (text) => {
      const f = expressionTarget(text, "x=-1:1,y=-1:1").asFunction(1);
      const [x, y, h] = [0.3, -0.6, 1e-6];
      const g = f.vjp!(Float64Array.of(x, y), Float64Array.of(1), 1);
      const values = f.evaluate(Float64Array.of(x + h, y, x - h, y, x, y + h, x, y - h), 4);
      const scale = Math.max(1, ...values.map(Math.abs), ...g.map(Math.abs));
      return (
        Math.abs((values[0] - values[1]) / (2 * h) - g[0]) < 1e-6 * scale * scale &&
        Math.abs((values[2] - values[3]) / (2 * h) - g[1]) < 1e-6 * scale * scale
      );
    }),
    { numRuns: 100, seed: 5 },
  );
  t.pass();
});

test("inputs come in the order of the domain, outputs in the order of the list", (t) => {
  const target = expressionTarget("y, x - y, min(x, y)", "x=-1:1,y=0:2");
  t.like(target, { inputs: 2, outputs: 3, dim: 1, name: "y, x - y, min(x, y) on x=-1:1,y=0:2" });
  t.deepEqual([...target.asFunction().evaluate(Float64Array.of(0.5, 2), 1)], [2, -1.5, 0.5]);
  t.deepEqual(target.draws, [
    { low: -1, high: 1 },
    { low: 0, high: 2 },
  ]);
  // −3 … 2 by a probe at the ends and what lies between, a twentieth of it wider.
  t.true(target.range.low <= -2.9 && target.range.low >= -3.3 && target.range.high >= 2);
});

test("smoothness is read from what is called", (t) => {
  const of = (text: string) => expressionTarget(text, "x=1:2").smoothness;
  t.is(of("sin(x)*x^3/exp(x) + pow(2, x) + x^-2"), "analytic");
  t.is(of("pow(x, 0.5)"), "C^0, piecewise analytic");
  t.is(of("abs(x) + x^0.5"), "C^0, piecewise analytic");
  t.is(of("floor(x) + abs(x)"), "piecewise analytic, may jump");
  t.is(of("x < 1 ? 0 : 1"), "piecewise analytic, may jump");
});

const refusals: [text: string, message: RegExp, domain?: string][] = [
  ["sin(6*z)", /unknown name at character 7 of the expression: "z" \(known: x, pi, e, sin/],
  ["foo(x)", /unknown function at character 1 of the expression: "foo"/],
  ["x + constructor", /unknown name at character 5 .*"constructor"/],
  ["__proto__", /unknown name at character 1 /],
  ["toString(x)", /unknown function at character 1 /],
  ["x.constructor", /"x.constructor" is not supported at character 1/],
  ["x.constructor(1)", /unknown function at character 1 .*x.constructor/],
  ["x['a']", /is not supported at character 1/],
  ["x(1)", /unknown function at character 1 .*"x"/],
  ["'a' + x", /"'a'" is not supported at character 1/],
  ["this", /"this" is not supported/],
  ["[x]", /"\[x\]" is not supported/],
  ["true", /"true" is not supported/],
  ["1e999", /"1e999" is not supported/],
  ["x % 2", /operator % is not supported at character 1/],
  ["!x", /operator ! is not supported/],
  ["x < 1", /operator < outside of a condition, as in \(a < b \? c : d\), is not supported/],
  ["x ? 1 : 2", /a condition that is no comparison \(<, >, <=, >=\) is not supported/],
  ["sin(x, 2)", /sin takes one argument, not 2, at character 1/],
  ["1 + min(x)", /min takes 2 arguments, not 1, at character 5/],
  ["sin()", /sin takes one argument, not 0/],
  ["min(x 2)", /expected an operator or a comma before this at character 7/],
  ["2 x", /expected an operator or a comma before this at character 3/],
  ["2(x)", /expected an operator or a comma before this at character 2/],
  ["x; x", /expected an operator or a comma before this at character 4/],
  ["x,,x", /expected an operator or a comma/],
  ["2x", /variable names cannot start with a number.*at character 2/],
  ["sin(x", /expected \) at character 6/],
  ["(x", /unclosed \( at character 3/],
  ["x)", /unexpected "\)" at character 2/],
  ["x +", /expected expression after \+ at character 4/],
  ["x ^", /expected an exponent at character 4/],
  ["", /expression is empty/],
  ["  ", /expression is empty/],
  ["()", /expression is empty/],
  [`${"(".repeat(150)}x${")".repeat(150)}`, /nested more than 100 deep/],
  [`${"-".repeat(150)}x`, /nested more than 100 deep/],
  [`x${"+x".repeat(1500)}`, /3001 characters: at most 2000/],
  ["1/x", /division by zero in "1\/x" at character 1, where x = 0/, "x=0:1"],
  [
    "2 + log(x - 1)",
    /logarithm of a number that is not positive in "log\(x - 1\)" at character 5, where x = 0/,
    "x=0:2",
  ],
  ["sqrt(x)", /square root of a negative number in "sqrt\(x\)" at character 1, where x = -1/, "x=-1:1"],
  ["x^0.5", /negative number to a power that is not whole in "x\^0.5"/, "x=-1:1"],
  ["log1p(2*x)", /log1p of a number not above −1/, "x=-1:1"],
  ["exp(exp(x))", /no finite number in "exp\(exp\(x\)\)" at character 1, where x = /, "x=10:20"],
  ["1e39*x", /values up to 1e\+39.* float32 has none beyond 3.4e38/, "x=-1:1"],
  ["x", /domain "x": expected name=low:high/, "x"],
  ["x", /domain of 9000 characters: at most 8192/, " ".repeat(9000)],
  ["x", /domain of 300 variables: at most 256/, Array.from({ length: 300 }, (_, i) => `x${i}=0:1`).join(",")],
  ["x", /domain "": expected name=low:high/, ""],
  ["x", /domain "x=1:1": low must be finite and below high/, "x=1:1"],
  ["x", /low must be finite/, "x=-1e300:1"],
  ["x", /expected name=low:high/, "x=-Infinity:1"],
  ["x", /x is given twice/, "x=0:1,x=0:2"],
  ["sin", /the name sin is taken/, "sin=0:1"],
  ["x", /the name e is taken/, "x=0:1,e=0:2"],
  ["x", /"1x" is no name/, "1x=0:1"],
];
for (const [text, message, domain = "x=-1:1"] of refusals) {
  test(`${JSON.stringify(text.slice(0, 40))} on ${JSON.stringify(domain.slice(0, 40))}, ${domain.length} long, is refused`, (t) => {
    const error = t.throws(() => expressionTarget(text, domain), { instanceOf: PlateauError, message });
    t.true(error?.code === "usage" || error?.code === "unknown-name");
  });
}

test("any text is an expression or refused with a PlateauError", (t) => {
  const alphabet = fc.constantFrom(..."xy01.+-*/^(), <>?:sin'[]{}=eE!;#\\");
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 14 }), (text) => {
      try {
        expressionTarget(text, "x=0.5:1,y=2:3");
        return true;
      } catch (error) {
        return error instanceof PlateauError;
      }
    }),
    { numRuns: 1500 },
  );
  t.pass();
});

test("an infinite slope is said where", (t) => {
  const f = expressionTarget("x*0 + sqrt(x)", "x=0:1").asFunction();
  t.is(f.evaluate(Float64Array.of(0), 1)[0], 0);
  t.throws(() => f.vjp!(Float64Array.of(0), Float64Array.of(1), 1), {
    message: /infinite slope in "sqrt\(x\)" at character 7, where x = 0/,
  });
});
