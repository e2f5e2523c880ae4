import test from "ava";
import fc from "fast-check";
import { compile } from "../../../src/targets/expression/compile.js";
import { encloseExpression } from "../../../src/targets/expression/enclose.js";
import { freeVariables } from "../../../src/targets/expression/variables.js";

/** Any expression in x and y that has values and slopes wherever it is looked at. */
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom("x", "y", "pi", "0.5", "-2", "3"),
    fc
      .tuple(tie("expression"), fc.constantFrom("+", "-", "*"), tie("expression"))
      .map(([a, s, b]) => `(${a} ${s} ${b})`),
    fc
      .tuple(
        fc.constantFrom("sin", "cos", "tanh", "sigmoid", "abs", "cbrt", "floor", "sign", "ceil"),
        tie("expression"),
      )
      .map(([f, a]) => `${f}(${a})`),
    fc
      .tuple(fc.constantFrom("min", "max"), tie("expression"), tie("expression"))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    tie("expression").map((a) => `exp(sin(${a}))`),
    tie("expression").map((a) => `log(2 + cos(${a}))`),
    tie("expression").map((a) => `log1p(abs(${a}))`),
    tie("expression").map((a) => `expm1(tanh(${a}))`),
    tie("expression").map((a) => `sqrt(1 + (${a})^2)`),
    tie("expression").map((a) => `(${a})^3`),
    tie("expression").map((a) => `(1 + abs(${a}))^-1.5`),
    tie("expression").map((a) => `(1 + abs(${a}))^(sin(x))`),
    tie("expression").map((a) => `tan(0.7*tanh(${a}))`),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a})/(1 + (${b})^2)`),
    fc
      .tuple(tie("expression"), fc.constantFrom("<", ">", "<=", ">="), tie("expression"), tie("expression"))
      .map(([a, s, b, c]) => `(${a} ${s} ${b} ? ${c} : ${a})`),
  ),
}));

const side = fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 1e-9, 1e-3, 0.1, 1, 4));

test("values and slopes lie between the bounds, whatever the expression and the box", (t) => {
  let [sharp, sloped] = [0, 0];
  fc.assert(
    fc.property(
      expression,
      side,
      side,
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        { minLength: 8, maxLength: 8 },
      ),
      (text, [x0, wx], [y0, wy], shares) => {
        const { value, pullback } = compile(text, ["x", "y"]);
        const found = encloseExpression(text, ["x", "y"])([x0, y0], [x0 + wx, y0 + wy]);
        const y = new Float64Array(1);
        for (const [a, b] of shares) {
          const point = Float64Array.of(Math.min(x0 + a * wx, x0 + wx), Math.min(y0 + b * wy, y0 + wy));
          try {
            value(point, y);
          } catch {
            // Numbers that overflow have no value.
            continue;
          }
          // What float64 makes of the expression itself is not exact.
          const slack = 1e-9 * (1 + Math.abs(y[0]));
          if (!(found.low[0] - slack <= y[0] && y[0] <= found.high[0] + slack)) {
            t.log(text, point, y[0], found);
            return false;
          }
          if (found.high[0] - found.low[0] < 0.5) sharp++;
          if (!found.slopes) continue;
          const g = new Float64Array(2);
          try {
            pullback(point, Float64Array.of(1), g);
          } catch {
            continue;
          }
          sloped++;
          for (let k = 0; k < 2; k++) {
            const [low, high] = [found.slopes.low[k], found.slopes.high[k]];
            const room = 1e-7 * (1 + Math.abs(g[k]));
            if (!(low - room <= g[k] && g[k] <= high + room)) {
              t.log(text, point, k, g[k], low, high);
              return false;
            }
          }
        }
        return true;
      },
    ),
    { numRuns: 1500, seed: 11 },
  );
  t.true(sharp > 1000 && sloped > 1000, `${sharp} sharp, ${sloped} with slopes`);
});

/** Powers whose exponents are constants in disguise or vary, with values on negative bases or none. */
const { power } = fc.letrec<{ power: string; exponent: string }>((tie) => ({
  power: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("x", "y", "floor(x)", "-2", "0.5"),
    fc.tuple(tie("power"), tie("exponent")).map(([a, b]) => `(${a})^(${b})`),
    fc.tuple(tie("power"), tie("exponent")).map(([a, b]) => `pow(${a}, ${b})`),
    fc
      .tuple(tie("power"), fc.constantFrom("+", "-", "*", "/"), tie("power"))
      .map(([a, s, b]) => `(${a} ${s} ${b})`),
    fc
      .tuple(fc.constantFrom("sqrt", "log", "log1p", "tan", "cbrt", "abs", "exp"), tie("power"))
      .map(([f, a]) => `${f}(${a})`),
  ),
  exponent: fc.constantFrom(
    ...["1+2", "4/2", "-(1+1)", "1-1", "6/4", "1/3", "0.1*30", "min(2, 3)", "floor(e)", "pow(2, 1)", "-3"],
    ...["(1 < 2 ? 3 : x)", "pi", "y", "floor(y)", "2*sign(x)", "ceil(x) - 1", "abs(x)", "sqrt(4)", "y + 0*x"],
  ),
}));

/** Ends and whole numbers too: that is where negative numbers have powers. */
const near = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const sides = fc.tuple(
  fc.oneof(fc.integer({ min: -4, max: 3 }), fc.double({ min: -8, max: 3, noNaN: true })),
  fc.constantFrom(0, 1e-6, 0.25, 1, 9),
);

test("powers too lie between the bounds, on every box: of negative numbers, of 0, to exponents that vary", (t) => {
  let [negative, finite] = [0, 0];
  fc.assert(
    fc.property(
      power,
      sides,
      sides,
      fc.array(fc.tuple(near, near, fc.boolean()), { minLength: 12, maxLength: 12 }),
      (text, [x0, wx], [y0, wy], shares) => {
        const { value } = compile(text, ["x", "y"]);
        const found = encloseExpression(text, ["x", "y"])([x0, y0], [x0 + wx, y0 + wy]);
        const y = new Float64Array(1);
        for (const [a, b, rounded] of shares) {
          const pick = (from: number, width: number, share: number) => {
            const at = Math.min(from + share * width, from + width);
            return rounded && Math.round(at) >= from && Math.round(at) <= from + width ? Math.round(at) : at;
          };
          try {
            value(Float64Array.of(pick(x0, wx, a), pick(y0, wy, b)), y);
          } catch {
            // There is no such number.
            continue;
          }
          if (y[0] < 0) negative++;
          if (Number.isFinite(found.low[0]) && Number.isFinite(found.high[0])) finite++;
          // What float64 makes of the expression itself is not exact.
          const slack = 1e-9 * (1 + Math.abs(y[0]));
          if (!(found.low[0] - slack <= y[0] && y[0] <= found.high[0] + slack)) {
            t.log(text, [x0, wx, y0, wy], [a, b, rounded], y[0], found);
            return false;
          }
        }
        return true;
      },
    ),
    { numRuns: 4000, seed: 5 },
  );
  t.true(negative > 1000 && finite > 5000, `${negative} negative, ${finite} with finite bounds`);
});

test("an exponent that is a constant expression is that constant", (t) => {
  for (const text of ["x^(1+2)", "pow(x, 6/2)", "x^(0.1*30)", "x^-(-3)"]) {
    const { low, high, slopes } = encloseExpression(text, ["x"])([-8], [1]);
    t.true(low[0] <= -512 && low[0] > -512.01 && high[0] >= 1, text);
    t.true(slopes !== undefined, text);
  }
  // Whole values of an exponent that varies give negative numbers powers.
  const { low, high } = encloseExpression("x^y", ["x", "y"])([-2, 1], [2, 3]);
  t.true(low[0] <= -8 && high[0] >= 8 && high[0] < 8.01);
});

test("bounds close in on the function as the box shrinks", (t) => {
  const enclose = encloseExpression("sin(6*x)*exp(-x) + x^2/(1 + x)", ["x"]);
  let before = Number.POSITIVE_INFINITY;
  for (let width = 1; width > 1e-10; width /= 4) {
    const { low, high } = enclose([0.3], [0.3 + width]);
    t.true(high[0] - low[0] <= before);
    before = high[0] - low[0];
  }
  t.true(before < 1e-8);
});

test("jumps have no slopes, and kinks those of both sides", (t) => {
  t.is(encloseExpression("floor(x)", ["x"])([0.5], [1.5]).slopes, undefined);
  const flat = encloseExpression("floor(x)", ["x"])([0.5], [0.75]).slopes!;
  t.true(flat.low[0] <= 0 && flat.high[0] >= 0 && flat.high[0] - flat.low[0] < 1e-300);
  const { slopes } = encloseExpression("abs(x)", ["x"])([-1], [1]);
  t.true(slopes!.low[0] <= -1 && slopes!.high[0] >= 1 && slopes!.high[0] < 1.0001);
  t.is(encloseExpression("sqrt(x)", ["x"])([0], [1]).slopes, undefined, "infinite at 0");
  t.is(encloseExpression("(x < 0 ? 0 : 1)", ["x"])([-1], [1]).slopes, undefined);
});

test("the free variables of an expression, in alphabetical order", (t) => {
  t.deepEqual(freeVariables("sin(y*pi) + max(x, 2) - (z < 1 ? x : e)"), ["x", "y", "z"]);
  t.deepEqual(freeVariables("1 + 2"), []);
});
