import test from "ava";
import type { Task } from "../../../src/analysis/competitors/competitor.js";
import { hiddenWidths } from "../../../src/analysis/competitors/mlp.js";
import { competitors, findCompetitor } from "../../../src/analysis/competitors/registry.js";
import { PlateauError } from "../../../src/errors.js";
import { mlp } from "../../../src/nn/mlp.js";
import { layout } from "../../../src/nn/model.js";
import { testSource } from "../../kernels/run.js";

/** A task over x [count, p] uniform on [−1, 1] and a function of it. */
function task(count: number, p: number, f: (x: Float32Array) => number[], more: Partial<Task> = {}): Task {
  const x = testSource(12)(count * p);
  const rows = Array.from({ length: count }, (_, i) => f(x.subarray(i * p, (i + 1) * p)));
  const q = rows[0].length;
  return {
    train: { x, y: Float32Array.from(rows.flat()), count },
    inputs: p,
    outputs: q,
    numbers: 500,
    quantisation: { classes: 5, low: -1, high: 1, mode: "per-coordinate" },
    tokenWidth: q,
    seed: 1,
    ...more,
  };
}

const fitting = async (name: string, one: Task) => (await findCompetitor(name).fit(one))!;
const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

test("every competitor predicts as many finite numbers as there are outputs, the same for the same seed", async (t) => {
  const one = task(300, 3, ([a, b, c]) => [a * b, c], { training: { steps: 20, batch: 32 } });
  for (const competitor of competitors.values()) {
    const x = testSource(5)(7 * 3);
    const first = await (await fitting(competitor.name, one)).predict(x);
    const second = await (await fitting(competitor.name, one)).predict(x);
    t.is(first.length, 14, competitor.name);
    t.true(Array.from(first).every(Number.isFinite), competitor.name);
    t.deepEqual(first, second, competitor.name);
    const other = await (await fitting(competitor.name, { ...one, seed: 2 })).predict(x);
    if (competitor.seeded) t.notDeepEqual(other, first, competitor.name);
    else t.deepEqual(other, first, competitor.name);
  }
});

test("mean: the mean of each output", async (t) => {
  const one = task(4, 1, () => [0, 0]);
  one.train.y.set([0, 10, 2, 10, 4, 30, 2, 10]);
  const fitted = await fitting("mean", one);
  t.deepEqual([...((await fitted.predict(Float32Array.of(5, 6))) as Float64Array)], [2, 15, 2, 15]);
  t.is(fitted.numbers, 2);
});

test("majority: the centroid of the most frequent class, by place", async (t) => {
  const one = task(4, 1, () => [0, 0]);
  // Centroids −1, −0.5, 0, 0.5, 1.
  one.train.y.set([0.45, -1, 0.55, -1, 0, 1, 0.5, 0.9]);
  const fitted = await fitting("majority", one);
  // Twice each in the second: the lower one.
  t.deepEqual([...((await fitted.predict(Float32Array.of(0))) as Float64Array)], [0.5, -1]);
  t.is(fitted.numbers, 2);
  const diagonal = await fitting("majority", {
    ...one,
    quantisation: { ...one.quantisation, mode: "diagonal" },
  });
  t.is(diagonal.numbers, 1);
  const [a, b] = Array.from(await diagonal.predict(Float32Array.of(0)));
  t.is(a, b);
});

test("leastSquares: a linear map to float32's rounding", async (t) => {
  const f = ([a, b]: Float32Array) => [2 * a - b + 0.5, 3 * b];
  const fitted = await fitting("leastSquares", task(400, 2, f));
  const { x, y } = task(400, 2, f).train;
  t.true(largest(await fitted.predict(x), y) < 2e-6);
  t.is(fitted.numbers, 6);
});

