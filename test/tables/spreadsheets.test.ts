import test from "ava";
import fc from "fast-check";
import { PlateauError } from "../../src/errors.js";
import { readCsv } from "../../src/formats/csv.js";
import { describeReading, type NotationOptions } from "../../src/tables/reading.js";
import { type Table, tableOf, tableOfRecords } from "../../src/tables/table.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, little: boolean, mark = true) => {
  const units = Array.from((mark ? "\ufeff" : "") + text, (unit) => unit.charCodeAt(0));
  return Uint8Array.from(
    units.flatMap((unit) => (little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
  );
};
const latin1 = (text: string) => Uint8Array.from(text, (unit) => (unit === "€" ? 0x80 : unit.charCodeAt(0)));

function read(text: string | Uint8Array, options: NotationOptions & { delimiter?: string } = {}): Table {
  return tableOf(readCsv(typeof text === "string" ? utf8(text) : text, "t.csv", options), options);
}

/** Values of numeric columns, categories of others, by name. */
const values = (table: Table) =>
  Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      column.kind === "numeric"
        ? [...column.values]
        : column.kind === "categorical"
          ? [...column.values].map((code) => column.categories[code] ?? null)
          : column.reason,
    ]),
  );
const said = (table: Table) => describeReading(table.reading!);

const GERMAN = `sep=;
Verbrauch 2023;;;;

Gewicht;Preis;Anteil;Ort;
1.234,5;1.000,00 €;12,5 %;Köln;
987,25;–;5 %;"Bonn, Süd";
12,5;99,90 €;7,25 %;Köln;
;;;;
40;12,00 €;-;"Bonn, Süd";
`;

test("a table as a German spreadsheet writes it", (t) => {
  const table = read(latin1(GERMAN.replace("–", "-").replaceAll("\n", "\r\n")));
  t.deepEqual(values(table), {
    Gewicht: [1234.5, 987.25, 12.5, 40],
    Preis: [1000, Number.NaN, 99.9, 12],
    Anteil: [12.5, 5, 7.25, Number.NaN],
    Ort: ["Köln", "Bonn, Süd", "Köln", "Bonn, Süd"],
  });
  t.is(
    said(table),
    'read as: Windows-1252, delimiter ";", "Verbrauch 2023" above it skipped, decimal comma, thousands ".", Preis in €, Anteil in % (12% is 12), 2 cells missing ("-")',
  );
});

test("encodings, marks and line ends are one table", (t) => {
  const wanted = values(read(GERMAN));
  const crs = GERMAN.replaceAll("\n", "\r");
  for (const bytes of [
    utf8(`\ufeff${GERMAN}`),
    utf8(crs),
    utf16(GERMAN, true),
    utf16(GERMAN, false),
    utf16(crs, true, false),
    utf16(GERMAN.replaceAll(";", "\t").replace("sep=\t\n", ""), true),
  ]) {
    t.deepEqual(values(read(bytes)), wanted);
  }
});

test("what a workbook or a damaged file is, is said", (t) => {
  const refuses = (bytes: Uint8Array, message: RegExp) =>
    t.throws(() => read(bytes), { instanceOf: PlateauError, code: "format", message });
  refuses(
    Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0),
    /a workbook or another zip archive, no text: save the sheet as CSV/,
  );
  refuses(Uint8Array.of(...utf8("a,b\né,"), 0xff), /line 2, column 3: not UTF-8/);
  refuses(Uint8Array.of(...utf8("a,b\n1,"), 0x81), /not UTF-8/);
  refuses(Uint8Array.of(...utf8("a,b\n1,"), 0xff, 1), /not UTF-8/);
});

test("names that are there twice, years as names, columns without any", (t) => {
  const table = read("a;a;;a (2)\n1;2;3;4\n5;6;7;8\n");
  t.deepEqual(
    table.columns.map(({ name }) => name),
    ["a", "a (3)", "column3", "a (2)"],
  );
  t.regex(said(table)!, /another "a" is called "a \(3\)"/);
  t.true(read("Land,Fläche,2019\nA,1.5,2\nB,2,3\n").reading?.header);
  t.deepEqual(Object.keys(values(read("1,5;2,5\n3,5;4,5\n"))), ["column1", "column2"]);
  t.deepEqual(Object.keys(values(read("x;y;;\n1;2;;\n3;4;;\n"))), ["x", "y"]);
  t.deepEqual(values(read("x;y;\n1;2\n3;4;\n")), { x: [1, 3], y: [2, 4] });
});

