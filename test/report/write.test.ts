import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import test from "ava";
import { PlateauError } from "../../src/errors.js";
import { figuresOf } from "../../src/report/parts.js";
import { readRepeatable } from "../../src/report/repeatable.js";
import { allFiles, writeReport } from "../../src/report/write.js";
import { readRawTable } from "../../src/tables/read.js";
import { madeUpReport } from "../support/report.js";

const folder = mkdtempSync(join(tmpdir(), "plateau-write-test-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test.serial(
  "a folder gets the page, every figure in every format, every table; and what is to be repeated comes back",
  async (t) => {
    const report = await madeUpReport();
    const written = await writeReport(report, allFiles(join(folder, "new", "one")));
    const names = figuresOf(report).map(({ name }) => name);
    const files = [
      "report.html",
      ...names.flatMap((name) => ["svg", "png", "csv", "vl.json"].map((kind) => `figures/${name}.${kind}`)),
      "tables/rates.csv",
    ];
    t.deepEqual(written.map((path) => relative(join(folder, "new", "one"), path)).sort(), files.sort());
    t.deepEqual(readdirSync(join(folder, "new", "one")).sort(), ["figures", "report.html", "tables"]);
    t.deepEqual(readRepeatable(join(folder, "new", "one", "report.html")), report.methods.repeat);
    const [head, ...rows] = readFileSync(join(folder, "new", "one", "tables", "rates.csv"), "utf8")
      .trim()
      .split("\n");
    t.is(head, report.sections[0].tables[0].columns.map(({ field }) => field).join(","));
    t.is(rows.length, report.sections[0].tables[0].rows.length);
  },
);

test.serial("the data of all figures and tables are one JSON or Parquet file, by its ending", async (t) => {
  const report = await madeUpReport();
  for (const name of ["all.json", "all.parquet"]) {
    t.deepEqual(await writeReport(report, { data: join(folder, name) }), [join(folder, name)]);
  }
  const { figures, tables } = JSON.parse(readFileSync(join(folder, "all.json"), "utf8"));
  t.deepEqual(
    Object.keys(figures),
    figuresOf(report).map(({ name }) => name),
  );
  const [{ name, rows }] = report.sections[0].tables;
  t.deepEqual(tables[name], JSON.parse(JSON.stringify(rows)));
  const { columns } = await readRawTable(join(folder, "all.parquet"));
  const cells = (field: string) => Array.from(columns.find((one) => one.name === field)!.cells);
  const own = cells("part").flatMap((part, i) => (part === "table" && cells("name")[i] === name ? [i] : []));
  t.is(own.length, rows.length);
  for (const [field, value] of Object.entries(rows[0])) t.is(String(cells(field)[own[0]]), String(value));
});

test.serial("nothing is written where something of it cannot be", async (t) => {
  const report = await madeUpReport();
  const bad = { ...report, main: { ...report.main!, name: "../out" } };
  await t.throwsAsync(writeReport(bad, allFiles(join(folder, "bad"))), { instanceOf: PlateauError });
  t.false(readdirSync(folder).includes("bad"));
});

test("pages that hold nothing, half, or twice something to repeat are refused", (t) => {
  const begin = '<script type="application/json" id="plateau-repeat">';
  const cases = [
    "",
    "<html></html>",
    begin,
    `${begin}{}`,
    `${begin}{}</script>`,
    `${begin}{}</script>${begin}{}</script>`,
  ];
  for (const [at, page] of cases.entries()) {
    const file = join(folder, `page${at}.html`);
    writeFileSync(file, page);
    const error = t.throws(() => readRepeatable(file), { instanceOf: PlateauError });
    t.is((error as PlateauError).code, "format");
  }
  t.throws(() => readRepeatable(folder), { message: /folder/ });
});
