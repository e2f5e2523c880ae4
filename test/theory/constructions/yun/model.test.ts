import test from "ava";
import { PlateauError } from "../../../../src/errors.js";
import { pointwise } from "../../../../src/targets/function.js";
import { findTarget } from "../../../../src/targets/registry.js";
import { buildYun, type Yun } from "../../../../src/theory/constructions/yun/build.js";
import { contextNumbers } from "../../../../src/theory/constructions/yun/contextual.js";
import { yunConfig } from "../../../../src/theory/constructions/yun/grid.js";
import { pieceValue } from "../../../../src/theory/constructions/yun/layers.js";
import { leastGlobal } from "../../../../src/theory/constructions/yun/least-global.js";
import { yunModel } from "../../../../src/theory/constructions/yun/model.js";
import { reluUnits } from "../../../../src/theory/constructions/yun/soften.js";
import { distanceAt, soften } from "../../../../src/theory/constructions/yun/softened.js";
import { contexts, cornersOf } from "../../../../src/theory/constructions/yun/value.js";
import { testSource } from "../../../kernels/run.js";

const cube = (sides: number) => [new Array<number>(sides).fill(0), new Array<number>(sides).fill(1)] as const;
const allCorners = ({ config, box }: Yun) =>
  cornersOf(
    config,
    box,
    [...contexts(config)].map((context) => context.slice()),
  );

/** Grids whose numbers float32 holds, on boxes that it holds exactly. */
const built: Yun[] = [
  ...["x - 3*y + x*y on x=0:1,y=-1:1", "reverse(2)"].map((name) => {
    const target = findTarget(name);
    const { low, high } = target.domainOf(1);
    const shape = { dim: 1, inputTokens: 2, outputTokens: target.outputs, cells: 4 };
    return buildYun(target.asFunction(1), shape, low, high);
  }),
  buildYun(
    pointwise({ name: "pairs", inputs: 4, outputs: 2, value: ([a, b, c, d]) => [a - b * c, d - a] }),
    { dim: 2, inputTokens: 2, outputTokens: 1, cells: 2 },
    ...cube(4),
  ),
  buildYun(
    pointwise({ name: "product", inputs: 2, value: ([a, b]) => a * b }),
    { dim: 1, inputTokens: 2, outputTokens: 1, cells: 8, positions: false },
    ...cube(2),
  ),
];

test("as a model of the engine it computes what the float64 layers compute, to the last bit of float32", (t) => {
  for (const one of built) {
    const model = yunModel(one);
    const corners = allCorners(one);
    const rows = corners.length / one.g.inputs;
    const found = model.predict(Float32Array.from(corners));
    t.deepEqual(found, Float32Array.from(one.g.evaluate(corners, rows)));
    // Inside of the cells, too: a point that is no corner has the bits of its corner.
    const x = testSource(3)(64 * one.g.inputs, 0, 1).map(
      (share, i) =>
        (share * one.config.cells - one.box.bias[i % one.g.inputs]) / one.box.weight[i % one.g.inputs],
    );
    t.deepEqual(model.predict(x), Float32Array.from(one.g.evaluate(Float64Array.from(x), 64)));
  }
});

test("activations without their jumps are the activations, but on the ramps before the jumps", (t) => {
  const pieces = [
    { breaks: [-0.5, 1], slopes: [0, -1, 0], shifts: [0, 0, 0] },
    { breaks: [-0.5, 8.5], slopes: [-1, 0, -1], shifts: [-50, 0, -50] },
    { breaks: [-0.5, 0.5], slopes: [0, 0, 0], shifts: [0, 1, 0] },
    { breaks: [-1, 2], slopes: [2, -1, 0.5], shifts: [0, 1, 3] },
  ] as const;
  for (const piece of pieces) {
    for (const width of [0.5, 1 / 16]) {
      const units = reluUnits(piece, width);
      const value = (x: number) =>
        units.reduce((sum, unit) => sum + unit.factor * Math.max(0, unit.weight * x + unit.shift), 0);
      for (let x = -4; x <= 12; x += 1 / 64) {
        const ramp = piece.breaks.some((b) => x > b - width && x < b);
        const near = (y: number) => Math.abs(value(x) - y) <= 1e-10;
        if (!ramp) t.true(near(pieceValue(piece, x)), `${x}: ${value(x)}`);
        // Continuous: no steeper than the jump over the ramp.
        t.true(Math.abs(value(x + 1e-6) - value(x)) <= 1e-6 * (3 + 60 / width));
      }
    }
  }
});

