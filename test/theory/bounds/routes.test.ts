import test from "ava";
import { PlateauError } from "../../../src/errors.js";
import type { Model } from "../../../src/nn/model.js";
import { findTarget } from "../../../src/targets/registry.js";
import { bound } from "../../../src/theory/bounds/bound.js";
import { constantsOf } from "../../../src/theory/bounds/constants.js";
import { knownConstants } from "../../../src/theory/bounds/known.js";
import { orderAt, rates } from "../../../src/theory/bounds/rates.js";
import { reluCounts } from "../../../src/theory/bounds/relu-counts.js";
import { watchSlopes } from "../../../src/theory/bounds/steep.js";
import { findConstruction } from "../../../src/theory/constructions/registry.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { cellCentres, gridNodes } from "../../../src/theory/grid.js";

const task = (name: string) => defineTask(findTarget(name));
const near = (a: number, b: number, by: number) => Math.abs(a - b) <= by * Math.max(1e-3, Math.abs(b));

/** Largest 1-norm and mean square 2-norm of the gradient over a fine grid, by exact derivatives. */
function gradients(name: string): { lipschitz: number; square: number } {
  const { f, low, high } = task(name);
  const n = Math.floor(40_000 ** (1 / f.inputs));
  let [lipschitz, square] = [0, 0];
  for (const [x, counts] of [
    [cellCentres(low, high, n), true],
    [gridNodes(low, high, Math.min(n, 8)), false],
  ] as const) {
    const count = x.length / f.inputs;
    const cotangent = new Float64Array(count * f.outputs);
    let most = 0;
    for (let o = 0; o < f.outputs; o++) {
      cotangent.fill(0);
      for (let r = 0; r < count; r++) cotangent[r * f.outputs + o] = 1;
      const g = f.vjp!(x, cotangent, count);
      let sum = 0;
      for (let r = 0; r < count; r++) {
        const row = g.subarray(r * f.inputs, (r + 1) * f.inputs);
        lipschitz = Math.max(
          lipschitz,
          row.reduce((total, value) => total + Math.abs(value), 0),
        );
        sum += row.reduce((total, value) => total + value * value, 0);
      }
      most = Math.max(most, sum / count);
    }
    if (counts) square = most;
  }
  return { lipschitz, square };
}

test("constants in closed form are those of the functions", (t) => {
  for (const name of [
    "sine(1)",
    "sine(2.3)",
    "abs",
    "cusp(0.9)",
    "product(2)",
    "product(3)",
    "cumulative-sum(3)",
    "reverse(2)",
    "sort(3)",
    "running-maximum(3)",
    "m2n1",
  ]) {
    const known = knownConstants(name)!;
    const { lipschitz, square } = gradients(name);
    if (Number.isFinite(known.lipschitz))
      t.true(near(known.lipschitz, lipschitz, 1e-3), `${name}: ${lipschitz}`);
    // Near its cusp a gradient is steep: a mean converges slowly.
    t.true(near(known.gradientL2 ** 2, square, name.startsWith("cusp") ? 0.15 : 2e-3), `${name}: ${square}`);
  }
  t.is(knownConstants("franke"), undefined);
  t.is(knownConstants("sin(6*x) on x=0:1"), undefined);
});

test("constants that are not known are proven where there is a formula, else estimates, marked as such", async (t) => {
  const sine = await constantsOf(task("sin(6*x) on x=0:1"));
  t.is(sine.lipschitz!.known, "proven");
  t.true(sine.lipschitz!.low <= 6 && sine.lipschitz!.high! >= 6 && sine.lipschitz!.value < 6.01);
  t.is(sine.gradientL2!.known, "estimate");
  // ∫ 36cos²(6x) = 18 + 1.5·sin 12.
  const truth = Math.sqrt(18 + 1.5 * Math.sin(12));
  t.true(sine.gradientL2!.low <= truth && truth <= sine.gradientL2!.high!);
  const steps = await constantsOf(task("floor(3*x) on x=0:1"));
  t.true(steps.jumps);
  t.deepEqual([steps.lipschitz, steps.holder, steps.gradientL2], [null, null, null]);
  const rough = await constantsOf(task("cusp(0.5)"));
  t.is(rough.lipschitz, null);
  t.deepEqual([rough.holder!.constant.value, rough.holder!.exponent.value], [1, 0.5]);
});

