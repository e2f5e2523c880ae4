import test from "ava";
import { compare } from "../../src/analysis/compare.js";
import { PlateauError } from "../../src/errors.js";
import { verdictOf } from "../../src/experiments/fit/verdict.js";
import { box } from "../../src/targets/domain.js";
import { pointwise } from "../../src/targets/function.js";

const square = box([-1, -1], [1, 1]);
const small = {
  samples: 600,
  trainSamples: 800,
  numbers: 300,
  training: { steps: 150, batch: 64, lr: 1e-2 },
};
const of = (name: string, value: (x: Float64Array) => number, inputs = 2) =>
  pointwise({ name, inputs, value });
const linear = of("plane", ([x, y]) => 2 * x - y + 1);
const wavy = of("waves", ([x, y]) => Math.sin(5 * x) * Math.cos(4 * y));

test("on a linear target least squares wins, whatever the model is", async (t) => {
  const model = of("nearly", ([x, y]) => 2 * x - y + 1 + 0.01 * Math.sin(20 * x));
  const result = await compare.measure({ model, target: linear, domain: square }, small);
  t.is(result.verdict.winner, "competitor");
  t.is(result.verdict.name, "leastSquares");
  t.regex(
    result.verdict.text,
    /^leastSquares \(3 numbers\) is better than nearly \(300 numbers\): RMSE 0\.00[67]/,
  );
  t.is(compare.describe(result), result.verdict.text);
  const rows = new Map(result.table.map((row) => [row.name, row]));
  t.true(rows.get("leastSquares")!.rmse! < 1e-6);
  // A wave of amplitude 0.01 has RMSE 0.01/√2, up to what its last part of a period is.
  const { value, low, high } = rows.get("leastSquares")!.differenceRmse!;
  t.true(Math.abs(value - 0.01 / Math.SQRT2) < 4e-4);
  t.true(low < value && value < high && low > 0.006);
  t.is(rows.get("mean")!.wins, "model");
  t.is(rows.get("mean")!.rmse! > 1, true);
});

test("a model that is the linear target itself ties with least squares: rounding wins nothing", async (t) => {
  const result = await compare.measure({ model: linear, target: linear, domain: square }, small);
  t.is(result.verdict.winner, "neither");
  t.is(result.verdict.name, "leastSquares");
  t.regex(result.verdict.text, /is no better than leastSquares/);
});

test("a model that is a wavy target beats everything, by their own errors", async (t) => {
  const result = await compare.measure({ model: wavy, target: wavy, domain: square }, small);
  t.is(result.verdict.winner, "model");
  t.deepEqual(
    result.table.map(({ name }) => name),
    ["waves", "mean", "majority", "leastSquares", "nearestNeighbours", "staircase", "mlp"],
  );
  const [model, ...rivals] = result.table;
  t.true(model.rmse! < 1e-7);
  t.is(model.matched < 0.01, true);
  for (const row of rivals) {
    t.is(row.wins, "model", row.name);
    t.true(row.differenceMatched!.high < 0);
    if (row.name === "majority") {
      t.is(row.rmse, null);
      continue;
    }
    t.true(Math.abs(row.differenceRmse!.value - (model.rmse! - row.rmse!)) < 1e-12, row.name);
    t.true(row.numbers <= 300 || row.name === "nearestNeighbours", row.name);
  }
  t.deepEqual(JSON.parse(JSON.stringify(result)), result);
  t.deepEqual(await compare.measure({ model: wavy, target: wavy, domain: square }, small), result);
});

test("a staircase target is won by the staircase against a smooth model", async (t) => {
  const steps = of("steps", ([x]) => Math.floor(6 * x), 1);
  const model = of("line", ([x]) => 6 * x - 0.5, 1);
  const result = await compare.measure(
    { model, target: steps, domain: box([0], [1]) },
    { ...small, competitors: ["mean", "leastSquares", "staircase"], trainSamples: 4000 },
  );
  t.is(result.verdict.name, "staircase");
  t.is(result.table.at(-1)!.numbers, 11);
});

test("given data are used as they are, also without a target; training rows decide the mean", async (t) => {
  const samples = (values: number[]) => ({
    x: Float32Array.from(values, (_, i) => i),
    y: Float32Array.from(values),
    count: values.length,
  });
  const model = of("four", () => 4, 1);
  const result = await compare.measure(
    { model, domain: box([0], [10]), train: samples([1, 2, 3]), test: samples([5, 4, 3, 4]) },
    { competitors: ["mean"], numbers: 1 },
  );
  t.deepEqual(result.drawn, { test: false, train: false });
  t.is(result.table[0].rmse, Math.sqrt(0.5));
  t.is(result.table[1].rmse, Math.sqrt((9 + 4 + 1 + 4) / 4));
  t.is(result.table[1].rows, 3);
  t.is(result.table[0].sup, 1);
});

