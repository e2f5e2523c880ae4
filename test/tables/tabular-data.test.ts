import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import type { Cell } from "../../src/formats/raw-table.js";
import { splitRows } from "../../src/tables/split.js";
import { scaleOf } from "../../src/tables/standardise.js";
import { type Table, tableOf } from "../../src/tables/table.js";
import { type TabularOptions, tabularData } from "../../src/tables/tabular-data.js";
import { describeReport } from "../../src/tables/tabular-report.js";

function table(columns: Record<string, Cell[]>): Table {
  const rows = Object.values(columns)[0].length;
  return tableOf({
    source: "t.csv",
    rows,
    columns: Object.entries(columns).map(([name, cells]) => ({ name, cells })),
    where: (row) => `line ${row + 2}`,
  });
}

const range = (n: number, f: (i: number) => Cell) => Array.from({ length: n }, (_, i) => f(i));

const sample = () =>
  table({
    x: range(100, (i) => (i % 10 === 3 ? null : i * i)),
    kind: range(100, (i) => ["red", "green", "blue"][i % 3]),
    same: range(100, () => 7),
    id: range(100, (i) => `id ${i}`),
    y: range(100, (i) => (i === 50 ? "" : 1000 + 3 * i)),
  });

test("parts are disjoint, cover the table, follow the seed, and have their shares", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 400 }), fc.nat(), (rows, seed) => {
      const parts = splitRows(rows, seed);
      const all = [...parts.train, ...parts.validation, ...parts.test].sort((a, b) => a - b);
      t.deepEqual(
        all,
        Array.from({ length: rows }, (_, i) => i),
      );
      t.is(parts.train.length, Math.round(0.7 * rows));
      t.deepEqual(parts, splitRows(rows, seed));
    }),
    { seed: 3, numRuns: 50 },
  );
  t.notDeepEqual(splitRows(100, 1), splitRows(100, 2));
  const half = splitRows(100, 1, { train: 0.3, validation: 0.1, test: 0.1 });
  t.is(half.train.length + half.validation.length + half.test.length, 50);
});

test("training rows have mean 0 and deviation 1; the others are scaled by theirs", (t) => {
  const {
    train,
    test: held,
    inputs,
    outputs,
    widths,
    features,
    decode,
  } = tabularData(sample(), {
    inputs: ["x", "kind"],
    output: "y",
    seed: 4,
  });
  t.deepEqual(widths, [1, 3]);
  t.deepEqual(features, ["x", "kind=blue", "kind=green", "kind=red"]);
  const [x] = inputs;
  if (x.kind !== "numeric") return t.fail();
  const values = Array.from(train.tableRows, (row) => row * row);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  t.true(Math.abs(x.mean - mean) < 1e-9 && Math.abs(x.sd - sd) < 1e-9);
  t.deepEqual(x.range, [Math.min(...values), Math.max(...values)]);
  for (const part of [train, held]) {
    for (let i = 0; i < part.rows; i++) {
      const row = part.tableRows[i];
      const [first, ...hot] = part.x.subarray(4 * i, 4 * i + 4);
      t.is(first, Math.fround((row * row - x.mean) / x.sd));
      t.deepEqual(
        hot,
        [
          [0, 0, 1],
          [0, 1, 0],
          [1, 0, 0],
        ][row % 3],
      );
      t.is(part.truth[i], 1000 + 3 * row);
      t.is(part.y[i], Math.fround((part.truth[i] - outputs[0].mean) / outputs[0].sd));
      // float32 of a standardised number: 2⁻²⁴ of at most 2 deviations of 87.
      t.true(Math.abs(decode(part.y)[i] - part.truth[i]) < 87 * 2 * 2 ** -24);
    }
  }
});

