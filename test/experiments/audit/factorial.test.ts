import test from "ava";
import { contrastEffect, factorial } from "../../../src/experiments/audit/factorial.js";

const letters = [..."ABCDEFGH"];

for (const k of [4, 5, 6, 7, 8]) {
  const plan = factorial(letters.slice(0, k));

  test(`${k} factors: 16 different runs, every factor balanced and orthogonal to every other and to all pairs`, (t) => {
    const { runs } = plan;
    t.is(new Set(runs.map(String)).size, 16);
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const columns = Array.from({ length: k }, (_, i) => runs.map((levels) => levels[i]));
    for (let i = 0; i < k; i++) {
      t.is(
        columns[i].reduce<number>((sum, x) => sum + x, 0),
        0,
      );
      for (let j = 0; j < i; j++) {
        t.is(dot(columns[i], columns[j]), 0);
        const pair = columns[i].map((x, run) => x * columns[j][run]);
        for (let other = 0; other < k; other++) {
          if (other === i || other === j) continue;
          t.is(dot(columns[other], pair), 0, "main effects are clear of pairs");
        }
      }
    }
  });

  test(`${k} factors: products are aliased where, and only where, their columns are equal`, (t) => {
    const column = (name: string) =>
      plan.runs.map((levels) =>
        name.split("×").reduce((product, factor) => product * levels[plan.factors.indexOf(factor)], 1),
      );
    const pairs = plan.contrasts.filter(({ main }) => !main);
    const grouped = pairs.flatMap(({ names }) => names);
    t.is(grouped.length, (k * (k - 1)) / 2, "every pair is in one group");
    for (const { names, signs, aliases } of plan.contrasts) {
      for (const name of [...names, ...aliases]) t.deepEqual(column(name), [...signs]);
    }
    const signs = plan.contrasts.map((one) => one.signs.join());
    t.is(new Set(signs).size, signs.length, "contrasts are told apart");
  });
}

test("eight factors have the defining relation of the textbook's 2^(8−4), resolution IV", (t) => {
  const plan = factorial(letters);
  t.is(plan.resolution, 4);
  t.deepEqual(
    plan.generators.map(({ factor, product }) => `${factor}=${product.join("")}`),
    ["E=BCD", "F=ACD", "G=ABC", "H=ABD"],
  );
  const pairs = plan.contrasts.filter(({ main }) => !main);
  t.is(pairs.length, 7);
  for (const { names } of pairs) t.is(names.length, 4);
});

test("four factors are a complete design", (t) => {
  const plan = factorial(["A", "B", "C", "D"]);
  t.is(plan.resolution, null);
  t.deepEqual(plan.generators, []);
  t.true(plan.contrasts.every(({ aliases }) => aliases.length === 0));
});

test("planted effects come out: a factor's doubled coefficient, a pair's in its group", (t) => {
  const plan = factorial(letters);
  const at = (run: readonly number[], name: string) => run[letters.indexOf(name)];
  const values = plan.runs.map(
    (run) => 3 + 0.5 * at(run, "B") - 0.25 * at(run, "H") + 0.125 * at(run, "A") * at(run, "E"),
  );
  for (const { names, signs } of plan.contrasts) {
    const wanted = names.includes("B") ? 1 : names.includes("H") ? -0.5 : names.includes("A×E") ? 0.25 : 0;
    t.is(contrastEffect(signs, values), wanted, names.join());
  }
});

test("three factors and nine have no such design", (t) => {
  t.throws(() => factorial(["A", "B", "C"]), { code: "usage" });
  t.throws(() => factorial([..."ABCDEFGHI"]), { code: "usage" });
});
