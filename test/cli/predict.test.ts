import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { evaluationSample } from "../../src/experiments/evaluate.js";
import { openFit } from "../../src/experiments/fit/open.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import type { NumericColumn } from "../../src/tables/column.js";
import { readTable } from "../../src/tables/read.js";
import { folder, plateau, tiny } from "./plateau.js";

/** A float32 file of numpy, read on its own. */
function npy(path: string): { shape: number[]; data: Float32Array } {
  const file = readFileSync(path);
  const start = 10 + file.readUInt16LE(8);
  const [, shape] = /'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(
    file.toString("latin1", 10, start),
  )!;
  const bytes = new Uint8Array(file.subarray(start)).buffer;
  return {
    shape: shape
      .split(",")
      .filter((part) => part.trim())
      .map(Number),
    data: new Float32Array(bytes),
  };
}

async function trained(t: ExecutionContext, target: string, ...more: string[]): Promise<string> {
  const run = join(folder(t), "run");
  const { code, stderr } = await plateau(["train", target, ...tiny, ...more, "--out", run, "--quiet"]);
  t.is(code, 0, stderr);
  return run;
}

test("predict writes the same numbers as npy, CSV, Parquet and JSON, truth and inputs beside them", async (t) => {
  const run = await trained(t, "m4n3", "--dim", "2");
  const path = folder(t);
  const at = (name: string) => join(path, name);
  const said = await plateau(["predict", run, "-o", at("p.npy"), "--attention", at("maps")]);
  t.is(said.code, 0, said.stderr);
  t.regex(said.stderr, /^predictions of 200 rows in .*p\.npy, attention of 3 blocks in .*maps\n$/);
  const { shape, data } = npy(at("p.npy"));
  t.deepEqual(shape, [200, 3, 2]);
  const { experiment } = RunDirectory.open(run);
  const model = await RunDirectory.open(run).model();
  const { x, y } = evaluationSample(experiment, "test");
  t.deepEqual(data, model.predict(x));

  for (const ending of ["csv", "parquet", "json"]) {
    const file = at(`p.${ending}`);
    t.is((await plateau(["predict", run, "-o", file, "--quiet"])).stderr, "");
    const { rows, columns } = await readTable(file);
    t.is(rows, 200);
    t.deepEqual(
      columns.map(({ name }) => name).filter((name) => name.endsWith(".2")),
      [
        "x1.2",
        "x2.2",
        "x3.2",
        "x4.2",
        ...[1, 2, 3].map((i) => `predicted${i}.2`),
        ...[1, 2, 3].map((i) => `truth${i}.2`),
      ],
    );
    const column = (name: string) => (columns.find((one) => one.name === name) as NumericColumn).values;
    t.is(Math.fround(column("x4.2")[7]), x[7 * 8 + 7], ending);
    t.is(Math.fround(column("predicted3.1")[7]), data[7 * 6 + 4], ending);
    t.is(Math.fround(column("truth2.2")[7]), y[7 * 6 + 3], ending);
  }

  const blocks = readdirSync(at("maps")).sort();
  t.deepEqual(blocks, [
    "transformer.decoder.layers.0.multihead_attn.npy",
    "transformer.decoder.layers.0.self_attn.npy",
    "transformer.encoder.layers.0.self_attn.npy",
  ]);
  for (const [i, queries, keys] of [
    [0, 3, 4],
    [1, 3, 3],
    [2, 4, 4],
  ]) {
    const maps = npy(join(at("maps"), blocks[i]));
    t.deepEqual(maps.shape, [200, 4, queries, keys]);
    for (let row = 0; row < maps.data.length / keys; row++) {
      const sum = maps.data.subarray(row * keys, (row + 1) * keys).reduce((a, b) => a + b, 0);
      if (Math.abs(sum - 1) > 1e-5) t.fail(`${blocks[i]}: row ${row} sums to ${sum}`);
    }
  }
});

