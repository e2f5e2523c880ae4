import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import { expressionTarget } from "../../../src/targets/expression/target.js";
import { findTarget } from "../../../src/targets/registry.js";
import type { Target } from "../../../src/targets/target.js";
import { certifyConstructed } from "../../../src/theory/certificates/certify-constructed.js";
import { targetEnclosure } from "../../../src/theory/certificates/target-enclosure.js";
import { constructions } from "../../../src/theory/constructions/registry.js";
import { checkOptions, defaultSize, parseSpec, specText } from "../../../src/theory/constructions/spec.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { measuredError } from "../../../src/theory/measured-error.js";
import { testSource } from "../../kernels/run.js";

const targets: readonly Target[] = [
  expressionTarget("sin(3*x) + x", "x=-1:2"),
  expressionTarget("x*y, max(x, y)", "x=0:1,y=-1:1"),
  findTarget("in-context-linear(1, 2)"),
];

for (const [name, construction] of constructions) {
  test(`${name}: what it makes is what it says, within its certificate`, async (t) => {
    let made = 0;
    for (const target of targets) {
      const task = defineTask(target);
      const options = checkOptions(construction, {});
      let constructed: ReturnType<typeof construction.construct>;
      try {
        constructed = construction.construct(task, construction.ladder(task, 2), options);
      } catch (error) {
        t.true(error instanceof PlateauError && ["usage", "memory"].includes(error.code), String(error));
        continue;
      }
      made++;
      const { g, layers, parameters, size, model } = constructed;
      t.is(constructed.construction, name);
      t.is(g.inputs, task.f.inputs);
      t.is(g.outputs, task.f.outputs);
      t.true(size >= 1 && layers >= 1 && parameters >= 1);
      if (model) {
        const { extent, inputDim, outputDim } = model.architecture;
        t.is(extent.inputTokens * inputDim, g.inputs);
        t.is(extent.outputTokens * outputDim, g.outputs);
      }
      // Without a modulus of the target on its box there is no certificate.
      if (task.f.inputs > 4) continue;
      const { error } = await certifyConstructed(task, constructed, { boxes: 200 });
      const met = measuredError(task, g, "sup", 2000);
      t.true(met <= error.upper * (1 + 1e-12) && error.lower <= error.upper, `${met}, ${error.upper}`);
    }
    t.true(made >= 1);
  });

  test(`${name}: options that are left out are defaults, and wrong ones are refused`, (t) => {
    const task = defineTask(name === "incontext" ? targets[2] : targets[0]);
    const size = construction.ladder(task, 2);
    const x = Float64Array.from(task.low, (from, i) => 0.3 * from + 0.7 * task.high[i]);
    const want = construction.construct(task, size, checkOptions(construction, {})).g.evaluate(x, 1);
    for (const options of [{}, undefined]) {
      t.deepEqual(construction.construct(task, size, options).g.evaluate(x, 1), want);
    }
    t.true(want.every(Number.isFinite));
    for (const options of [{ none: 1 }, { order: "2" }, { positions: 0, variant: 7, eta: -1 }, 3, [1]]) {
      const error = t.throws(() => construction.construct(task, size, options), { instanceOf: PlateauError });
      t.is(error.code, "usage");
      t.regex(error.message, new RegExp(`construction ${name}`));
    }
  });

  test(`${name}: a spec is text and back, with sizes that rise`, (t) => {
    const spec = parseSpec(`${name}(5)`);
    t.is(spec.construction, construction);
    t.deepEqual(parseSpec(specText(spec)), spec);
    const task = defineTask(targets[0]);
    const ladder = Array.from({ length: 8 }, (_, i) => construction.ladder(task, i));
    for (let i = 1; i < ladder.length; i++) t.true(ladder[i] > ladder[i - 1]);
    t.true(defaultSize(construction, task) >= 1);
  });
}

test("a target of several numbers a token is enclosed number by number", (t) => {
  for (const dim of [1, 2, 3]) {
    const task = defineTask(expressionTarget("x*sin(y), x - y^2", "x=0:1,y=-1:1"), dim);
    const { f } = task;
    const enclosure = targetEnclosure(task);
    for (let draw = 0; draw < 40; draw++) {
      const shares = testSource(draw + 50 * dim)(2 * f.inputs, 0, 1);
      const side = (i: number, share: number) => task.low[i] + share * (task.high[i] - task.low[i]);
      const ends = Array.from({ length: f.inputs }, (_, i) =>
        [side(i, shares[2 * i]), side(i, shares[2 * i + 1])].sort((a, b) => a - b),
      );
      const [low, high] = [Float64Array.from(ends, ([a]) => a), Float64Array.from(ends, ([, b]) => b)];
      const found = enclosure.enclose(low, high);
      const inner = testSource(draw)(f.inputs, 0, 1);
      const x = Float64Array.from(inner, (share, i) => low[i] + share * (high[i] - low[i]));
      f.evaluate(x, 1).forEach((value, o) => {
        t.true(found.low[o] - 1e-12 <= value && value <= found.high[o] + 1e-12);
        const w = new Float64Array(f.outputs);
        w[o] = 1;
        f.vjp!(x, w, 1).forEach((slope, k) => {
          const at = o * f.inputs + k;
          t.true(found.slopes!.low[at] - 1e-12 <= slope && slope <= found.slopes!.high[at] + 1e-12);
        });
      });
    }
  }
});
