import test from "ava";
import { sha256Hex } from "../../src/hash.js";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import { Engine } from "../../src/runtime/engine.js";
import { dataKey } from "../../src/targets/define.js";
import { describeFamily } from "../../src/targets/describe.js";
import { findTarget, targetFamilies } from "../../src/targets/registry.js";
import type { Target } from "../../src/targets/target.js";

// What every target of the library, the user's expressions among them, has to hold.

const variants = [
  "sine(2.5)",
  "cusp(0.3)",
  "weierstrass(0.7, 2)",
  "staircase(0.3)",
  "chebyshev(1)",
  "chebyshev(24)",
  "piecewise-linear(1)",
  "piecewise-linear(50, 3)",
  "random-fourier(2.5, 9)",
  "product(5)",
  "ridge(4, 2, 1)",
  "ackley(1)",
  "friedman1(5)",
  "sort(3)",
  "running-maximum(17)",
  "in-context-linear(3, 3)",
  "sin(6*x) + abs(y) on x=-1:1,y=0:2",
  "x^3 - 2*y, max(x, y)/exp(z), sqrt(x + 2) on x=-1:1,y=0:2,z=-3:3",
];
const all: Target[] = [...targetFamilies.map((family) => family.make()), ...variants.map(findTarget)];

/** Numbers uniform on [−1, 1). */
const noise = (stream: string, count: number) =>
  uniform64(streamKey(1, `test/${stream}`), 0, count).map((u) => 2 * u - 1);

/** Inputs [count,inputs,dim] of draws u [count,draws,dim], in float64. */
function embedded({ embedding, draws, inputs }: Target, u: Float32Array, dim: number): Float64Array {
  const width = draws.length * dim;
  const x = new Float64Array((u.length / width) * inputs * dim);
  const to = new Float64Array(inputs);
  for (let i = 0; i < u.length / width; i++) {
    for (let c = 0; c < dim; c++) {
      embedding!.point(
        Float64Array.from(draws, (_, l) => u[i * width + l * dim + c]),
        to,
      );
      to.forEach((value, k) => {
        x[(i * inputs + k) * dim + c] = value;
      });
    }
  }
  return x;
}

