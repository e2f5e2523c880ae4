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
