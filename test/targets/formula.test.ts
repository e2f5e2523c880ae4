import test from "ava";
import { compile } from "../../src/targets/expression/compile.js";
import { encloseExpression } from "../../src/targets/expression/enclose.js";
import { findTarget, targetFamilies } from "../../src/targets/registry.js";

const named = [
  ...targetFamilies.map(({ name }) => name),
  "cusp(0.25)",
  "cusp(1)",
  "chirp(2)",
  "product(5)",
  "ackley(3)",
  "staircase(0.3)",
  "weierstrass(0.7, 2)",
];

for (const name of named) {
  const target = findTarget(name);
  const { formula } = target;
  if (!formula) continue;
  test(`${name}: its formula is the function, and encloses it`, (t) => {
    const { value } = compile(formula.text, formula.variables);
    const enclose = encloseExpression(formula.text, formula.variables);
    const { low, high } = target.domainOf(1);
    const x = target.domainOf(1).sample(3, 0, 200);
    const own = new Float64Array(target.outputs);
    const found = new Float64Array(target.outputs);
    for (let i = 0; i < 200; i++) {
      const point = x.slice(i * target.inputs, (i + 1) * target.inputs);
      target.value(point, own);
      value(point, found);
      const at = enclose(point, point);
      for (let j = 0; j < own.length; j++) {
        t.true(Math.abs(own[j] - found[j]) <= 1e-9 * (1 + Math.abs(own[j])), `${own[j]}, ${found[j]}`);
        const slack = 1e-9 * (1 + Math.abs(own[j]));
        t.true(at.low[j] - slack <= own[j] && own[j] <= at.high[j] + slack);
        t.true(at.high[j] - at.low[j] < 1e-4, "of a point little is unknown");
      }
    }
    t.is(low.length, formula.variables.length);
    t.is(high.length, target.inputs);
  });
}

test("most targets of the library have a formula", (t) => {
  t.true(targetFamilies.filter((family) => family.make().formula).length >= 12);
});