test("an infinite slope is no error: a Hölder law is found, the Lipschitz constant is infinite", async (t) => {
  for (const [name, exponent, constant] of [
    ["sqrt(x) on x=0:1", 1 / 2, 1],
    ["sqrt(abs(x-0.3)) on x=0:1", 1 / 2, 1],
    // |∛x − ∛y| is largest for y = −x: 2·(h/2)^(1/3).
    ["cbrt(x) on x=-1:1", 1 / 3, 2 ** (2 / 3)],
  ] as const) {
    const { steep, jumps, lipschitz, gradientL2, holder } = await constantsOf(task(name));
    t.true(steep && !jumps, name);
    t.deepEqual([lipschitz, gradientL2], [null, null]);
    t.true(near(holder!.exponent.value, exponent, 0.02), `${name}: ${holder!.exponent.value}`);
    // At a kink that is not met exactly one side may show: √|x| has 1 on one, √2 over two.
    t.true(holder!.constant.value > 0.9 * constant && holder!.constant.value < 1.5 * constant, name);
    const { delta, routes } = await bound(task(name), { epsilon: 0.2 });
    t.true(near(delta.corner!, (0.2 / holder!.constant.value) ** (1 / holder!.exponent.value), 1e-9));
    t.true(routes.some((route) => route.name === "relu"));
  }
  t.false((await constantsOf(task("abs(x-0.3) on x=0:1"))).steep);
  t.true((await constantsOf(task("cusp(0.5)"))).steep);
});

test("slopes are watched row by row", (t) => {
  const { f } = task("sqrt(x)*y on x=0:1,y=0:1");
  const watched = watchSlopes(f);
  const x = Float64Array.of(0.25, 1, 0, 1, 1, 0.5);
  t.deepEqual([...watched.f.vjp!(x.subarray(0, 2), Float64Array.of(1), 1)], [1, 0.5]);
  t.false(watched.steep);
  t.deepEqual([...watched.f.vjp!(x, Float64Array.of(1, 1, 1), 3)], [1, 0.5, 0, 0, 0.25, 1]);
  t.true(watched.steep);
});

test("what the table says is enough is enough: built at that size, no sample errs by more than ε", async (t) => {
  for (const [name, epsilon] of [
    ["sin(6*x) on x=0:1", 0.1],
    ["cusp(0.5)", 0.2],
    ["abs(x-y) on x=0:1,y=0:1", 0.2],
    ["product(2)", 0.4],
  ] as const) {
    const { f, low, high } = task(name);
    const found = await bound(task(name), { epsilon });
    const n = Math.floor(4000 ** (1 / f.inputs));
    const x = cellCentres(low, high, n).map(Math.fround);
    const count = x.length / f.inputs;
    const truth = f.evaluate(x, count);
    const sizes: Record<string, (size: string) => number> = {
      yun: (size) => Number(/1\/(\d+)/.exec(size)![1]),
      relu: (size) => Number(/^\d+/.exec(size)![0]),
      partition: (size) => Number(/^\d+/.exec(size)![0]),
      ...(found.constants.curvature && {
        "partition, order 2": (size: string) => Number(/^\d+/.exec(size)![0]),
      }),
    };
    t.is(found.constants.curvature !== null, name.startsWith("sin") || name.startsWith("product"), name);
    for (const [construction, read] of Object.entries(sizes)) {
      const route = found.routes.find((one) => one.name === construction)!;
      t.true(route.fits, `${name} ${construction}`);
      const defaults = {
        yun: { positions: true, constants: "proof" },
        partition: { order: 1, sharpness: 1 },
        "partition, order 2": { order: 2, sharpness: 1 },
        relu: { variant: "wide" },
      }[construction];
      const made = findConstruction(construction.split(",")[0]).construct(
        task(name),
        read(route.size),
        defaults as never,
      );
      const y = made.g.evaluate(x, count);
      const worst = y.reduce((most, value, i) => Math.max(most, Math.abs(value - truth[i])), 0);
      t.true(worst <= epsilon * (1 + 1e-5), `${name} by ${construction}: ${worst}`);
      t.is(route.parameters!.exact, String(made.parameters));
      t.is(route.layers!.exact, String(made.layers));
    }
    // And no staircase can do with pieces that are much wider than what L² needs.
    t.true(found.delta.neededL2 === null || found.delta.neededL2 > found.delta.centre!);
  }
});

test("where it explodes the table has finite numbers, and says what does not fit", async (t) => {
  const found = await bound(task("sort(100)"), { epsilon: 1e-3 });
  const yun = found.routes.find((route) => route.name === "yun")!;
  t.true(Math.abs(yun.layers!.log10 - (2 + 100 * Math.log10(2000))) < 0.01);
  t.is(yun.fits, false);
  t.regex(yun.why, /bytes/);
  t.true(found.routes.every((route) => route.parameters === null || !Number.isNaN(route.parameters.log10)));
  t.deepEqual(JSON.parse(JSON.stringify(found)), found);
});

test("a target that jumps has no δ, and an ε below float64 is refused", async (t) => {
  const found = await bound(task("step"), { epsilon: 0.1 });
  t.is(found.delta.corner, null);
  t.deepEqual(found.routes, []);
  const error = await t.throwsAsync(() => bound(task("sine"), { epsilon: 1e-18 }), {
    instanceOf: PlateauError,
  });
  t.regex(error!.message, /epsilon 1e-18: float64 tells values up to 1 apart/);
  await t.throwsAsync(() => bound(task("sine"), { epsilon: 0 }), { message: /epsilon is 0/ });
});

