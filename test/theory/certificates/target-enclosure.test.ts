import test from "ava";
import { streamKey } from "../../../src/random/keys.js";
import { uniform64 } from "../../../src/random/uniform.js";
import { buildTarget } from "../../../src/targets/define.js";
import { expressionTarget } from "../../../src/targets/expression/target.js";
import { findTarget } from "../../../src/targets/registry.js";
import { sideOf } from "../../../src/theory/certificates/sampled-slopes.js";
import { targetEnclosure } from "../../../src/theory/certificates/target-enclosure.js";
import type { Task } from "../../../src/theory/constructions/construction.js";
import { defineTask } from "../../../src/theory/constructions/task.js";

const expression = (text: string, domain: string) => defineTask(expressionTarget(text, domain));

/** Without a formula, nor a name that anything is known of. */
function opaque(text: string, domain: string): Task {
  const task = expression(text, domain);
  return { ...task, target: { ...task.target, formula: undefined } };
}

test("a grid has as many cells a side as fit, exactly", (t) => {
  t.deepEqual([1, 2, 3, 4, 6, 12, 13, 512].map(sideOf), [4096, 64, 16, 8, 4, 2, 1, 1]);
});

test("an estimate is no smaller than the slope, and says of how many points it is", (t) => {
  const names = Array.from({ length: 16 }, (_, i) => `x${i}`);
  // The only centre of a grid of 16 dimensions is where this is flat.
  const sum = names.map((name) => `${name}^2`).join(" + ");
  const sides = names.map((name) => `${name}=-1:1`).join();
  const { conditions, enclose } = targetEnclosure(opaque(sum, sides));
  t.regex(conditions!.join(), /1\.5 times the steepest slope at 4097 points/);
  const { slopes } = enclose(new Float64Array(16).fill(-1), new Float64Array(16).fill(1));
  // 2·√16 at a corner; points in the box reach a good part of it.
  t.true(slopes!.high[0] > 8 && slopes!.high[0] < 12.1, String(slopes!.high[0]));
});

test("where gradients are 0 but values vary, differences show it", (t) => {
  const task = opaque("x", "x=0:1");
  const flat = { ...task.f, vjp: (x: Float64Array) => new Float64Array(x.length) };
  const { enclose } = targetEnclosure({ ...task, f: flat });
  const { low, high } = enclose(Float64Array.of(0), Float64Array.of(1));
  t.true(low[0] <= 0 && high[0] >= 1);
});

test("a target that jumps and has no formula is not bounded", (t) => {
  const target = buildTarget({
    ...{
      name: "ours",
      description: "a step",
      smoothness: "piecewise constant",
      inputs: 1,
      outputs: 1,
      dim: 1,
    },
    ...{
      sizes: { train: 10, validation: 10, test: 10 },
      draws: [{ low: 0, high: 1 }],
      range: { low: 0, high: 1 },
    },
    value: (x: Float64Array, y: Float64Array) => void (y[0] = x[0] < 0.3 ? 0 : 1),
  });
  const { enclose, conditions } = targetEnclosure(defineTask(target));
  t.regex(conditions!.join(), /may jump/);
  const { low, high, slopes } = enclose(Float64Array.of(0), Float64Array.of(0.1));
  t.deepEqual([low[0], high[0], slopes], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, undefined]);
});

test("a modulus that two points contradict is refused, with the points", (t) => {
  const steep = expression("sin(20*x)", "x=0:1");
  const message = t.throws(() => targetEnclosure(steep, { constant: 10 }))!.message;
  const [, change, x, y] = /changes by (\S+) between \((\S+)\) and \((\S+)\), where 10·‖x − y‖/.exec(
    message,
  )!;
  const [a, b] = [
    steep.f.evaluate(Float64Array.of(Number(x)), 1),
    steep.f.evaluate(Float64Array.of(Number(y)), 1),
  ];
  t.true(Math.abs(a[0] - b[0]) > 10 * Math.abs(Number(x) - Number(y)));
  t.true(Math.abs(Math.abs(a[0] - b[0]) - Number(change)) < 0.01 * Number(change));
  t.notThrows(() => targetEnclosure(steep, { constant: 20 }));
  t.throws(() => targetEnclosure(opaque("sqrt(x)", "x=0:1"), { constant: 0.9, exponent: 0.5 }), {
    message: /‖x − y‖\^0\.5 allows/,
  });
  t.notThrows(() => targetEnclosure(opaque("sqrt(x)", "x=0:1"), { constant: 1, exponent: 0.5 }));
});

test("a modulus that is given does not make a formula's bounds worse", (t) => {
  const task = expression("x^2", "x=0:1");
  const [low, high] = [Float64Array.of(0), Float64Array.of(0.25)];
  const [bare, loose] = [targetEnclosure(task), targetEnclosure(task, { constant: 100 })];
  t.deepEqual(
    { ...loose.enclose(low, high), middle: undefined },
    { ...bare.enclose(low, high), middle: undefined },
  );
  t.regex(loose.conditions!.join(), /as was given/);
  // Nor is it in vain: slopes of sqrt at 0 are none, and of a wild formula loose.
  const wild = expression("x - x + x - x + x", "x=0:1");
  const { slopes } = targetEnclosure(wild, { constant: 1 }).enclose(Float64Array.of(0), Float64Array.of(1));
  t.true(slopes!.high[0] <= 1.001);
});

test("what is known of a target's constants is proven, and holds", (t) => {
  for (const name of [
    "sort(4)",
    "reverse(3)",
    "cumulative-sum(5)",
    "running-maximum(4)",
    "m2n1",
    "product(40)",
  ]) {
    const task = defineTask(findTarget(name));
    const { enclose, conditions = [] } = targetEnclosure(task);
    t.deepEqual(conditions, [], name);
    const d = task.f.inputs;
    const u = uniform64(streamKey(1, "test"), 0, 40 * d);
    for (let i = 0; i < 20; i++) {
      const [a, b] = [0, 1].map((s) =>
        u
          .slice((2 * i + s) * d, (2 * i + s + 1) * d)
          .map((v, k) => task.low[k] + v * (task.high[k] - task.low[k])),
      );
      const [low, high] = [a.map((v, k) => Math.min(v, b[k])), a.map((v, k) => Math.max(v, b[k]))];
      const found = enclose(low, high);
      for (const point of [a, b, low, high]) {
        const y = task.f.evaluate(point, 1);
        t.true(
          y.every((value, j) => found.low[j] <= value && value <= found.high[j]),
          name,
        );
      }
    }
  }
  // Sorting moves no number by more than the largest change: half of the side, not √4 times it.
  const { low, high } = targetEnclosure(defineTask(findTarget("sort(4)"))).enclose(
    new Float64Array(4),
    new Float64Array(4).fill(0.5),
  );
  t.true(high[0] - low[0] < 0.5001);
});