test("predict answers the user's own inputs, and refuses what is none", async (t) => {
  const run = await trained(t, "sin(6*x) on x=0:1", "--mode", "classification", "--classes", "4");
  const path = folder(t);
  const [inputs, output] = [join(path, "points.csv"), join(path, "answers.json")];
  writeFileSync(inputs, "x\n0\n0.25\n0.5\n");
  t.is((await plateau(["predict", run, "--inputs", inputs, "--rows", "2", "-o", output])).code, 0);
  const answers = JSON.parse(readFileSync(output, "utf8")) as Record<string, number>[];
  t.deepEqual(
    answers.map((row) => row["x1.1"]),
    [0, 0.25],
  );
  const { quantisation, config } = RunDirectory.open(run).experiment;
  const { low, high } = quantisation(config.classes);
  const centroids = [0, 1, 2, 3].map((k) => low + (k * (high - low)) / 3);
  for (const row of answers) {
    t.true(
      centroids.some((one) => Math.abs(one - row["predicted1.1"]) < 1e-6),
      `${row["predicted1.1"]}`,
    );
  }
  t.true(Math.abs(answers[1]["truth1.1"] - Math.sin(1.5)) < 1e-6);

  writeFileSync(join(path, "wide.csv"), "a,b\n1,2\n3,4\n");
  writeFileSync(join(path, "words.csv"), "a\nyes\nno\nyes\n");
  const refused: [args: string[], code: number, message: RegExp][] = [
    [["-o", join(path, "p.xlsx")], 2, /^error: .*p\.xlsx.*\.npy, \.csv, \.tsv, \.parquet, \.json\n$/],
    [
      ["-o", output, "--inputs", join(path, "wide.csv")],
      2,
      /^error: --inputs .*has 2 columns.*has 1 numbers?/,
    ],
    [
      ["-o", output, "--inputs", join(path, "words.csv")],
      2,
      /^error: --inputs .*column "a" is unusable, not numeric/,
    ],
    [["-o", output, "--rows", "0"], 2, /^error: --rows is 0: expected a whole number/],
    [[], 2, /^error: .*--output/],
  ];
  for (const [args, code, message] of refused) {
    const ended = await plateau(["predict", run, ...args]);
    t.is(ended.code, code, ended.stderr);
    t.regex(ended.stderr, message);
  }
});

test("attention is refused of a network without any", async (t) => {
  const run = join(folder(t), "run");
  const made = await plateau([
    "construct",
    "relu",
    "--target",
    "sin(6*x)",
    "--size",
    "8",
    "--out",
    run,
    "--quiet",
  ]);
  t.is(made.code, 0, made.stderr);
  const path = folder(t);
  const args = ["predict", run, "--rows", "3", "-o", join(path, "p.npy"), "--attention", join(path, "maps")];
  const { code, stderr } = await plateau(args);
  t.is(code, 2);
  t.regex(stderr, /without attention layers has no attention maps/);
  t.deepEqual(readdirSync(path), []);
});

