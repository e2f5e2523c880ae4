import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { folder, plateau } from "./plateau.js";

test("what a command reads is not written over; a second prediction has a column of its own", async (t) => {
  const cwd = folder(t);
  const run = (...args: string[]) => plateau(args, { cwd });
  copyFileSync("examples/cars.csv", join(cwd, "cars.csv"));
  const fitted = await run(
    ...["fit", "--data", "cars.csv", "--output", "mpg", "--inputs", "weight,year", "--measures", "errors"],
    ...["--steps", "20", "--d-model", "8", "--layers", "1", "--out", "fit", "--quiet"],
  );
  t.is(fitted.code, 0, fitted.stderr);
  const before = readFileSync(join(cwd, "cars.csv"));
  writeFileSync(join(cwd, "far.csv"), "weight,year\n2100,80\n");
  symlinkSync("cars.csv", join(cwd, "other.csv"));
  symlinkSync("cars.csv", join(cwd, "cars.onnx.json"));
  symlinkSync("cars.csv", join(cwd, "all.json"));
  const table =
    "is the table that the fit in fit was made from, which would be written over: name another file";
  for (const [args, message] of [
    [["predict", "fit", "-o", "cars.csv"], `-o cars.csv ${table}`],
    [["predict", "fit", "-o", "./fit/../cars.csv"], `-o ./fit/../cars.csv ${table}`],
    [["predict", "fit", "-o", "other.csv"], `-o other.csv ${table}`],
    [
      ["predict", "fit", "--inputs", "far.csv", "-o", "far.csv"],
      "-o far.csv is the table of --inputs, which would be written over: name another file",
    ],
    [["export", "fit", "--format", "onnx", "-o", "cars.csv"], `-o cars.csv ${table}`],
    [["export", "fit", "-o", "cars.onnx"], `-o cars.onnx.json ${table}`],
    [["report", "fit", "--data", "all.json"], `--data all.json ${table}`],
  ] as const) {
    const { code, stderr } = await run(...args);
    t.is(code, 2, stderr);
    t.is(stderr, `error: ${message}\n`);
  }
  t.deepEqual(readFileSync(join(cwd, "cars.csv")), before);
  t.is(readFileSync(join(cwd, "far.csv"), "utf8"), "weight,year\n2100,80\n");

  for (const [inputs, output] of [
    ["far.csv", "once.csv"],
    ["once.csv", "twice.csv"],
    ["twice.csv", "thrice.csv"],
  ]) {
    t.is((await run("predict", "fit", "--inputs", inputs, "-o", output, "--quiet")).stderr, "");
  }
  const [header, answers] = readFileSync(join(cwd, "thrice.csv"), "utf8").split("\n");
  t.is(header, "weight,year,predicted mpg,predicted mpg (2),predicted mpg (3)");
  const [, , ...predicted] = answers.split(",");
  t.is(new Set(predicted).size, 1);
});
