import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { Engine } from "../../src/runtime/engine.js";
import { dataKey } from "../../src/targets/define.js";
import { findTarget } from "../../src/targets/registry.js";
import { type Split, splits } from "../../src/targets/target.js";

for (const target of ["m2n1", "m4n3"].map(findTarget)) {
  const { name, inputs, outputs, domain, range } = target;

  test(`${name}: a row has the same bits in every batch`, (t) => {
    const dim = 5;
    const all = target.sample("train", { start: 0, count: 300 }, dim, 3);
    fc.assert(
      fc.property(fc.array(fc.nat(299), { maxLength: 40 }), (rows) => {
        const some = target.sample("train", { rows }, dim, 3);
        rows.forEach((row, b) => {
          for (const [part, tokens] of [
            ["x", inputs],
            ["y", outputs],
            ["u", 1],
          ] as const) {
            const width = tokens * dim;
            t.deepEqual(
              some[part].subarray(b * width, (b + 1) * width),
              all[part].subarray(row * width, (row + 1) * width),
            );
          }
        });
      }),
      { numRuns: 30 },
    );
    t.deepEqual(target.sample("train", { start: 120, count: 80 }, dim, 3).u, all.u.subarray(600, 1000));
  });

  test(`${name}: a request larger than a block is the sum of its parts`, (t) => {
    const dim = 256;
    const large = target.sample("test", { start: 2, count: 1500 }, dim, 1);
    const last = target.sample("test", { start: 1501, count: 1 }, dim, 1);
    t.deepEqual(large.y.subarray(-outputs * dim), last.y);
    t.is(target.sample("test", { start: 0, count: 0 }, dim, 1).x.length, 0);
  });

  test(`${name}: splits and seeds differ`, (t) => {
    const first = (split: Split, seed: number | bigint) =>
      [...target.sample(split, { start: 0, count: 1 }, 4, seed).u].join();
    t.is(new Set([...splits.map((split) => first(split, 7)), first("train", 8)]).size, 4);
    t.is(first("train", 7), first("train", 7n));
  });

  test(`${name}: X₁ is uniform on its domain and the outputs fill their range`, (t) => {
    const { x, y, u } = target.sample("train", { start: 0, count: 20_000 }, 4, 11);
    let sum = 0;
    let squares = 0;
    for (const value of u) {
      t.true(value >= domain.low && value < domain.high) || t.fail();
      sum += value;
      squares += value * value;
    }
    // U(−1, 1): mean 0, mean square 1/3; 80,000 draws, five standard errors.
    t.true(Math.abs(sum / u.length) < 5 * Math.sqrt(1 / 3 / u.length));
    t.true(Math.abs(squares / u.length - 1 / 3) < 5 * Math.sqrt(4 / 45 / u.length));
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of y) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    t.true(low >= range.low && high <= range.high);
    t.true(high - low > 0.97 * (range.high - range.low));
    t.is(Math.fround(range.low), range.low);
    t.is(Math.fround(range.high), range.high);
    for (let b = 0; b < 100; b++) {
      t.deepEqual(x.subarray(b * inputs * 4, b * inputs * 4 + 4), u.subarray(b * 4, b * 4 + 4));
    }
  });

  test(`${name}: fill writes what sample returns, in any engine`, (t) => {
    const engine = new Engine();
    const [B, d] = [9, 6];
    const wanted = target.sample("validation", { start: 40, count: B }, d, 5);
    const x = engine.allocate(4 * wanted.x.length);
    const y = engine.allocate(4 * wanted.y.length);
    const u = engine.allocate(4 * wanted.u.length);
    const rows = engine.allocate(4 * B);
    engine.i32(rows, B).set(Array.from({ length: B }, (_, b) => 40 + b));
    for (const list of [0, rows]) {
      engine.f32(y, wanted.y.length).fill(Number.NaN);
      target.fill(engine, x, y, u, list, list ? 0 : 40, B, d, dataKey(5, "validation"));
      t.deepEqual(engine.f32(x, wanted.x.length).slice(), wanted.x);
      t.deepEqual(engine.f32(y, wanted.y.length).slice(), wanted.y);
      t.deepEqual(engine.f32(u, wanted.u.length).slice(), wanted.u);
    }
  });
}

test("m2n1 and m4n3 take the study's values", (t) => {
  const at = (name: string, x1: number) => {
    const engine = new Engine();
    const u = engine.allocate(4);
    engine.f32(u, 1)[0] = x1;
    const { inputs, outputs, evaluate } = findTarget(name);
    const x = engine.allocate(4 * inputs);
    const y = engine.allocate(4 * outputs);
    evaluate(engine, x, y, u, 1, 1);
    return [...engine.f32(x, inputs), ...engine.f32(y, outputs)];
  };
  t.deepEqual(at("m2n1", -0.125), [-0.125, -0.5, -0.625]);
  t.deepEqual(at("m2n1", 0), [0, 0, 0]);
  // X₁ = 0: X₃ = 2 ln 2, X₄ = 1 + X₃.
  const x3 = 2 * Math.LN2;
  const x4 = 1 + x3;
  const y1 = (x3 + x4) / 5;
  const y2 = (1 + x3 + Math.log(x4)) / 5;
  t.deepEqual(at("m4n3", 0), [0, 0, x3, x4, y1, y2, (y2 + y1 + x3 * x4) / 5].map(Math.fround));
});

test("sizes are the study's", (t) => {
  t.deepEqual(findTarget("m2n1").sizes, { train: 100_000, validation: 10_000, test: 10_000 });
  t.deepEqual(findTarget("m4n3").sizes, { train: 200_000, validation: 10_000, test: 20_000 });
});

test("what is not valid is refused with its value", (t) => {
  const target = findTarget("m2n1");
  t.is(t.throws(() => findTarget("m3"), { instanceOf: PlateauError })?.message.includes('"m3"'), true);
  const refused = (message: RegExp, call: () => unknown) =>
    t.throws(call, { instanceOf: PlateauError, message });
  refused(/split: "tset"/, () => target.sample("tset" as Split, { start: 0, count: 1 }, 4, 1));
  refused(/dim 0 /, () => target.sample("test", { start: 0, count: 1 }, 0, 1));
  refused(/dim 1.5 /, () => target.sample("test", { start: 0, count: 1 }, 1.5, 1));
  refused(/row -1 /, () => target.sample("test", { rows: [-1] }, 4, 1));
  refused(/rows from 0, -1/, () => target.sample("test", { start: 0, count: -1 }, 4, 1));
  refused(/seed 0.5/, () => target.sample("test", { start: 0, count: 1 }, 4, 0.5));
});
