import { copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { openFit } from "../../src/experiments/fit/open.js";
import { folder, plateau } from "./plateau.js";

test("a fit is taken elsewhere with its table, or told where that is", async (t) => {
  const cwd = folder(t);
  const at = (name: string) => join(cwd, name);
  const run = (...args: string[]) => plateau(args, { cwd });
  copyFileSync("examples/cars.csv", at("cars.csv"));
  const fitted = await run(
    ...["fit", "--data", "cars.csv", "--output", "mpg", "--inputs", "weight,year", "--measures", "errors"],
    ...["--steps", "20", "--d-model", "8", "--layers", "1", "--out", "fit", "--quiet"],
  );
  t.is(fitted.code, 0, fitted.stderr);
  const commands = [
    ["eval", "fit"],
    ["analyze", "fit", "--measures", "errors"],
    ["predict", "fit", "-o", "p.csv"],
    ["report", "fit", "-o", "r.html"],
  ];
  const judged = await run(...commands[0], "--json");

  mkdirSync(at("away"));
  renameSync(at("cars.csv"), at("away/other.csv"));
  writeFileSync(at("wrong.csv"), "weight,year,mpg\n1,2,3\n");
  for (const command of commands) {
    const gone = await run(...command);
    t.is(gone.code, 1, gone.stderr);
    t.regex(
      gone.stderr,
      /^error: cannot read the table that the fit in fit was made from: there is no file \S*cars\.csv any more; if it was moved, give where it is now: --table FILE/,
    );
    const wrong = await run(...command, "--table", "wrong.csv");
    t.is(wrong.code, 1);
    t.regex(
      wrong.stderr,
      /^error: wrong\.csv is not the file that the fit in fit was made from \(cars\.csv, /,
    );
    const told = await run(...command, "--table", "away/other.csv");
    t.is(told.code, 0, told.stderr);
  }
  const again = await run("eval", "fit", "--json", "--table", "away/other.csv");
  t.deepEqual(JSON.parse(again.stdout), JSON.parse(judged.stdout));
  const over = await run("predict", "fit", "--table", "away/other.csv", "-o", "away/other.csv");
  t.regex(over.stderr, /^error: -o away\/other\.csv is the table that the fit in fit was made from/);
  const opened = await openFit(at("fit"), { table: at("away/other.csv") });
  t.is(await opened.tableFile(), at("away/other.csv"));
  t.is((await opened.data()).test.rows, JSON.parse(judged.stdout).data.splits.test);

  // Beside the folder, or in it, the table is found by its name and its bits.
  renameSync(at("fit"), at("away/fit"));
  for (const place of ["away/cars.csv", "away/fit/cars.csv"]) {
    copyFileSync(at("wrong.csv"), at("away/cars.csv"));
    copyFileSync(at("away/other.csv"), at(place));
    t.is((await run("eval", "away/fit")).code, 0, place);
  }
  // One that was changed where it was is told from it.
  copyFileSync(at("wrong.csv"), at("cars.csv"));
  copyFileSync(at("wrong.csv"), at("away/fit/cars.csv"));
  const changed = await run("eval", "away/fit");
  t.regex(
    changed.stderr,
    /cars\.csv is not the file that the fit in away\/fit was made from: put that one back/,
  );
  t.regex(
    (await run("fit", "--data", "cars.csv", "--output", "mpg", "--table", "x")).stderr,
    /--table is of --resume/,
  );
});