test("titles are above the table, whole lines only", (t) => {
  const found = (text: string) => read(text).reading?.skipped;
  t.deepEqual(found("Report\n\na,b\n1,2\n3,4\n"), ["Report"]);
  t.deepEqual(found("Report,,\nof 2020,,\na,b,c\n1,2,3\n3,4,5\n"), ["Report", "of 2020"]);
  t.deepEqual(found("by,me\n\na,b,c\n1,2,3\n3,4,5\n"), ["by me"]);
  t.is(found(",mpg\n0,18\n1,15\n"), undefined);
  t.is(found("x\n1\n2\n"), undefined);
  t.throws(() => read("a,b\n1,2,3\n4,5,6\n"), { message: /line 2: 3 fields, but line 1 has 2/ });
});

test("points and commas mean what the whole table says, else what is asked for", (t) => {
  const first = (text: string, options?: NotationOptions) => values(read(text, options))["a"];
  t.deepEqual(first("a;b\n1,5;x\n1,234;x\n"), [1.5, 1.234]);
  t.deepEqual(first("a;b\n1,234;x\n5,678;x\n"), [1.234, 5.678], "semicolons and no points");
  t.deepEqual(first("a;b\n1.234;2,5\n5.678;3\n"), [1234, 5678], "another column tells");
  t.deepEqual(first("a;b\n0.123;2\n5.678;3\n"), [0.123, 5.678]);
  t.deepEqual(first('a,b\n"1,234",2\n"5,678",3\n'), [1234, 5678]);
  t.deepEqual(first('a,b\n"1,234,567",2\n"5,678",3\n'), [1_234_567, 5678]);
  t.deepEqual(first("a;b\n1.234;2,5\n12.5;3\n"), [1.234, 12.5], "each column by its own");
  t.is(
    said(read("a;b\n1.234;2,5\n12.5;3\n")),
    'read as: delimiter ";", decimal point in a, decimal comma in b',
  );
  for (const text of [
    "a;b\n1.234;2\n5.678;3\n",
    "a\tb\n1,234\t2\n5,678\t3\n",
    "a;b;c\n1.234;2,5;1\n5.678;3;1.25\n",
  ]) {
    t.throws(() => read(text), {
      instanceOf: PlateauError,
      code: "format",
      message:
        /^t\.csv, line 2: "a" is "1[.,]234", which may be 1.* or 1.*, .*--decimal point or --decimal comma/,
    });
    t.deepEqual(
      first(text, { decimal: "point" }),
      text.includes(",") && !text.includes(".") ? [1234, 5678] : [1.234, 5.678],
    );
  }
  t.deepEqual(first("a;b\n1.234;2\n5.678;3\n", { like: { delimiter: ";", decimal: "comma" } }), [1234, 5678]);
  t.throws(() => first("a;b\n1.234;2\n5.678;3\n", { like: { delimiter: ",", decimal: "comma" } }), {
    code: "format",
  });
  t.regex(
    String(first("a;b\n1,5;x\n1.5;x\n2;x\n")),
    /2 of 3 values are numbers, but not "1,5" in line 2: it was read/,
  );
  t.throws(() => read("a\n1\n", { decimal: "dot" as never }), {
    code: "usage",
    message: /expected one of point, comma/,
  });
  t.deepEqual(values(tableOfRecords([{ a: "1.234" }, { a: "5.678" }])), { a: [1.234, 5.678] });
});

test("numbers of one unit only are one column", (t) => {
  const reason = (cells: string[]) =>
    values(read(`a;b\n${cells.map((cell) => `${cell};x`).join("\n")}\n`))["a"];
  t.deepEqual(reason(["5 €", "7,50 €", "0"]), [5, 7.5, 0]);
  t.regex(
    String(reason(["5 €", "7,50 $"])),
    /different units, "5 €" in line 2 and "7,50 \$" in line 3: write them all alike/,
  );
  t.regex(String(reason(["5 %", "0,05"])), /different units/);
});

