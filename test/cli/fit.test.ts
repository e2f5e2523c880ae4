import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { PlateauError } from "../../src/errors.js";
import { FitDirectory } from "../../src/experiments/fit/directory.js";
import type { FitDescription } from "../../src/experiments/fit/export.js";
import { openFit } from "../../src/experiments/fit/open.js";
import { RunDirectory } from "../../src/experiments/run-directory.js";
import { readSafetensors } from "../../src/formats/safetensors.js";
import { readTable } from "../../src/tables/read.js";
import { appears, folder, plateau, start } from "./plateau.js";

env.wasm.numThreads = 1;

/** Rents as a German spreadsheet saves them. */
function rents(rows = 160): string {
  const german = (value: number) =>
    value
      .toFixed(2)
      .replace(".", ",")
      .replace(/\B(?=(\d{3})+(?=,))/g, ".");
  const lines = Array.from({ length: rows }, (_, i) => {
    const area = 20 + ((i * 37) % 131) + i / 8;
    const place = ["Köln", "Bonn, Süd", "Berg"][i % 3];
    const rent = 900 + 12 * area + 150 * (i % 3);
    return `W${i};${german(area)};${i % 40 === 7 ? "-" : german(10 * area)} €;${place};${german(rent)} €`;
  });
  return ["Mieten 2023;;;;", "", "Nummer;Fläche;Kaution, netto;Ort;Miete", ...lines, ""].join("\r\n");
}

const latin1 = (text: string) => Uint8Array.from(text, (unit) => (unit === "€" ? 0x80 : unit.charCodeAt(0)));
const small = ["--steps", "40", "--d-model", "8", "--layers", "1", "--measures", "errors"];

test.serial(
  "a spreadsheet's CSV is fitted at once, and predicted, judged, exported and reported",
  async (t) => {
    const cwd = folder(t);
    const run = (...args: string[]) => plateau(args, { cwd });
    writeFileSync(join(cwd, "mieten.csv"), latin1(rents().replaceAll("- €", "-")));
    const fitted = await run("fit", "--data", "mieten.csv", "--output", "Miete", ...small, "--out", "fit");
    t.is(fitted.code, 0, fitted.stderr);
    t.true(
      fitted.stderr.includes(
        'read as: Windows-1252, delimiter ";", "Mieten 2023" above it skipped, decimal comma, thousands ".", "Kaution, netto" in €, Miete in €, 4 cells missing ("-")\n',
      ),
      fitted.stderr,
    );
    t.regex(
      fitted.stdout,
      /^Miete from Fläche, "Kaution, netto", Ort\n160 rows: .*4 left out for missing values/,
    );
    t.regex(fitted.stdout, /in the units of Miete, €/);

    const again = await run("eval", "fit", "--json");
    t.is(again.code, 0, again.stderr);
    const judged = JSON.parse(again.stdout);
    t.deepEqual(judged.test, JSON.parse(readFileSync(join(cwd, "fit", "result.json"), "utf8")).test);

    // New rows alone do not tell what 1.234 is: the fit does. It needs its own table no more.
    writeFileSync(join(cwd, "neu.csv"), 'Ort;Kaution, netto;Fläche\n"Bonn, Süd";1.234;80\n');
    const predicted = await run("predict", "fit", "--inputs", "neu.csv", "-o", "p.json");
    t.is(predicted.code, 0, predicted.stderr);
    t.regex(predicted.stderr, /neu\.csv read as: delimiter ";", decimal comma, thousands "\."/);
    const [row] = JSON.parse(readFileSync(join(cwd, "p.json"), "utf8"));
    const { columns, model, stored, data } = await openFit(join(cwd, "fit"));
    t.is(stored.reading?.decimal, "comma");
    const record = { Ort: "Bonn, Süd", "Kaution, netto": 1234, Fläche: 80 };
    t.is(row["predicted Miete"], columns.decode(model.predict(columns.encode([record])))[0]);

    // Answers are written as the question is.
    t.is((await run("predict", "fit", "--inputs", "neu.csv", "-o", "p.csv", "--quiet")).stderr, "");
    const [header, answer] = readFileSync(join(cwd, "p.csv"), "utf8").split("\n");
    t.is(header, "Ort;Kaution, netto;Fläche;predicted Miete");
    t.is(answer, `Bonn, Süd;1.234;80;${String(row["predicted Miete"]).replace(".", ",")}`);

    // A table is encoded as its rows are.
    const table = await readTable(join(cwd, "mieten.csv"));
    t.throws(() => columns.encode(table), {
      code: "usage",
      message: /"Kaution, netto" has no value in row 8/,
    });
    t.throws(() => columns.encode(5 as never), {
      code: "usage",
      message: /expected a list of objects .* or a table/,
    });

    const exported = await run("export", "fit", "-o", "m.onnx");
    t.is(exported.code, 0, exported.stderr);
    const description = JSON.parse(readFileSync(join(cwd, "m.onnx.json"), "utf8")) as FitDescription;
    t.deepEqual(description.features.slice(0, 3), ["Fläche", "Kaution, netto", "Ort=Berg"]);
    const session = await InferenceSession.create(readFileSync(join(cwd, "m.onnx")));
    const truths = [
      [80, 1234, 0, 1, 0],
      [55.5, 600, 1, 0, 0],
    ];
    const { output } = await session.run({
      x: new Tensor("float64", Float64Array.from(truths.flat()), [2, 5]),
    });
    const own = columns.decode(
      model.predict(columns.encode([record, { Ort: "Berg", "Kaution, netto": 600, Fläche: 55.5 }])),
    );
    const [{ sd }] = columns.outputs;
    for (const [i, value] of own.entries()) t.true(Math.abs(Number(output.data[i]) - value) < 1e-5 * sd);
    await session.release();
    t.is((await run("export", "fit", "-o", "m.safetensors", "--quiet")).stderr, "");
    const { metadata } = readSafetensors(readFileSync(join(cwd, "m.safetensors")));
    t.is(JSON.parse(metadata["columns"]).units, "standardised");

    const before = readFileSync(join(cwd, "fit", "analysis.json"), "utf8");
    const analyzed = await run("analyze", "fit", "--measures", "errors", "--samples", "20", "--seed", "3");
    t.is(analyzed.code, 0, analyzed.stderr);
    t.deepEqual(
      JSON.parse(readFileSync(join(cwd, "fit", "analysis.json"), "utf8")).measures,
      JSON.parse(before).measures,
    );

    const reported = await run("report", "fit", "--data", "all.json", "--json");
    t.is(reported.code, 0, reported.stderr);
    t.regex(JSON.parse(reported.stdout).question, /How well can Miete be predicted/);
    const { figures, tables } = JSON.parse(readFileSync(join(cwd, "all.json"), "utf8"));
    const points = figures.residuals.filter(({ part }: { part: string }) => part === "point");
    t.is(points.length, (await data()).test.rows);
    t.is(tables.inputs.length, 3);
    const repeated = await run("repeat", "report.html");
    t.is(repeated.code, 0, repeated.stderr);
  },
);