test("predict takes a fit: columns by name, categories, rows that lack an input, what training did not see", async (t) => {
  const path = folder(t);
  const at = (name: string) => join(path, name);
  const fitted = await plateau([
    ...["fit", "--data", "examples/cars.csv", "--output", "mpg", "--inputs", "weight,year,origin"],
    ...["--steps", "30", "--d-model", "8", "--layers", "1", "--out", at("fit"), "--quiet"],
  ]);
  t.is(fitted.code, 0, fitted.stderr);
  writeFileSync(at("new.csv"), "origin;year;weight;who\nJapan;80;2100;a\nUSA;75;;b\nMars;70;4000;c\n");
  const said = await plateau(["predict", at("fit"), "--inputs", at("new.csv"), "-o", at("p.json")]);
  t.is(said.code, 0, said.stderr);
  t.regex(said.stderr, /1 of 3 rows lack an input/);
  t.regex(said.stderr, /1 row has a "origin" that training did not see \("Mars"\)/);
  const quiet = await plateau([
    "predict",
    at("fit"),
    "--inputs",
    at("new.csv"),
    "-o",
    at("q.json"),
    "--quiet",
  ]);
  t.is(quiet.stderr, "");
  const rows = JSON.parse(readFileSync(at("p.json"), "utf8"));
  t.deepEqual(Object.keys(rows[0]), ["origin", "year", "weight", "who", "predicted mpg"]);
  const { columns, model, ...opened } = await openFit(at("fit"));
  const data = await opened.data();
  const alone = columns.decode(model.predict(columns.encode([{ weight: 2100, year: 80, origin: "Japan" }])));
  t.is(rows[0]["predicted mpg"], alone[0]);
  t.is(rows[1]["predicted mpg"], null);
  t.deepEqual([rows[0].year, rows[0].weight, rows[1].weight, rows[0].who], [80, 2100, null, "a"]);
  t.is(typeof rows[2]["predicted mpg"], "number");

  t.is((await plateau(["predict", at("fit"), "-o", at("own.npy")])).code, 0);
  const own = npy(at("own.npy"));
  t.deepEqual(own.shape, [data.test.rows, 1]);
  t.deepEqual(own.data, Float32Array.from(data.decode(model.predict(data.test.x))));

  const ranges = columns.inputs.map((input) => (input.kind === "numeric" ? input.range.join(" to ") : ""));
  writeFileSync(
    at("far.csv"),
    "origin,year,weight\nJapan,1930,2100\nUSA,1975,9000\nUSA,1800,99000\nUSA,1975,2100\n",
  );
  const far = await plateau(["predict", at("fit"), "--inputs", at("far.csv"), "-o", at("far.json")]);
  t.true(
    far.stderr.includes(
      `3 rows are outside of what training saw: weight 99000 (${ranges[0]}), year 1800 (${ranges[1]})\n`,
    ),
    far.stderr,
  );

  writeFileSync(at("bad.csv"), "origin,year\nJapan,80\n");
  const bad = await plateau(["predict", at("fit"), "--inputs", at("bad.csv"), "-o", at("q.csv")]);
  t.is(bad.code, 2);
  t.regex(bad.stderr, /has no column "weight", an input of the fit \(it has: origin, year\)/);
});

test("an answer in CSV is written as its inputs are: tabs, decimal commas, umlauts that a spreadsheet shows", async (t) => {
  const path = folder(t);
  const at = (name: string) => join(path, name);
  const fitted = await plateau([
    ...["fit", "--data", "examples/cars.csv", "--output", "mpg", "--inputs", "weight,year"],
    ...["--steps", "5", "--d-model", "8", "--layers", "1", "--out", at("fit"), "--quiet"],
  ]);
  t.is(fitted.code, 0, fitted.stderr);
  const answer = async (inputs: string | Uint8Array, output: string) => {
    writeFileSync(at("new.csv"), inputs);
    const ended = await plateau([
      "predict",
      at("fit"),
      "--inputs",
      at("new.csv"),
      "-o",
      at(output),
      "--quiet",
    ]);
    t.is(ended.code, 0, ended.stderr);
    return readFileSync(at(output), "utf8");
  };
  const tabs = "Größe\tyear\tweight\ngroß\t80\t2100,5\n";
  const wanted = /^\ufeffGröße\tyear\tweight\tpredicted mpg\ngroß\t80\t2100,5\t\d+,\d+\n$/;
  t.regex(await answer(Buffer.from(`\ufeff${tabs}`, "utf16le"), "a.csv"), wanted);
  t.regex(await answer(Buffer.from(tabs, "latin1"), "a.csv"), wanted);
  t.regex(await answer(tabs, "a.csv"), /^Größe\tyear/);
  t.regex(await answer(tabs.replaceAll("\t", ";"), "a.csv"), /^Größe;year;weight;predicted mpg\n/);
  t.regex(await answer(tabs.replaceAll("\t", ";"), "a.tsv"), /^Größe\tyear\tweight\tpredicted mpg\n/);
  t.deepEqual(
    (await readTable(at("a.tsv"))).columns.map(({ name }) => name),
    ["Größe", "year", "weight", "predicted mpg"],
  );
});