test("what stands for nothing, and what is told to", (t) => {
  const column = (cells: string[], missing?: string[]) =>
    values(read(`b;a\n${cells.map((cell) => `x;${cell}`).join("\n")}\n`, { missing }))["a"];
  const nothing = ["-", "–", "#N/A", "n/a", "#NV", "k.A.", "", "?", "..", "#DIV/0!"];
  t.deepEqual(column(["1", ...nothing, "2"]), [1, ...nothing.map(() => Number.NaN), 2]);
  t.deepEqual(column(["+", "-", "+", "-"]), ["+", "-", "+", "-"], "among texts a dash is one");
  t.deepEqual(column(["+", "-", "+", "+"], ["-"]), ["+", null, "+", "+"]);
  t.deepEqual(column(["1,5", "-999", "n. v.", "none"], ["-999", "none", "n. v."]), [
    1.5,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
  t.regex(
    String(column(["1", "2", "3", "kg"])),
    /3 of 4 values are numbers, but not "kg" in line 5: .* --missing kg/,
  );
});

test("numbers of a locale's table come back, or the table is refused: never others", (t) => {
  const numbers = fc.array(
    fc.oneof(
      fc.integer({ min: -5000, max: 5000 }),
      fc.integer({ min: -5e6, max: 5e6 }).map((n) => n / 1000),
    ),
    { minLength: 1, maxLength: 6 },
  );
  const locale = fc.constantFrom(
    [",", ".", ";"],
    [".", ",", ","],
    [",", "", ";"],
    [".", "", ","],
    [".", "'", ";"],
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 3 }), locale, (lists, [mark, group, by]) => {
      const rows = Math.min(...lists.map(({ length }) => length));
      const write = (number: number) => {
        const [whole, fraction] = String(Math.abs(number)).split(".");
        const text =
          whole.replace(/\B(?=(\d{3})+$)/g, group) + (fraction === undefined ? "" : mark + fraction);
        return `"${number < 0 ? "-" : ""}${text}"`;
      };
      const names = ["k", ...lists.map((_, i) => `c${i}`)];
      const lines = Array.from({ length: rows }, (_, row) => ["x", ...lists.map((list) => write(list[row]))]);
      const text = [names, ...lines].map((fields) => fields.join(by)).join("\n");
      const wanted = lists.map((list) => list.slice(0, rows).map((number) => number + 0));
      const decimal = mark === "," ? ("comma" as const) : ("point" as const);
      const all = (table: Table) => wanted.map((_, i) => values(table)[`c${i}`]);
      t.deepEqual(all(read(text, { decimal })), wanted);
      let table: Table;
      try {
        table = read(text);
      } catch (error) {
        t.regex((error as PlateauError).message, /--decimal/);
        refused++;
        return;
      }
      t.deepEqual(all(table), wanted, text);
    }),
    { seed: 8, numRuns: 1000 },
  );
  t.true(refused > 0 && refused < 300, `${refused} were refused`);
});

test("negatives of bookkeeping are numbers, and how they were written is said", (t) => {
  const table = read('a,b,c\n"(1,234.50)",5,-1\n12.00,67-,(2)\n"($393.24)",8.5-,3\n');
  t.deepEqual(values(table), { a: [-1234.5, 12, -393.24], b: [5, -67, -8.5], c: [-1, -2, 3] });
  t.is(
    said(table),
    'read as: delimiter ",", decimal point, thousands ",", negative "(1,234.50)" and "67-", a in $',
  );
});

test("dates and times are no numbers and no categories, and say nothing of the decimal mark", (t) => {
  const dates = (...cells: string[]) => {
    const text = `d;n\n${cells.map((cell, i) => `${cell};${i}`).join("\n")}\n`;
    return values(read(text, { decimal: "point" }))["d"];
  };
  for (const cells of [
    ["2021-03-04", "2021-03-04", "2021-12-31", "2021-12-31"],
    ["2021-03-04T10:00:00.000Z", "2021-03-05T10:00:00Z"],
    ["2021-03-04 10:00", "-", "", "2021-03-05 23:59:59"],
    ["2021-03", "2022-11"],
    ["4.3.2021", "04.12.2021", "31.12.2021 08:15"],
    ["4.3.21", "31.12.99"],
    ["04.03.", "31.12."],
    ["3/4/2021", "12/31/2021", "1/2/2021 3:15 PM"],
    ["31/12/2021", "1/2/2021"],
    ["31-12-2021", "1-2-2021"],
    ["03.2021", "12.2021", "7.2021"],
    ["10.2021", "11.2021", "12.1999"],
    ["03/2021", "12/2021"],
    ["14:35", "8:05"],
    ["14.35", "08.15", "23.59"],
  ]) {
    t.regex(
      String(dates(...cells)),
      /^dates such as ".*" are not read: add columns of year, month/,
      cells[0],
    );
  }
  t.deepEqual(dates("3.2021", "12.2021", "7.19"), [3.2021, 12.2021, 7.19]);
  t.deepEqual(dates("3.2021", "12.2021"), [3.2021, 12.2021], "no zero, not of one width");
  t.deepEqual(dates("13.2021", "12.2021"), [13.2021, 12.2021], "no month");
  t.deepEqual(dates("01.2021", "12.1800"), [1.2021, 12.18], "no year");
  t.deepEqual(dates("14.35", "23.59"), [14.35, 23.59]);
  t.deepEqual(dates("08.15", "23.75"), [8.15, 23.75], "no minutes");
  t.deepEqual(dates("2021-03-04", "2021-03-04", "x", "x"), ["2021-03-04", "2021-03-04", "x", "x"]);

  t.deepEqual(dates("1-2-34", "1-2-34"), ["1-2-34", "1-2-34"], "codes");

  for (const [first, second] of [
    ["03.2021", "12.2021"],
    ["08.15", "14.35"],
  ]) {
    const text = `d;v;w\n${first};7.155;1\n${second};8.201;2,5\n`;
    t.deepEqual(values(read(text))["v"], [7155, 8201]);
    t.throws(() => read(text.replace("2,5", "2")), { message: /"v" is "7\.155", which may be/ });
  }
  t.deepEqual(values(read("d;v\n3.2021;1\n", { kinds: { d: "numeric" }, decimal: "point" }))["d"], [3.2021]);
  t.regex(String(values(tableOfRecords([{ d: new Date(0) }, { d: new Date(1) }]))["d"]), /are not read/);
});