test("on few test samples nobody wins, and one has no interval", async (t) => {
  const on = (count: number, name = "four") => {
    const rows = { x: Float32Array.from({ length: count }, (_, i) => i), count };
    const [train, test] = [1, 4].map((value) => ({ ...rows, y: new Float32Array(count).fill(value) }));
    const model = of(name, () => (name === "four" ? 4 : 99), 1);
    return compare.measure(
      { model, domain: box([0], [10]), train, test },
      { competitors: ["mean", "majority"], numbers: 1 },
    );
  };
  for (const count of [1, 2, 19]) {
    for (const name of ["four", "far"]) {
      const { table, verdict } = await on(count, name);
      t.deepEqual([verdict.winner, verdict.name], ["neither", "mean"]);
      t.is(
        verdict.text,
        `too few test samples (${count}) to say who is better, 20 or more are needed: ${name} (1 numbers) has RMSE ${name === "four" ? 0 : 95}, mean (1 numbers) 3`,
      );
      for (const { wins, differenceRmse, differenceMatched, rmse } of table.slice(1)) {
        t.is(wins, "neither");
        t.is(differenceMatched === null, count === 1);
        t.is(differenceRmse === null, count === 1 || rmse === null);
      }
      t.is(
        verdictOf(await on(count, name)),
        `too few test rows (${count}) to say whether a Transformer helps: 20 or more are needed`,
      );
    }
  }
  t.is((await on(20)).verdict.winner, "model");
  t.is((await on(20, "far")).verdict.winner, "competitor");
});

test("replicas widen the interval; a seeded competitor is trained for each", async (t) => {
  const shifted = (shift: number) =>
    of(`shifted ${shift}`, ([x, y]) => wavy.evaluate(Float64Array.of(x, y), 1)[0] + shift);
  const options = { ...small, competitors: ["mean", "mlp"], training: { steps: 20, batch: 32 } };
  const subject = { model: shifted(0.1), target: wavy, domain: square };
  const one = await compare.measure(subject, options);
  const three = await compare.measure(subject, { ...options, replicas: [shifted(0.2), shifted(0.3)] });
  t.is(three.seeds, 3);
  t.true(Math.abs(three.table[0].rmse! - 0.2) < 1e-6);
  const width = (result: typeof one, row: number) => {
    const { low, high } = result.table[row].differenceRmse!;
    return high - low;
  };
  for (const row of [1, 2]) t.true(width(three, row) > width(one, row));
});

test("the majority class is compared on the matched scale alone", async (t) => {
  // Nearly every output lies in the middle class; the model says the one above.
  const target = of("flat", ([x]) => (Math.abs(x) > 0.95 ? Math.sign(x) : 0), 1);
  const model = of("above", ([x]) => (Math.abs(x) > 0.95 ? Math.sign(x) : 0.6), 1);
  const result = await compare.measure(
    { model, target, domain: box([-1], [1]) },
    { ...small, competitors: ["majority"], classes: 3 },
  );
  const row = result.table[1];
  t.deepEqual([row.rmse, row.differenceRmse, row.wins], [null, null, "competitor"]);
  t.true(Math.abs(row.matched - 0.05) < 0.03 && result.table[0].matched > 0.9);
});

test("a model whose values are not finite loses, and says so", async (t) => {
  const model = of("lost", ([x]) => (x > 0.9 ? Number.NaN : 0));
  const result = await compare.measure(
    { model, target: wavy, domain: square },
    { ...small, competitors: ["mean"] },
  );
  t.is(result.table[0].rmse, null);
  t.is(result.verdict.winner, "competitor");
  t.regex(result.verdict.text, /RMSE not finite against/);
});

test("what makes no sense is refused, an abort is heard, progress reaches 1", async (t) => {
  const refused = (message: RegExp, subject: object, options: object = {}) =>
    t.throwsAsync(
      compare.measure({ model: wavy, target: wavy, domain: square, ...subject }, { ...small, ...options }),
      {
        instanceOf: PlateauError,
        message,
      },
    );
  await refused(/no target to draw/, { target: undefined });
  await refused(/unknown competitor: "oracle"/, {}, { competitors: ["oracle"] });
  await refused(/samples is 1: expected at least 2/, {}, { samples: 1 });
  await refused(/lr is -1/, {}, { training: { steps: 5, lr: -1 } });
  await refused(/has 1 inputs/, { model: of("one", ([x]) => x, 1) });
  await refused(/row 1 holds NaN/, {
    test: { x: new Float32Array(4), y: Float32Array.of(0, Number.NaN), count: 2 },
  });
  await refused(/are no 3 rows/, { train: { x: new Float32Array(4), y: new Float32Array(2), count: 3 } });
  await refused(/aborted/, {}, { signal: AbortSignal.abort() });
  const controller = new AbortController();
  await refused(
    /aborted/,
    {},
    {
      signal: controller.signal,
      onProgress: () => controller.abort(),
      competitors: ["mlp"],
      training: { steps: 100_000, batch: 64 },
    },
  );
  const shares: number[] = [];
  await compare.measure(
    { model: wavy, target: wavy, domain: square },
    { ...small, onProgress: (share) => void shares.push(share) },
  );
  t.is(shares.at(-1), 1);
  t.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
});