test.serial("columns with commas are chosen whole, in quotes, or one option each", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "m.csv"), rents(60).replaceAll("- €", "-"));
  const chosen = async (...args: string[]) => {
    const { stdout, stderr } = await plateau(
      ["fit", "--data", "m.csv", "--output", "Miete", ...small, ...args, "--json"],
      { cwd },
    );
    return stdout === "" ? stderr : (JSON.parse(stdout).config?.inputs ?? JSON.parse(stdout).error.message);
  };
  t.deepEqual(await chosen("--inputs", "Kaution, netto", "--inputs", "Fläche"), ["Kaution, netto", "Fläche"]);
  t.deepEqual(await chosen("--inputs", 'Fläche,"Kaution, netto"'), ["Fläche", "Kaution, netto"]);
  t.is(
    await chosen("--inputs", "Fläche,Kaution"),
    'unknown column of m.csv: "Kaution" (known: Nummer, Fläche, "Kaution, netto", Ort, Miete)',
  );
});

test.serial("a fit that is interrupted continues to the same bits", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "m.csv"), rents());
  const long = ["--data", "m.csv", "--output", "Miete", "--missing", "- €", "--measures", "errors"];
  const args = ["fit", ...long, "--steps", "20000", "--batch", "8", "--d-model", "8", "--layers", "1"];
  const whole = plateau([...args, "--json"], { cwd });
  const { child, ended } = start([...args, "--out", "fit", "--checkpoint-every", "0.02"], { cwd });
  await appears(join(cwd, "fit", "checkpoint.safetensors"));
  child.kill("SIGINT");
  const stopped = await ended;
  t.is(stopped.code, 130, stopped.stderr);
  t.regex(
    stopped.stderr,
    /interrupted at update [0-9,]+ of 20,000, continue with: plateau fit --resume fit\n$/,
  );
  t.deepEqual(readdirSync(join(cwd, "fit")).sort(), ["checkpoint.safetensors", "fit.json"]);
  for (const [command, message] of [
    [["eval", "fit"], /is not finished: continue it with plateau fit --resume fit/],
    [["fit", "--resume", "fit", "--seed", "5"], /--seed 5 is not that of the fit in fit/],
  ] as const) {
    t.regex((await plateau(command, { cwd })).stderr, message);
  }
  const resumed = await plateau(["fit", "--resume", "fit", "--measures", "errors", "--json"], { cwd });
  t.is(resumed.code, 0, resumed.stderr);
  const [a, b] = [JSON.parse((await whole).stdout), JSON.parse(resumed.stdout)];
  t.is(b.weightsSha256, a.weightsSha256);
  t.deepEqual(b.test, a.test);
  t.deepEqual(b.analysis.measures.errors.result, a.analysis.measures.errors.result);
  const finished = await plateau(["fit", "--resume", "fit"], { cwd });
  t.regex(finished.stderr, /is finished: this is its result/);
});