test("digits with leading zeros are codes: texts, unless numbers are asked for", (t) => {
  const text = "PLZ;n\n01067;1\n10115;2\n01067;3\n10115;4\n";
  const table = read(text);
  t.deepEqual(values(table)["PLZ"], ["01067", "10115", "01067", "10115"]);
  t.is(said(table), 'read as: delimiter ";", PLZ as texts (leading zeros)');
  t.deepEqual(values(read(text, { kinds: { PLZ: "numeric" } }))["PLZ"], [1067, 10115, 1067, 10115]);
  t.is(
    values(read("PLZ;n\n20095;1\n01067;2\n"))["PLZ"] as unknown,
    'digits with leading zeros such as "01067" in line 3 are codes, no numbers, and 2 different ones in 2 values no categories',
  );
  const column = (...cells: string[]) =>
    values(read(`a;b\n${cells.map((cell) => `${cell};x`).join("\n")}\n`))["a"];
  t.deepEqual(column("0", "10", "0.5"), [0, 10, 0.5]);
  t.deepEqual(column("00", "1.5", "01"), [0, 1.5, 1], "not digits alone");
  t.deepEqual(column("-", "007", "007", "007"), ["-", "007", "007", "007"]);
});

test("notes below the table are skipped and said, totals are told as what they are", (t) => {
  const table = read("a,b\n1,2\n3,4\n\nSource: Office, 2021\nas of May\n".replace("Office, ", "Office "));
  t.deepEqual(values(table), { a: [1, 3], b: [2, 4] });
  t.is(
    said(table),
    'read as: delimiter ",", "Source: Office 2021" below it skipped, "as of May" below it skipped',
  );
  const found = (text: string) => read(text).reading?.notes;
  t.deepEqual(found("a,b,c\nx,2,3\ny,4,5\n\nSource,,\n"), ["Source"]);
  t.is(found("a,b,c\nx,2,3\ny,4,5\nz,,\n"), undefined, "a row that lacks values");
  t.is(found("a,b\nx,2\ny,\n"), undefined);
  t.is(found('a,b,c\n"x\n\n",2,3\nz,,\n'), undefined, "a row of several lines before it");
  t.is(found("a\nx\ny\n"), undefined);
  t.throws(() => found("a,b\nx,2\ny"), { message: /line 3: 1 fields/ }, "may be cut off");
  t.throws(() => read("a,b\n1,2\nnote\n3,4\n"), { message: /line 3: 1 fields, but line 1 has 2/ });
  t.throws(() => read("a,b\n1,2\n3,4\n5\n"), { message: /line 4: 1 fields/ }, "a number may be cut off");
  t.throws(() => read("a,b,c\n1,2,3\n3,4,5\nTotal,6\n"), {
    message: /line 4: 2 fields, but line 1 has 3: "Total" looks like a line below the table: take it away/,
  });
  t.is(
    said(read("a,b\nTotally,1\nx,4\nTotal,5\n")),
    'read as: delimiter ",", "Total (line 4)" is a row like others, take it away if it is none',
  );
});
