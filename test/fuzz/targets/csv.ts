import fc from "fast-check";
import { readCsv } from "../../../src/formats/csv.js";
import { writeCsv } from "../../../src/formats/write-table.js";
import { tableOf } from "../../../src/tables/table.js";
import { mutatedTexts } from "../mutations.js";
import type { FuzzTarget } from "../target.js";

const corpus = [
  writeCsv(
    ["x", "y", "label"],
    Array.from({ length: 12 }, (_, i) => [i, i / 3, i % 2 ? 'a "b", c' : "line\nbreak"]),
  ),
  writeCsv(["a"], [[1], [null], [2]]),
  "x;y;z\r\n1;2,5;3\r\n4;5;6\r\n",
  "\ufeffx\ty\n1\t2\n",
  "1,2\n3,4\n",
];
const words = [
  '"',
  '""',
  ",",
  ";",
  "\t",
  "|",
  "\r",
  "\r\n",
  "\n",
  "\0",
  "\ufeff",
  "NaN",
  "1e999",
  "__proto__",
  "x".repeat(70_000),
  '"'.repeat(999),
  ",".repeat(5000),
  "\x1e",
  "\x1f",
];
const cell = fc.oneof(
  fc.constantFrom("", "1", "-0.5e3", '"a"', '"', 'a"b', "__proto__", "é", "1,5", " ", "\\", '"a""b"', '"\n"'),
  fc.string({ maxLength: 8 }),
);
const made = fc
  .record({
    rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 12 }),
    delimiter: fc.constantFrom(",", ";", "\t", "|"),
    end: fc.constantFrom("\n", "\r\n", "\r"),
  })
  .map(({ rows, delimiter, end }) => rows.map((row) => row.join(delimiter)).join(end));

export const csv: FuzzTarget = {
  name: "csv",
  prepare: () => mutatedTexts(corpus, words, made),
  run: (bytes) => tableOf(readCsv(bytes)),
};