test("with softmax and ReLU it tends to the construction: the larger lambda, the fewer points differ, and at corners none", (t) => {
  const target = findTarget("x - 3*y + x*y on x=0:1,y=-1:1");
  const { low, high } = target.domainOf(1);
  const one = buildYun(
    target.asFunction(1),
    { dim: 1, inputTokens: 2, outputTokens: 1, cells: 8 },
    low,
    high,
  );
  const found = [4, 16, 64, 256].map((lambda) => distanceAt(one, lambda, { points: 1024 }));
  for (const [i, { differing, rms }] of found.entries()) {
    if (i > 0) t.true(differing < found[i - 1].differing && rms < found[i - 1].rms);
  }
  t.true(found[0].corners > 1);
  t.is(found[2].corners, 0);
  t.is(found[3].cornersChecked, 64);
  // What is left are the ramps: a share 1/λ of each of the two coordinates, and the sup norm does not fall.
  const ramps = 1 - (1 - 1 / 256) ** 2;
  t.true(found[3].differing <= 3 * ramps, `${found[3].differing} against ${ramps}`);
  t.is(soften(one, 4).before.length + soften(one, 4).after.length, 9 + 17 + 128);
  t.throws(() => soften(one, 1.5), { message: /lambda 1.5/ });
});

test("the softmax model of the engine is the softened construction, in float32", (t) => {
  const one = built[3];
  const model = yunModel(one, 64);
  const corners = allCorners(one);
  const rows = corners.length / 2;
  const want = soften(one, 64).g.evaluate(corners, rows);
  const got = model.predict(Float32Array.from(corners));
  for (let i = 0; i < rows; i++) t.true(Math.abs(got[i] - want[i]) < 1e-5, `${got[i]}, ${want[i]}`);
  t.deepEqual(want, one.g.evaluate(corners, rows));
});

test("grids whose numbers float32 does not hold are no models, and the error says which are", (t) => {
  const f = pointwise({ name: "sum", inputs: 2, value: ([a, b]) => a + b });
  const one = buildYun(f, { dim: 1, inputTokens: 2, outputTokens: 1, cells: 16 }, ...cube(2));
  const error = t.throws(() => yunModel(one), { instanceOf: PlateauError }) as PlateauError;
  t.is(error.code, "memory");
  t.regex(
    error.message,
    /numbers up to 1\.21e\+9, and float32 counts exactly to 16777216; δ = 1\/7 would fit/,
  );
});

test("with the least global shift that tells all tokens apart float32 holds δ = 1/16: 562 layers in the engine", (t) => {
  const target = findTarget("x - 3*y + x*y on x=0:1,y=-1:1");
  const { low, high } = target.domainOf(1);
  const shape = { dim: 1, inputTokens: 2, outputTokens: 1, cells: 16 };
  const global = leastGlobal(yunConfig(shape));
  const one = buildYun(target.asFunction(1), { ...shape, global }, low, high);
  const corners = allCorners(one);
  const want = target.asFunction(1).evaluate(corners, 256);
  t.deepEqual(one.g.evaluate(corners, 256), want);
  const model = yunModel(one);
  t.deepEqual(model.predict(Float32Array.from(corners)), Float32Array.from(want));
  const named = model.program({ batch: 1, inputTokens: 2, outputTokens: 1 }).program.listing();
  t.is(named.filter((line) => line.includes(".residual: add(")).length, 562);
  t.is(named.filter((line) => line.includes("attentionForward")).length, 33);
});

test("the least global shift is the least, and too small a one is refused", (t) => {
  const f = pointwise({ name: "sum", inputs: 3, value: ([a, b, c]) => a + b + c });
  const shape = { dim: 1, inputTokens: 3, outputTokens: 1, cells: 7, positions: false };
  t.is(leastGlobal(yunConfig(shape)), 4);
  t.notThrows(() => buildYun(f, { ...shape, global: 4 }, ...cube(3)));
  for (const global of [1, 2, 3]) {
    t.throws(() => buildYun(f, { ...shape, global }, ...cube(3)), { message: /global \d: two tokens get/ });
  }
  for (const cells of [2, 5, 9]) {
    t.is(leastGlobal(yunConfig({ dim: 1, inputTokens: 3, outputTokens: 1, cells })), 1);
  }
  // Without any, what the selective shifts leave of a token does not tell its context.
  const l = [0, 4, 6].map((value) => Float64Array.of(0, value, 8));
  for (const context of l) contextNumbers({ ...yunConfig({ ...shape, cells: 3 }), global: 0 }, context);
  t.is(new Set(l.map(([first]) => first)).size, 1);
});

test("its gradient is that of the pieces: 0, but at no point undefined", (t) => {
  const model = yunModel(built[0]);
  const { program, emitted, cotangent, dx } = model.derivative(1);
  program.f32(emitted.x).set([0.3, 0.4]);
  program.f32(cotangent).fill(1);
  program.forward();
  program.backward();
  t.deepEqual([...program.f32(dx!)].map(Math.abs), [0, 0]);
});
