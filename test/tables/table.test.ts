import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { parquetWriteBuffer } from "hyparquet-writer";
import { PlateauError } from "../../src/errors.js";
import type { Cell } from "../../src/formats/raw-table.js";
import { asCategories, type Column, inferColumn, type NumericColumn } from "../../src/tables/column.js";
import { readTable } from "../../src/tables/read.js";
import { describeTable, tableOfRecords } from "../../src/tables/table.js";

const cars = fileURLToPath(new URL("../../../examples/cars.csv", import.meta.url));

const infer = (cells: Cell[]): Column =>
  inferColumn({ name: "c", cells }, cells.length, (row) => `line ${row + 2}`);

test("numbers, and texts that read as numbers, make a numeric column", (t) => {
  t.deepEqual(infer(["1", " 2.5 ", "", "NA", 4, null, "?", "1e1"]), {
    name: "c",
    kind: "numeric",
    values: Float64Array.of(1, 2.5, Number.NaN, Number.NaN, 4, Number.NaN, Number.NaN, 10),
    missing: 4,
    range: [1, 10],
    distinct: 4,
  });
});

test("few texts make categories, in an order of their own", (t) => {
  t.deepEqual(infer(["b", "a", "", "b", " a", "Z", "Z"]), {
    name: "c",
    kind: "categorical",
    values: Int32Array.of(2, 1, -1, 2, 1, 0, 0),
    missing: 1,
    categories: ["Z", "a", "b"],
  });
});

test("mostly different texts, nothing and lists are not usable, and say why", (t) => {
  const reason = (column: Column) => (column.kind === "unusable" ? column.reason : column.kind);
  t.is(
    reason(infer(["x", "y", "z", "x", null])),
    '3 different texts in 4 values are no categories (first: "x" in line 2)',
  );
  t.is(reason(infer(["x", "y", "x", "y"])), "categorical");
  t.is(reason(infer([null, "", "NaN"])), "has no value");
  t.is(
    reason(infer(["1", "2", "3", "4 km", "5"])),
    "4 of 5 values are numbers, but not \"4 km\" in line 5: correct it, or where it stands for nothing give --missing '4 km'",
  );
  t.is(
    reason(infer(["1", "2", "1e999"])),
    '2 of 3 values are numbers, but not "1e999" in line 4: correct it, or where it stands for nothing give --missing 1e999',
  );
  const many = Array.from({ length: 1000 }, (_, i) => `t${i % 257}`);
  t.regex(reason(infer(many)), /^257 different texts in 1000 values/);
  t.is(reason(inferColumn({ name: "c", cells: [], problem: "holds lists" }, 3, String)), "holds lists");
});

test("a few texts among numbers make categories, with a note", (t) => {
  const column = infer([1, 2, 1, 2, 1, 2, "unknown"]);
  t.is(
    column.kind === "categorical" && column.note,
    '6 of 7 values are numbers, but not "unknown" in line 8: correct it, or where it stands for nothing give --missing unknown',
  );
});

test("numbers can be read as categories, in order of size", (t) => {
  const { categories, values } = asCategories(infer([8, 10, null, 9, 8]) as NumericColumn);
  t.deepEqual(categories, ["8", "9", "10"]);
  t.deepEqual(values, Int32Array.of(0, 2, -1, 1, 0));
});

test("a real table: cars", async (t) => {
  const table = await readTable(cars);
  t.is(
    describeTable(table),
    `cars.csv: 406 rows, 9 columns
read as: delimiter ",", decimal point, 14 cells missing (empty)
  name          not usable: 311 different texts in 406 values are no categories (first: "chevrolet chevelle malibu" in line 2)
  mpg           numeric: 9 to 46.6, 129 different, 8 missing
  cylinders     numeric: 3 to 8, 5 different
  displacement  numeric: 68 to 455, 83 different
  horsepower    numeric: 46 to 230, 93 different, 6 missing
  weight        numeric: 1613 to 5140, 356 different
  acceleration  numeric: 8 to 24.8, 96 different
  year          numeric: 1970 to 1982, 12 different
  origin        categorical: 3 (Europe, Japan, USA)`,
  );
});

test("constants are named, and a file's control characters stay off the terminal", (t) => {
  const columns = [infer([5, 5, null]), infer(["\u001b[31mred", "\u001b[31mred"])];
  t.is(
    describeTable({ source: "t", rows: 3, columns }).split("\n").slice(1).join("\n"),
    "  c  numeric: constant 5, 1 missing\n  c  categorical: constant ·[31mred",
  );
});

test("one table in four formats is one table", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "plateau-table-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = (name: string, data: string | Uint8Array) => {
    writeFileSync(path.join(folder, name), data);
    return path.join(folder, name);
  };
  const x = [1.5, null, -3];
  const k = ["a", "a", null];
  const csv = await readTable(file("t.CSV", "x,k\n1.5,a\n,a\n-3,\n"));
  const tsv = await readTable(file("t.tsv", "x\tk\n1.5\ta\nNA\ta\n-3\tNA\n"));
  const json = await readTable(file("t.json", JSON.stringify(x.map((v, i) => ({ x: v, k: k[i] })))));
  const columnData = [
    { name: "x", data: x, type: "DOUBLE" as const, nullable: true },
    { name: "k", data: k, type: "STRING" as const, nullable: true },
  ];
  const parquet = await readTable(file("t.parquet", new Uint8Array(parquetWriteBuffer({ columnData }))));
  for (const other of [tsv, json, parquet]) t.deepEqual(other.columns, csv.columns);
  t.is(csv.source, "t.CSV");

  const refuses = (name: string, code: string, message: RegExp) =>
    t.throwsAsync(readTable(path.join(folder, name)), { instanceOf: PlateauError, code, message });
  await refuses("t.xlsx", "usage", /is a workbook, which is not read: save the sheet as CSV/);
  await refuses("t.doc", "usage", /must end with one of \.csv, \.json, \.npy, \.parquet, \.tsv, \.txt$/);
  await refuses("absent.csv", "io", /no such file/);
  file("bad.parquet", "a,b\n1,2\n3,4\n");
  await refuses("bad.parquet", "format", /^bad\.parquet: does not start with PAR1/);
});

test("records in memory are a table, too", (t) => {
  const { columns, rows } = tableOfRecords([
    { x: 1, when: new Date(0), ok: true },
    { x: undefined, when: new Date(Number.NaN), ok: true },
    { x: Number.NaN, f: () => 1 },
    { x: 4, when: new Date(0), big: 3n },
  ]);
  t.is(rows, 4);
  t.deepEqual(
    columns.map((column) =>
      column.kind === "unusable" ? column.reason : [column.name, column.kind, column.missing],
    ),
    [
      ["x", "numeric", 2],
      'dates such as "1970-01-01T00:00:00.000Z" are not read: add columns of year, month, weekday, … as numbers',
      ["ok", "categorical", 2],
      "holds a function in record 3",
      "holds a bigint in record 4",
    ],
  );
  t.throws(() => tableOfRecords([3 as never]), { code: "format", message: /^records: record 1 is 3/ });
});