for (const target of all) {
  const { name, inputs, outputs, draws, range, embedding } = target;

  test(`${name}: samples are the same in every batch and engine, and within their bounds`, (t) => {
    for (const dim of [1, 3]) {
      const { x, y, u } = target.sample("train", { start: 0, count: 60 }, dim, 3);
      t.deepEqual(
        [x.length, y.length, u.length],
        [inputs, outputs, draws.length].map((n) => 60 * n * dim),
      );
      const rows = [41, 7, 7, 59];
      const some = target.sample("train", { rows }, dim, 3);
      const engine = new Engine();
      const [X, Y, U] = [x, y, u].map(({ length }) => engine.allocate(4 * length));
      target.fill(engine, X, Y, U, 0, 0, 60, dim, dataKey(3, "train"));
      t.deepEqual(engine.f32(X, x.length), x);
      t.deepEqual(engine.f32(Y, y.length), y);
      rows.forEach((row, b) => {
        const width = outputs * dim;
        t.deepEqual(some.y.slice(b * width, (b + 1) * width), y.slice(row * width, (row + 1) * width));
      });
      u.forEach((value, i) => {
        const { low, high } = draws[Math.floor(i / dim) % draws.length];
        if (!(value >= low && value <= high)) t.fail(`draw ${i} is ${value}`);
      });
      if (!embedding) t.deepEqual(x, u);
    }
  });

  test(`${name}: outputs lie in the range, whose ends are float32`, (t) => {
    t.is(Math.fround(range.low), range.low);
    t.is(Math.fround(range.high), range.high);
    t.true(range.low < range.high);
    const { y } = target.sample("test", { start: 0, count: 3000 }, 1, 5);
    const low = y.reduce((a, b) => Math.min(a, b));
    const high = y.reduce((a, b) => Math.max(a, b));
    t.true(low >= range.low && high <= range.high, `${low} … ${high}`);
    t.true(high > low);
  });

  test(`${name}: as a function it is what the data are, point by point and coordinate by coordinate`, (t) => {
    const count = 50;
    for (const dim of [1, 2]) {
      const { x, y, u } = target.sample("test", { start: 0, count }, dim, 2);
      const f = target.asFunction(dim);
      t.deepEqual([f.inputs, f.outputs], [inputs * dim, outputs * dim]);
      // An embedding's inputs before they were rounded, else the very float32 numbers of the data.
      const points = embedding ? embedded(target, u, dim) : Float64Array.from(x);
      const values = f.evaluate(points, count);
      const farthest = y.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
      t.true(
        farthest <= (embedding ? 4 * 2 ** -24 : 2 ** -24) * Math.max(-range.low, range.high),
        `${farthest}`,
      );
      if (!embedding) t.deepEqual(Float32Array.from(values), y);
      for (let i = 0; i < count; i++) {
        const alone = f.evaluate(points.slice(i * f.inputs, (i + 1) * f.inputs), 1);
        t.deepEqual(alone, values.slice(i * f.outputs, (i + 1) * f.outputs));
      }
    }
    t.is(target.asFunction().inputs, inputs * target.dim);
  });

  test(`${name}: derivatives are those of central differences`, (t) => {
    const f = target.asFunction(2);
    if (!f.vjp) {
      t.true(name.startsWith("weierstrass"));
      return;
    }
    const [count, h] = [20, 1e-6];
    const x = target.domainOf(2).sample(4, 0, count);
    const w = noise("cotangent", count * f.outputs);
    const direction = noise("direction", x.length);
    const g = f.vjp(x, w, count);
    const [after, before] = [h, -h].map((step) =>
      f.evaluate(
        x.map((value, i) => value + step * direction[i]),
        count,
      ),
    );
    for (let i = 0; i < count; i++) {
      let [exact, difference, scale] = [0, 0, 1];
      for (let k = i * f.inputs; k < (i + 1) * f.inputs; k++) {
        exact += g[k] * direction[k];
        scale = Math.max(scale, Math.abs(g[k]));
      }
      for (let k = i * f.outputs; k < (i + 1) * f.outputs; k++) {
        difference += (w[k] * (after[k] - before[k])) / (2 * h);
      }
      t.true(Math.abs(exact - difference) < 1e-6 * scale * f.inputs, `point ${i}: ${exact} is ${difference}`);
      const alone = f.vjp(
        x.slice(i * f.inputs, (i + 1) * f.inputs),
        w.slice(i * f.outputs, (i + 1) * f.outputs),
        1,
      );
      t.deepEqual(alone, g.slice(i * f.inputs, (i + 1) * f.inputs));
    }
  });

  test(`${name}: its domain holds its points and segments`, (t) => {
    for (const dim of [1, 2]) {
      const domain = target.domainOf(dim);
      t.is(domain.inputs, inputs * dim);
      const within = (x: Float64Array) =>
        x.forEach((value, i) => {
          const k = i % domain.inputs;
          if (!(value >= domain.low[k] - 1e-12 && value <= domain.high[k] + 1e-12)) t.fail(`${k}: ${value}`);
        });
      const points = domain.sample(8, 0, 20);
      within(points);
      t.deepEqual(domain.sample(8, 5, 3), points.slice(5 * domain.inputs, 8 * domain.inputs));
      const segments = domain.segments(8, 3);
      t.is(segments.length, draws.length === 1 && dim === 1 ? 1 : 3);
      segments.forEach((segment, s) => {
        const at = Float64Array.from({ length: 8 }, (_, i) => ((i + 0.4) / 8) * segment.length);
        const found = segment.at(at);
        within(found.points);
        t.deepEqual(domain.segments(8, 3)[s].at(at), found);
        const h = 1e-7;
        const [after, before] = [h, -h].map((step) => segment.at(at.map((value) => value + step)).points);
        found.tangents.forEach((tangent, k) => {
          const difference = (after[k] - before[k]) / (2 * h);
          t.true(Math.abs(tangent - difference) < 1e-5 * Math.max(1, Math.abs(tangent))) ||
            t.fail(`${segment.name}: tangent ${tangent} is ${difference}`);
        });
      });
    }
  });

  test(`${name}: its name finds it`, (t) => {
    const found = findTarget(name);
    t.is(found.name, name);
    const first = (one: Target) => one.sample("train", { start: 0, count: 5 }, 1, 0).y;
    t.deepEqual(first(found), first(target));
  });
}

test("descriptions are plain JSON", (t) => {
  for (const family of targetFamilies) {
    const description = describeFamily(family);
    t.deepEqual(JSON.parse(JSON.stringify(description)), description);
    t.false(/\n/.test(description.description));
    t.true(description.smoothness.length > 0 && description.smoothness.length <= 40);
    t.is(findTarget(description.signature).name, family.make().name);
  }
  t.is(new Set(targetFamilies.map(({ name }) => name)).size, targetFamilies.length);
});

test("the bits of the library are those of this version", async (t) => {
  const chunks = targetFamilies
    .map((family) => family.make().sample("train", { start: 0, count: 100 }, 2, 7))
    .flatMap(({ x, y }) => [x, y].map(({ buffer }) => new Uint8Array(buffer)));
  t.is(await sha256Hex(chunks), "710e40003e38e4d8ac40444c0a921d46da93001ad64df49f838c0f767f02a793");
});