test("an ε that float32 does not resolve fits no route of the engine", async (t) => {
  const { routes } = await bound(task("sine"), { epsilon: 1e-8 });
  for (const name of ["partition", "relu"]) {
    const route = routes.find((one) => one.name === name)!;
    t.is(route.fits, false);
    t.regex(route.why, /float32 tells values up to 1 apart to 2.4e-7/);
  }
});

test("relu and partition are counted as they are built, in one to three dimensions", (t) => {
  for (const [name, cells] of [
    ["sine", 9],
    ["product(2)", 4],
    ["product(3)", 3],
    ["reverse(3)", 2],
  ] as const) {
    const { f } = task(name);
    const built = findConstruction("relu").construct(task(name), cells, { variant: "wide" } as never);
    const counts = reluCounts(f.inputs, f.outputs, cells);
    t.is(counts.parameters.exact, String(built.model!.parameterCount), name);
    t.is(counts.layers.exact, String(built.layers), name);
    t.is(counts.flops.exact, String(matrixProducts(built.model!, name)), name);
  }
  t.true(Number.isFinite(reluCounts(3, 1, 1e9).parameters.log10));
});

/** 2·M·N·K of every gemmNT of the program for one context. */
function matrixProducts(model: Model, name: string): number {
  const { target } = task(name);
  const { program } = model.program({
    batch: 1,
    inputTokens: target.inputs,
    outputTokens: target.outputs,
  });
  let flops = 0;
  for (const line of program.listing()) {
    if (!line.includes("gemmNT(")) continue;
    // gemmNT(C, A, B, bias, M, N, K, …).
    const args = /\((.*)\)$/.exec(line)![1].split(", ").map(Number);
    flops += 2 * args[4] * args[5] * args[6];
  }
  return flops;
}

test("second derivatives are found where there are some, and order 2 is offered only there", async (t) => {
  for (const [name, truth] of [
    ["sin(6*x) on x=0:1", 36],
    ["x^2 + 3*x*y on x=0:1,y=-1:1", 8],
    ["2*x - y on x=0:1,y=0:1", 0],
  ] as const) {
    const { curvature } = await constantsOf(task(name));
    t.true(near(curvature!.value, truth, 1e-3), `${name}: ${curvature!.value}`);
    t.is(curvature!.known, "estimate");
  }
  for (const name of ["abs(x-0.3) on x=0:1", "x^1.5 on x=0:1", "sort(2)", "cusp(0.5)"]) {
    const found = await bound(task(name), { epsilon: 0.1 });
    t.is(found.constants.curvature, null, name);
    t.false(
      found.routes.some((route) => route.name === "partition, order 2"),
      name,
    );
  }
  const { routes } = await bound(task("sin(6*x) on x=0:1"), { epsilon: 0.01 });
  t.is(routes.find((route) => route.name === "partition, order 2")!.size, "31 memory tokens");
});

test("what fits memory but rounds by more than ε is marked", async (t) => {
  const { routes } = await bound(task("weierstrass"), { epsilon: 0.1 });
  const relu = routes.find((route) => route.name === "relu")!;
  t.true(relu.fits);
  t.true(relu.rounding! > 0.1);
  t.regex(relu.why, /float32's rounding may be 0\.\d+ in the worst case: ε = 0.1 is not certified/);
  const smooth = await bound(task("sin(6*x) on x=0:1"), { epsilon: 0.1 });
  t.true(smooth.routes.every(({ rounding }) => rounding === null));
});

test("what has no bounded slope is not said to jump, and what papers state without a rate has its row", async (t) => {
  const context = await bound(task("in-context-linear"), { epsilon: 0.1 });
  t.true(context.constants.unbounded);
  t.deepEqual(
    context.routes.map(({ name, kind }) => [name, kind]),
    [["Garg et al.", "statement"]],
  );
  t.false((await constantsOf(task("step"))).unbounded);
  const { routes } = await bound(task("abs"), { epsilon: 0.1 });
  const rows = routes.filter(({ kind }) => kind === "statement");
  t.deepEqual(
    rows.map(({ name }) => name),
    ["Zhou et al."],
  );
  t.true(
    rows.every(({ layers, parameters, fits }) => layers === null && parameters === null && fits === null),
  );
});

test("orders of the papers scale as they state", (t) => {
  const f = { constant: 2, exponent: 0.5, inputs: 3 };
  for (const rate of rates) {
    const [a, b] = [orderAt(rate, f, 0.01), orderAt(rate, f, 0.001)];
    t.true(Math.abs(b.log10 - a.log10 - rate.exponent(f)) < 1e-9);
  }
  const by = (name: string) => rates.find((rate) => rate.name === name)!.exponent(f);
  t.deepEqual(
    [by("Shi & Liao"), by("He et al., enough"), by("He et al., least"), by("Lai & Sun")],
    [6, 6, 1.5, 8],
  );
});
