import fc from "fast-check";
import { readCsv } from "../../../src/formats/csv.js";
import { writeCsv } from "../../../src/formats/write-table.js";
import { exerciseTable } from "../exercise-table.js";
import { mutated, mutatedTexts } from "../mutations.js";
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
/** As Excel writes them. */
const encoded = [
  ...[corpus[0], "gr\u00f6\u00dfe;\u20ac\n1,5;2\n2,5;3\n3,5;5\n4;6\n"].flatMap((text) => [
    utf16(`\ufeff${text}`, true),
    utf16(`\ufeff${text}`, false),
    utf16(text, true),
  ]),
  Uint8Array.from("na\u00efve;\u0080\n1,5;2\n2,5;3\n3,5;5\n4;6\n", (character) => character.charCodeAt(0)),
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
  ...[
    "1.234,56",
    "1,234.56",
    "(5)",
    "5-",
    "12 %",
    "\u20ac 5",
    "0012",
    "2024-02-30",
    "31.12.1999",
    "n/a",
    "#N/A",
    "-",
  ],
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

function utf16(text: string, little: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), little);
  return bytes;
}

export const csv: FuzzTarget = {
  name: "csv",
  prepare: () =>
    fc.oneof(
      { weight: 4, arbitrary: mutatedTexts(corpus, words, made) },
      { weight: 1, arbitrary: mutated(encoded, words) },
    ),
  run: (bytes) => exerciseTable(readCsv(bytes)),
};