test("what was left out is reported", (t) => {
  const { report } = tabularData(sample(), { output: "y", seed: 4 });
  const { splits, ...rest } = report;
  t.deepEqual(rest, {
    source: "t.csv",
    rows: 100,
    droppedRows: 11,
    missing: [
      { name: "x", rows: 10 },
      { name: "y", rows: 1 },
    ],
    leftOut: [
      { name: "same", reason: "constant" },
      { name: "id", reason: '100 different texts in 100 values are no categories (first: "id 0" in line 2)' },
    ],
    unknownCategories: [],
  });
  t.is(splits.train + splits.validation + splits.test, 89);
  t.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

test("a report says in words what it holds", (t) => {
  const { report } = tabularData(sample(), { output: "y", seed: 4 });
  const { train, validation, test: held } = report.splits;
  t.is(
    describeReport(report),
    `89 of 100 rows are complete: ${train} train, ${validation} validation, ${held} test
values are missing of x in 10, y in 1
same is no input: constant
id is no input: 100 different texts in 100 values are no categories (first: "id 0" in line 2)`,
  );
  const unknownCategories = [{ name: "k", categories: ["a", "b", "c", "d", "e"], rows: 7 }];
  t.is(
    describeReport({ ...report, missing: [], leftOut: [], unknownCategories }).split("\n")[1],
    "k is a, b, c, d, … in 7 validation or test rows and in no training row",
  );
});

test("a row's part does not depend on which columns are used", (t) => {
  const rows = (options: TabularOptions) => tabularData(sample(), { ...options, seed: 9 }).test.tableRows;
  const all = rows({ inputs: ["kind"], output: "y" });
  const fewer = rows({ inputs: ["x", "kind"], output: "y" });
  t.true(fewer.length < all.length);
  t.deepEqual(
    [...fewer],
    [...all].filter((row) => row % 10 !== 3),
  );
});

test("nothing of validation and test rows reaches the scales or the categories", (t) => {
  const options = { inputs: ["x", "k"], output: "y", seed: 2 };
  const { train } = splitRows(60, 2);
  const inTrain = new Set(train);
  const build = (foreign: (i: number) => Cell, label: string) =>
    tabularData(
      table({
        x: range(60, (i) => (inTrain.has(i) ? i : foreign(i))),
        k: range(60, (i) => (inTrain.has(i) ? "ab"[i % 2] : label)),
        y: range(60, (i) => (inTrain.has(i) ? 2 * i : foreign(i))),
      }),
      options,
    );
  const one = build((i) => i, "a");
  const other = build((i) => 1e6 * i, "new");
  t.deepEqual(one.inputs, other.inputs);
  t.deepEqual(one.outputs, other.outputs);
  t.deepEqual(one.train, other.train);
  t.deepEqual(other.report.unknownCategories, [{ name: "k", categories: ["new"], rows: 18 }]);
  // A category that no training row has is all zeros.
  for (let i = 0; i < other.test.rows; i++)
    t.deepEqual([...other.test.x.subarray(3 * i + 1, 3 * i + 3)], [0, 0]);
});

test("new records are encoded as the table's rows are", (t) => {
  const data = tabularData(sample(), { inputs: ["x", "kind"], output: "y" });
  const row = data.test.tableRows[0];
  const kind = ["red", "green", "blue"][row % 3];
  t.deepEqual(
    data.encode([
      { x: row * row, kind },
      { x: `${row * row}`, kind: ` ${kind}`, more: 1 },
    ]),
    Float32Array.of(...data.test.x.subarray(0, 4), ...data.test.x.subarray(0, 4)),
  );
  t.deepEqual([...data.encode([{ x: 1, kind: "mauve" }])].slice(1), [0, 0, 0]);
  const refuses = (record: object, message: string) =>
    t.throws(() => data.encode([{ x: 1, kind: "red" }, { ...record }]), { code: "usage", message });
  refuses({ kind: "red" }, 'record 2: "x" is undefined, expected a number');
  refuses({ x: "many", kind: "red" }, 'record 2: "x" is "many", expected a number');
  refuses({ x: Number.NaN, kind: "red" }, 'record 2: "x" is NaN, expected a number');
  refuses({ x: 1 }, 'record 2: "kind" is undefined, expected a category (blue, green, red)');
});

test("numeric codes become categories where asked; several outputs stand side by side", (t) => {
  const codes = table({
    code: range(40, (i) => i % 2),
    x: range(40, (i) => i),
    y: range(40, (i) => i + 1),
    z: range(40, (i) => 2 * i),
  });
  const data = tabularData(codes, { output: ["z", "y"], categorical: ["code"] });
  t.deepEqual(data.features, ["code=0", "code=1", "x"]);
  t.deepEqual([...data.test.truth.subarray(0, 2)], [2 * data.test.tableRows[0], data.test.tableRows[0] + 1]);
  t.deepEqual(
    [...data.decode([0, 0])],
    data.outputs.map(({ mean }) => mean),
  );
});

test("what cannot be done is refused with the reason", (t) => {
  const refuses = (options: object, message: RegExp, code = "usage") =>
    t.throws(() => tabularData(sample(), { output: "y", ...options }), {
      instanceOf: PlateauError,
      code,
      message,
    });
  refuses({ output: "z" }, /^unknown column of t\.csv: "z" \(known: x, kind, same, id, y\)$/, "unknown-name");
  refuses(
    { output: "kind" },
    /^t\.csv: output "kind" is not numeric: it has 3 categories: name another column$/,
  );
  refuses({ output: "id" }, /^t\.csv: output "id" is not numeric: 100 different texts/);
  refuses({ output: "same" }, /^output "same" is 7 in all training rows$/);
  refuses({ output: [] }, /^outputs are \[\]/);
  refuses({ output: ["y", "y"] }, /^outputs are/);
  refuses({ inputs: ["x", "id"] }, /^input "id" cannot be used: 100 different texts/);
  refuses({ inputs: ["x", "y"] }, /^"y" is both input and output$/);
  refuses({ inputs: ["x", "x"] }, /name a column twice/);
  refuses({ inputs: ["same"] }, /^t\.csv: no input is left \(same: constant\)$/);
  refuses({ inputs: ["kind"], categorical: ["x"] }, /^categorical "x" is no input$/);
  refuses(
    { fractions: { train: 0.9, validation: 0.2, test: 0.1 } },
    /^fractions 0\.9 \+ 0\.2 \+ 0\.1 pass 1$/,
  );
  refuses({ fractions: { train: 0.9, validation: 0, test: 0.1 } }, /^fraction of validation is 0/);
  const few = table({ x: [1, null, null, 3], y: [1, 2, 3, 4] });
  t.throws(() => tabularData(few, { output: "y" }), {
    code: "usage",
    message:
      /^t\.csv: 2 complete rows of 4 leave \d for \w+; values are missing of "x" in 2: name other inputs$/,
  });
  const wide = Object.fromEntries(
    range(300, (j) => `c${j}`).map((name, j) => [name, range(20, (i) => i * (j + 1))]),
  );
  t.throws(() => tabularData(table(wide as Record<string, Cell[]>), { output: "c0" }), {
    code: "usage",
    message: "299 inputs: each is a token of the model, at most 256: name fewer",
  });
});

test("deviations that float64 cannot hold are refused", (t) => {
  const rows = [0, 1, 2];
  t.deepEqual(scaleOf("c", Float64Array.of(5, 5, 5), rows), { mean: 5, sd: 0 });
  t.deepEqual(scaleOf("c", Float64Array.of(1, 2, 3), rows), { mean: 2, sd: Math.sqrt(2 / 3) });
  for (const values of [
    [1e308, 1e308, -1e308],
    [1e200, 0, 0],
    [1e-200, 0, 0],
  ])
    t.throws(() => scaleOf("c", Float64Array.from(values), rows), { code: "usage", message: /rescale it$/ });
});
