import test from "ava";
import fc from "fast-check";
import Papa from "papaparse";
import { readParquet } from "../../src/formats/parquet.js";
import { writeCsv, writeParquet } from "../../src/formats/write-table.js";

const columns = ["number", "name, quoted", "flag", "mixed", "nothing"];
const rows = [
  [0.1 + 0.2, 'says "no",\nthen more', true, 1, null],
  [-5e-324, "", false, "one", null],
  [null, "ü", null, null, null],
];

test("CSV quotes what needs it and keeps numbers in full", (t) => {
  const text = writeCsv(columns, rows);
  t.true(text.startsWith('number,"name, quoted",flag,mixed,nothing\n'));
  const { data } = Papa.parse<string[]>(text.trimEnd());
  t.is(Number(data[1][0]), 0.1 + 0.2);
  t.is(data[1][1], 'says "no",\nthen more');
  t.is(Number(data[2][0]), -5e-324);
});

test("CSV in the notation of a spreadsheet: tabs, decimal commas, a byte-order mark", (t) => {
  const notation = { delimiter: "\t", decimal: "comma", mark: true } as const;
  t.is(writeCsv(["ü", "b;c"], [[1.5, "x\ty"]], notation), '\ufeffü\tb;c\n1,5\t"x\ty"\n');
  t.false(writeCsv(["ü"], [[1.5]]).startsWith("\ufeff"));
});

test("property: numbers and texts come back from CSV", (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double({ noNaN: true }), fc.string())), (cells) => {
      const { data } = Papa.parse<string[]>(
        writeCsv(
          ["x", "s"],
          cells.map((row) => [...row]),
        ).replace(/\n$/, ""),
      );
      for (const [i, [x, s]] of cells.entries()) {
        t.true(Object.is(Number(data[i + 1][0]) + 0, x + 0), `${x}`);
        t.is(data[i + 1][1], s);
      }
    }),
  );
});

test("Parquet keeps numbers, truth values and texts; a mixed column is of texts", async (t) => {
  const table = await readParquet(await writeParquet(columns, rows));
  const cells = Object.fromEntries(table.columns.map((column) => [column.name, column.cells]));
  t.deepEqual(Array.from(cells["number"]).slice(0, 2), [0.1 + 0.2, -5e-324]);
  t.deepEqual(cells["name, quoted"], ['says "no",\nthen more', "", "ü"]);
  t.deepEqual(Array.from(cells["mixed"]).slice(0, 2), ["1", "one"]);
});