test.serial("a fit that fails leaves nothing; folders that hold something else say what", async (t) => {
  const cwd = folder(t);
  const run = (...args: string[]) => plateau(args, { cwd });
  writeFileSync(join(cwd, "m.csv"), rents(60));
  const fit = ["fit", "--data", "m.csv", "--output"];
  t.is((await run(...fit, "Ort", "--out", "a/b")).code, 2);
  const diverged = await run(...fit, "Miete", "--missing", "- €", ...small, "--lr", "1e30", "--out", "a/b");
  t.is(diverged.code, 1);
  t.regex(diverged.stderr, /diverged at update \d+: give a lower --lr/);
  t.false(existsSync(join(cwd, "a")));

  RunDirectory.create(join(cwd, "run"), { target: "m2n1" });
  await t.throwsAsync(openFit(join(cwd, "run")), {
    instanceOf: PlateauError,
    code: "run-directory",
    message:
      /run holds a run, not a fit to a table: give the folder of a fit to a table \(plateau fit --out\)$/,
  });
  for (const [args, message] of [
    [
      ["export", "m.csv", "-o", "x.onnx"],
      /m\.csv is a file that plateau does not read here: give the folder of a run/,
    ],
    [["report", "m.csv"], /m\.csv is a file that plateau did not make: give the SQLite file/],
    [["fit", "--resume", "run", "--output", "y"], /--output is for tables: it needs --data, not --target/],
    [["export", "run"], /'-o, --output <file>' not specified \(see plateau export --help\)/],
    [
      ["export", "run", "-o", "x.pt"],
      /cannot tell what to write as "x\.pt": let its name end with \.onnx or \.safetensors/,
    ],
    [["study", "export", "run", "-o"], /\(see plateau study export --help\)/],
  ] as const) {
    t.regex((await run(...args)).stderr, message);
  }
});

test("bookkeeping's table: negatives, codes, dates and a source below; a stored fit reads it as it did", async (t) => {
  const path = folder(t);
  const at = (name: string) => join(path, name);
  const lines = Array.from({ length: 40 }, (_, i) => {
    const amount = i % 3 === 0 ? `(${i}.50)` : `${i}.50`;
    return `0${1000 + (i % 2)},${amount},2021-0${1 + (i % 4)}-01,${i * 2 + (i % 2)}`;
  });
  writeFileSync(at("books.csv"), `zip,net,day,y\n${lines.join("\n")}\n\nSource: the books\n`);
  const fit = ["fit", "--data", at("books.csv"), "--output", "y", "--steps", "5", "--d-model", "8"];
  const said = await plateau([...fit, "--layers", "1", "--out", at("fit")]);
  t.is(said.code, 0, said.stderr);
  const all = said.stdout + said.stderr;
  t.regex(all, /"Source: the books" below it skipped, decimal point, negative "\(0\.50\)", zip as texts/);
  t.regex(all, /day +not usable: dates such as "2021-01-01" are not read: add columns of year/);
  t.regex(all, /y from zip, net\n40 rows/);

  const { stored, data } = await openFit(at("fit"));
  t.deepEqual((await data()).report.reading, stored.reading);
  const result = JSON.parse(readFileSync(at("fit/result.json"), "utf8"));
  t.is(result.columns.inputs[0].name, "zip");
  const day = { name: "day", kind: "categorical", width: 1, categories: ["2021-01-01"] };
  result.columns.inputs = [{ ...result.columns.inputs[1], name: "zip" }, day];
  writeFileSync(at("fit/result.json"), JSON.stringify(result));
  const { columns } = await FitDirectory.open(at("fit")).table();
  const kinds = Object.fromEntries(columns.map(({ name, kind }) => [name, kind]));
  t.deepEqual(kinds, { zip: "numeric", net: "numeric", day: "categorical", y: "numeric" });
});

test("what is not said of a table is asked for by the names that it has", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "m.csv"), rents(60).replaceAll("- €", "-"));
  const asked = await plateau(["fit", "--data", "m.csv"], { cwd });
  t.is(asked.code, 2);
  t.regex(asked.stderr, /^m\.csv: 60 rows, 5 columns\n/);
  t.regex(
    asked.stderr,
    /\nerror: --data needs --output, the numeric column to predict: one of Fläche, "Kaution, netto", Miete\n$/,
  );
  for (const [args, message] of [
    [["m.csv"], /^error: fit takes options only: did you mean --data m\.csv\? \(see plateau fit --help\)\n$/],
    [["sin(6*x)"], /^error: fit takes options only: did you mean --target 'sin\(6\*x\)'\?/],
    [
      ["--data", "m.csv", "--output", "miete", "--quiet"],
      /^error: unknown column of m\.csv: "miete", did you mean Miete\? \(known: Nummer, /,
    ],
    [
      ["--data", "m.csv", "--output", "Miete", "--inputs", "kaution, Netto", "--quiet"],
      /^error: unknown column of m\.csv: "kaution" \(known: /,
    ],
  ] as const) {
    const { code, stderr } = await plateau(["fit", ...args], { cwd });
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  }
});