test("nearestNeighbours: exact on training points where outputs vary from one to the next", async (t) => {
  // A step's values are those of the nearest row, but for queries at the step.
  const f = ([a]: Float32Array) => [Math.sign(a)];
  const one = task(500, 1, f);
  const fitted = await fitting("nearestNeighbours", one);
  t.regex(fitted.detail, /^k = 1, chosen on 100 held-out rows/);
  t.deepEqual(Float32Array.from(await fitted.predict(one.train.x)), one.train.y);
  t.is(fitted.numbers, 1000);
});

test("nearestNeighbours: noise asks for many neighbours, and scales of inputs do not matter", async (t) => {
  const noise = testSource(77)(600);
  let at = 0;
  const noisy = await fitting(
    "nearestNeighbours",
    task(600, 1, () => [noise[at++]]),
  );
  t.regex(noisy.detail, /^k = 32,/);
  const f = ([a, b]: Float32Array) => [Math.sin(3 * a) * b];
  const plain = task(400, 2, f);
  const stretched = {
    ...plain,
    train: { ...plain.train, x: plain.train.x.map((value, i) => (i % 2 ? 1024 * value : value)) },
  };
  const [a, b] = await Promise.all(
    [plain, stretched].map(async (one) => (await fitting("nearestNeighbours", one)).predict(one.train.x)),
  );
  t.deepEqual(a, b);
});

test("staircase: as many pieces as its numbers pay for; exact where the target has no more", async (t) => {
  const f = ([a]: Float32Array) => [Math.floor(4 * a)];
  const one = task(2000, 1, f, { numbers: 15 });
  const fitted = await fitting("staircase", one);
  // 8 pieces cost 8 values and 7 jumps.
  t.is(fitted.numbers, 15);
  t.is(largest(await fitted.predict(one.train.x), one.train.y), 0);
  const fewer = await fitting("staircase", { ...one, numbers: 14 });
  t.is(fewer.numbers, 13);
  t.true(largest(await fewer.predict(one.train.x), one.train.y) >= 0.5);
  const plane = await fitting(
    "staircase",
    task(500, 2, ([a, b]) => [a * b, a], { numbers: 40 }),
  );
  // (40 + 2)/(2 + 2) = 10 pieces: 20 values and 9 jumps of two numbers.
  t.is(plane.numbers, 38);
});

test("mlp: parameter counts come within 2% of what is asked, and never above", (t) => {
  for (const [p, q] of [
    [1, 1],
    [8, 4],
    [96, 32],
  ]) {
    for (const asked of [300, 1000, 5000, 20_000, 123_457, 1_000_000]) {
      const hidden = hiddenWidths(p, q, asked);
      if ((p + 1) * q > asked) {
        t.is(hidden, null);
        continue;
      }
      const { count } = layout(mlp({ inputDim: p, outputDim: q, hidden: hidden! }));
      t.true(count <= asked, `${p} ${q} ${asked}: ${count}`);
      if (asked >= 10 * (p + 1) * q) t.true(count >= 0.98 * asked, `${p} ${q} ${asked}: ${count}`);
    }
  }
});

test("mlp: learns a smooth function, keeps to the model's budget, and is left out where nothing fits", async (t) => {
  const f = ([a, b]: Float32Array) => [1000 + 50 * a * b];
  const one = task(1000, 2, f, { numbers: 800, training: { steps: 400, batch: 64, lr: 1e-2 } });
  const fitted = await fitting("mlp", one);
  t.regex(fitted.detail, /400 updates of batch 64, peak learning rate 0.01 \(as the model\)/);
  t.true(fitted.numbers > 780 && fitted.numbers <= 800);
  const x = testSource(99)(200);
  const truth = Float32Array.from({ length: 100 }, (_, i) => f(x.subarray(2 * i, 2 * i + 2))[0]);
  t.true(largest(await fitted.predict(x), truth) < 10);
  t.is(await findCompetitor("mlp").fit({ ...one, numbers: 2 }), null);
});

test("an unknown name is refused with those that are known", (t) => {
  const error = t.throws(() => findCompetitor("oracle"), { instanceOf: PlateauError });
  t.regex(error!.message, /unknown competitor: "oracle" \(known: mean, majority, leastSquares/);
});
