import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { type CsvOptions, readCsv } from "../../src/formats/csv.js";
import { parseNumber } from "../../src/formats/number-text.js";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Names and cells, column by column. */
function read(text: string | Uint8Array, options?: CsvOptions) {
  const { columns } = readCsv(typeof text === "string" ? bytes(text) : text, "t.csv", options);
  return Object.fromEntries(columns.map(({ name, cells }) => [name, Array.from(cells)]));
}

function refuses(t: ExecutionContext, text: string | Uint8Array, message: string, options?: CsvOptions) {
  const error = t.throws(() => read(text, options), { instanceOf: PlateauError });
  t.is(error?.code, "format");
  t.is(error?.message, message);
}

const plain = { a: ["1", "3"], b: ["2", "4"] };

test("line ends, a byte-order mark, delimiters and blank lines are told apart", (t) => {
  t.deepEqual(read("a,b\n1,2\n3,4\n"), plain);
  t.deepEqual(read("a,b\r\n1,2\r\n3,4"), plain);
  t.deepEqual(read("a,b\r1,2\r3,4\r"), plain);
  t.deepEqual(read("a,b\r\n1,2\n3,4\n"), plain);
  t.deepEqual(read("\ufeffa,b\n1,2\n3,4\n"), plain);
  t.deepEqual(read("a;b\n1;2\n3;4\n"), plain);
  t.deepEqual(read("a\tb\n1\t2\n3\t4\n"), plain);
  t.deepEqual(read("a|b\n1|2\n3|4\n"), plain);
  t.deepEqual(read("\n\na,b\n\n1,2\n \n3,4\n\n\n"), plain);
  t.deepEqual(read("a,b\n1;5,2\n", { delimiter: "," }), { a: ["1;5"], b: ["2"] });
  t.deepEqual(read("a;b\n1,5;2,5\n3,5;4,5\n"), { a: ["1,5", "3,5"], b: ["2,5", "4,5"] });
});

test("quoted fields hold delimiters, quotes and line breaks", (t) => {
  t.deepEqual(read('a,b\n"x, y","say ""hi"""\n"two\r\nlines",\n'), {
    a: ["x, y", "two\nlines"],
    b: ['say "hi"', ""],
  });
});

test("the first line is a header unless it has a number in it, or the caller says so", (t) => {
  t.deepEqual(read("x\n1\n"), { x: ["1"] });
  t.deepEqual(read("5.1,setosa\n4.9,setosa\n"), { column1: ["5.1", "4.9"], column2: ["setosa", "setosa"] });
  t.deepEqual(read("country,1990\nPeru,3\n", { header: true }), { country: ["Peru"], "1990": ["3"] });
  t.deepEqual(read("a,b\nc,d\n", { header: false }), { column1: ["a", "c"], column2: ["b", "d"] });
  t.deepEqual(read(" a ,,c\n1,2,3\n"), { a: ["1"], column2: ["2"], c: ["3"] });
});

test("what is wrong is said with line and column", (t) => {
  refuses(t, "", "t.csv: no data");
  refuses(t, " \n\n", "t.csv: no data");
  refuses(t, "a,b\n", "t.csv: a header of 2 columns and no row of data");
  refuses(
    t,
    'a,b\n"x\ny",2\n1,2,3\n',
    't.csv, line 4: 3 fields, but line 1 has 2: field 3 is "3": put quotes around a field that has the delimiter in it, or name the delimiter',
  );
  refuses(
    t,
    "a,b\n1,2\n3\n",
    "t.csv, line 3: 1 fields, but line 1 has 2: a delimiter or a quote may be missing",
  );
  refuses(t, 'a,b\n1,2\n3,"4\n5,6\n', "t.csv, line 3, column 3: a quote is opened and never closed");
  refuses(
    t,
    'a,b\n1,2\n3,"4"5\n',
    "t.csv, line 3, column 3: text follows a closing quote: write a quote inside quotes twice",
  );
  refuses(t, "a,b\n1,\0\n", "t.csv, line 2, column 3: a zero byte: this is no text");
  refuses(
    t,
    Uint8Array.of(...bytes("a,b\né,"), 0xff, ...bytes("\n")),
    "t.csv, line 2, column 3: not UTF-8: is it a CSV file? If so, save it as UTF-8",
  );
  refuses(t, `${"a,".repeat(4999)}a\n`, "t.csv, line 1: 5000 columns, at most 4096 are read");
});

test("a delimiter that cannot be one is refused", (t) => {
  for (const delimiter of ["", ";;", '"', "\n"])
    t.throws(() => read("a,b\n1,2\n", { delimiter }), {
      code: "usage",
      message: /^delimiter ".*" is not one/,
    });
});

test("rows know their line, whatever stands before them", (t) => {
  const { where } = readCsv(bytes('a,b\n\n"1\n\n2",x\r\n3,4\n'), "t.csv");
  t.is(where(0), "line 3");
  t.is(where(1), "line 6");
});

test("any fields go round through quoting, by any delimiter and line end", (t) => {
  const field = fc.string({ unit: fc.constantFrom("a", "1", ",", ";", '"', "\n", "\t", " ", "é", "𝄞") });
  const rows = fc
    .integer({ min: 2, max: 5 })
    .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }));
  fc.assert(
    fc.property(
      rows,
      fc.constantFrom(",", ";", "\t", "|"),
      fc.constantFrom("\n", "\r\n"),
      (lines, by, end) => {
        // Lines without content are skipped, and columns at the right.
        const filled = lines.filter((row) => row.some((text) => text.trim() !== ""));
        fc.pre(filled.length > 0);
        const width = Math.max(...filled.map((row) => row.findLastIndex((text) => text.trim() !== "") + 1));
        const table = filled.map((row) => row.slice(0, width));
        const quoted = lines.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(by));
        const { columns, rows: count } = readCsv(bytes(quoted.join(end)), "t", {
          header: false,
          delimiter: by,
        });
        t.is(count, table.length);
        t.deepEqual(
          table.map((_, row) => columns.map(({ cells }) => cells[row])),
          table,
        );
      },
    ),
    { seed: 5, numRuns: 200 },
  );
});

test("numbers are what JavaScript and C write, within float64", (t) => {
  for (const [text, value] of [
    ["1", 1],
    [" -2.50 ", -2.5],
    ["+.5", 0.5],
    ["3.", 3],
    ["1e-3", 0.001],
    ["6.02E23", 6.02e23],
    ["007", 7],
    ["-0", -0],
  ] as const)
    t.is(parseNumber(text), value);
  for (const text of ["", ".", "1,5", "1 000", "0x10", "1e999", "Infinity", "NaN", "1_0", "--1", "1e", "٣"])
    t.is(parseNumber(text), undefined, text);
});

test("arbitrary bytes are a table or a format error, never another failure", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      try {
        t.true(readCsv(data).rows > 0);
      } catch (error) {
        t.is((error as PlateauError).code, "format");
      }
    }),
    { seed: 5, numRuns: 500 },
  );
});
