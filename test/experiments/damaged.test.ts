import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { FitDirectory } from "../../src/experiments/fit/directory.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { finishedFit } from "../fuzz/finished.js";

const folder = mkdtempSync(join(tmpdir(), "plateau-damaged-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test("a run that says of its version what is no text belongs to another version", async (t) => {
  const path = join(folder, "run");
  RunDirectory.create(path, { target: "m2n1" });
  const file = join(path, "run.json");
  const begun = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...begun, plateau: { toString: "" } }));
  await t.throwsAsync(async () => RunDirectory.open(path).checkpoint(), {
    code: "run-directory",
    message: /was begun by plateau \{"toString":""\}, this is/,
  });
});

test("a fit whose columns, report or reading are not as plateau stores them is refused, whoever asks", async (t) => {
  const path = join(folder, "fit");
  await finishedFit(path, join(folder, "table.csv"));
  const change = (name: string, make: (value: Record<string, never>) => void) => {
    const file = join(path, name);
    const whole = readFileSync(file, "utf8");
    const value = JSON.parse(whole) as Record<string, never>;
    make(value);
    writeFileSync(file, JSON.stringify(value));
    const read = () => FitDirectory.open(path).result();
    t.throws(read, { code: "format", message: /, which no fit has: / }, make.toString());
    writeFileSync(file, whole);
  };
  const set = (holder: object, key: string, value: unknown) => Object.assign(holder, { [key]: value });
  change("result.json", ({ report }) => set(report, "leftOut", 0));
  change("result.json", ({ report }) => set(report, "missing", [null]));
  change("result.json", ({ report }) => set(report["splits"], "test", "6"));
  change("result.json", ({ report }) => set(report["reading"], "notes", {}));
  change("result.json", ({ columns }) => set(columns["inputs"][0], "mean", "8"));
  change("result.json", ({ columns }) => set(columns["inputs"][0], "width", 2 ** 31));
  change("result.json", ({ columns }) => set(columns["inputs"][1], "categories", ["a"]));
  change("result.json", ({ columns }) => set(columns["inputs"][1], "categories", "ab"));
  change("fit.json", (begun) => set(begun, "reading", { header: "yes" }));
  t.is(FitDirectory.open(path).result().report.rows, 40);
});
